import { remember } from '../../base/remember.js';
import { type Address, familyOf } from '../../values/address.js';
import type { Session, SessionTerms } from './terms.js';

/** Where a session comes from, as the first part of its name in BIRD. */
export type SessionSource = 'Mesh' | 'Global' | 'Node';

/** More than there are sessions. */
const MAX_NAMES = 50_000;

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
    protocolName: protocolNames[source](remoteAddress),
    isReflectorClient: false,
    ...terms,
    family,
    isIpv6: family === 'ipv6',
    remoteAddress,
    origin,
  };
}

/**
 * The name of a session's protocol in BIRD, by source. Calico's names (`Global_172_17_42_40`; IPv6 with `_` for each `:`).
 *
 * Unique as long as remote addresses are, and at most 46 characters long; BIRD takes 64. Remembered: to make 5,000 of
 * them anew, and to compare texts that aren't the same object, costs 0.8 ms.
 */
const protocolNames: Readonly<Record<SessionSource, (address: Address) => string>> = {
  Mesh: namesOf('Mesh'),
  Global: namesOf('Global'),
  Node: namesOf('Node'),
};

function namesOf(source: SessionSource): (address: Address) => string {
  return remember((address) => `${source}_${address.replaceAll(/[.:]/g, '_')}`, MAX_NAMES);
}
