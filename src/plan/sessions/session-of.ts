import { remember } from '../../base/remember.js';
import { type Address, familyOf } from '../../values/address.js';
import type { Session, SessionTerms } from '../plan.js';

/** Where a session comes from, as the first part of its name in BIRD. */
export type SessionSource = 'Mesh' | 'Global' | 'Node';

/** Who asks for a session with whom. */
export interface SessionRequest {
  readonly source: SessionSource;
  readonly remoteAddress: Address;
  /** The datastore key that asks for it. */
  readonly origin: string;
}

/** The session that is asked for, on `terms`: the one place where sessions are made. */
export function sessionOf(
  { source, remoteAddress, origin }: SessionRequest,
  terms: Omit<SessionTerms, 'protocolName' | 'isReflectorClient'> & Partial<SessionTerms>,
): Session {
  const family = familyOf(remoteAddress);
  return {
    protocolName: protocolNameOf(source, remoteAddress),
    isReflectorClient: false,
    ...terms,
    family,
    isIpv6: family === 'ipv6',
    remoteAddress,
    origin,
  };
}

/**
 * The name of a session's protocol in BIRD. Calico's names (`Global_172_17_42_40`; IPv6 with `_` for each `:`).
 *
 * Unique as long as remote addresses are, and at most 46 characters long; BIRD takes 64.
 */
function protocolNameOf(source: SessionSource, address: Address): string {
  return `${source}_${symbolOf(address)}`;
}

/** Remembered, since a pass over 5,000 sessions would spend 0.5 ms on it. */
const symbolOf = remember((address: Address) => address.replaceAll(/[.:]/g, '_'), 50_000);
