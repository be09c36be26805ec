/**
 * One session for each remote address.
 *
 * BIRD lets one protocol at a time own a remote address; a second one stays down for ever without an error. Calico
 * renders both all the same (mesh and global, global and node). The first one asked for stands, which is the one that
 * Calico's BIRD would have brought up: mesh, then global, then node. So adding a peering that the mesh already has
 * restarts nothing.
 *
 * @scenario peers/mesh-node-is-also-peer
 * @scenario peers/same-neighbor-other-as
 * @scenario peers/ipv6-spelled-twice
 * @scenario reflector/global-and-node-peering
 * @scenario reflector/node-is-reflector-address
 */

import type { Problem } from '../../base/problem.js';
import { unlessDefault } from '../../values/bgp-port.js';
import type { Session } from '../plan.js';
import { areContradictory, showTerms } from './terms.js';

/** Sessions with one for each remote address. */
export interface MergedSessions {
  readonly sessions: readonly Session[];
  readonly problems: readonly Problem[];
}

/** For sessions that were left out, what they agree with: selectors may ask for 10,000 that the mesh has. */
const agreed = new WeakMap<Session, Session>();

/**
 * `first`, and then those of `others` whose remote address no earlier one has; a dropped one that disagrees is a problem.
 *
 * @param first - no two of one remote address, as the mesh has them: thousands that aren't looked at one by one
 */
export function mergeSessions(
  first: readonly Session[],
  others: readonly Session[],
): MergedSessions {
  // Not one of thousands is looked at for nothing.
  if (others.length === 0) {
    return { sessions: first, problems: [] };
  }
  const standing = new Map(first.map((session) => [neighborOf(session), session]));
  const added: Session[] = [];
  const problems: Problem[] = [];
  for (const session of others) {
    const earlier = standing.get(neighborOf(session));
    if (earlier === undefined) {
      standing.set(neighborOf(session), session);
      added.push(session);
    } else if (agreed.get(session) !== earlier) {
      if (areContradictory(earlier, session)) {
        problems.push(conflictOf(earlier, session));
      } else {
        agreed.set(session, earlier);
      }
    }
  }
  return { sessions: [...first, ...added], problems };
}

/** `sessions`, but for those with a neighbor of `others`. */
export function withoutNeighborsOf(
  others: readonly Session[],
  sessions: readonly Session[],
): readonly Session[] {
  const neighbors = new Set(others.map(neighborOf));
  return sessions.filter((session) => !neighbors.has(neighborOf(session)));
}

/** Who is at the other end: two speakers at one address have ports of their own. */
export function neighborOf({
  remoteAddress,
  remotePort,
}: Pick<Session, 'remoteAddress' | 'remotePort'>): string {
  const port = unlessDefault(remotePort);
  return port === undefined ? remoteAddress : `${remoteAddress} ${port}`;
}

function conflictOf(standing: Session, dropped: Session): Problem {
  return {
    code: 'duplicate-session',
    key: dropped.origin,
    reason:
      `it asks for a session to ${dropped.remoteAddress} as ${showTerms(dropped)}, ` +
      `but ${standing.origin} already asks for one as ${showTerms(standing)}`,
    action: `kept ${standing.protocolName} and left this one out; make the two agree, or remove one`,
  };
}
