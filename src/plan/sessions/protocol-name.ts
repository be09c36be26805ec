import type { Address } from '../../values/address.js';

/** Where a session comes from, as the first part of its name in BIRD. */
export type SessionSource = 'Mesh' | 'Global' | 'Node';

/**
 * The name of a session's protocol in BIRD. Calico's names (`Global_172_17_42_40`; IPv6 with `_` for each `:`).
 *
 * Unique as long as remote addresses are, and at most 46 characters long; BIRD takes 64.
 */
export function protocolNameOf(source: SessionSource, address: Address): string {
  return `${source}_${address.replaceAll(/[.:]/g, '_')}`;
}
