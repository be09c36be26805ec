/** BGP communities: `64512:100` (RFC 1997), and large ones `64512:1:2` (RFC 8092). */

/** A community as its two or three numbers; standard ones have 16 bits each, large ones 32. */
export type Community =
  | { readonly kind: 'standard'; readonly parts: readonly [number, number] }
  | { readonly kind: 'large'; readonly parts: readonly [number, number, number] };
