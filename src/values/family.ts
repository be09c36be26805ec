/** An address family of RFC 4760, SAFI unicast. */
export type Family = 'ipv4' | 'ipv6';

/** Both families, in the order in which they are planned and rendered. */
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** What people call each family. */
export const FAMILY_LABELS = { ipv4: 'IPv4', ipv6: 'IPv6' } as const satisfies Record<
  Family,
  string
>;

/** One value for each family. */
export function perFamily<T>(make: (family: Family) => T): Readonly<Record<Family, T>> {
  return { ipv4: make('ipv4'), ipv6: make('ipv6') };
}
