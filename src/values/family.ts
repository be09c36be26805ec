/** An address family of RFC 4760, SAFI unicast. */
export type Family = 'ipv4' | 'ipv6';

/** Both families, in the order in which they are planned and rendered. */
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
