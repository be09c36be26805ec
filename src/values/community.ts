/** BGP communities: `64512:100` (RFC 1997), and large ones `64512:1:2` (RFC 8092). */

import { ok, type Result, refused } from '../base/result.js';

/** A community as its two or three numbers; standard ones have 16 bits each, large ones 32. */
export type Community =
  | { readonly kind: 'standard'; readonly parts: readonly [number, number] }
  | { readonly kind: 'large'; readonly parts: readonly [number, number, number] };

const MAX_STANDARD = 0xffff;
const MAX_LARGE = 0xffffffff;

/** `text` as a community: `A:B` up to 65535 each, or `A:B:C` up to 4294967295 each. */
export function parseCommunity(text: string): Result<Community> {
  const parts = /^\d{1,10}(:\d{1,10}){1,2}$/.test(text) ? text.split(':').map(Number) : [];
  const [first = 0, second = 0, third] = parts;
  const isSmall = parts.every((part) => part <= (third === undefined ? MAX_STANDARD : MAX_LARGE));
  if (parts.length === 0 || !isSmall) {
    return refused(
      `${JSON.stringify(text)} is not a community (A:B up to ${MAX_STANDARD}, or A:B:C up to ${MAX_LARGE})`,
    );
  }
  return ok(
    third === undefined
      ? { kind: 'standard', parts: [first, second] }
      : { kind: 'large', parts: [first, second, third] },
  );
}

/** A community as it is written: one text for one community. */
export function communityText({ parts }: Community): string {
  return parts.join(':');
}
