/**
 * One session for each remote address.
 *
 * BIRD lets one protocol at a time own a remote address; a second one stays down for ever without an error. Calico
 * renders both all the same (mesh and global, global and node). The first one asked for stands, which is the one that
 * Calico's BIRD would have brought up: mesh, then global, then node. So adding a peering that the mesh already has
 * restarts nothing.
 *
 * @scenario peers/mesh-node-is-also-peer
 */

import type { Problem } from '../../base/problem.js';
import type { Session } from '../plan.js';

/** `candidates` without those whose remote address an earlier one has; a dropped one that disagrees is a problem. */
export function mergeSessions(candidates: readonly Session[]): {
  readonly sessions: readonly Session[];
  readonly problems: readonly Problem[];
} {
  if (new Set(candidates.map(({ remoteAddress }) => remoteAddress)).size === candidates.length) {
    return { sessions: candidates, problems: [] };
  }
  const byAddress = new Map<string, Session>();
  const problems: Problem[] = [];
  for (const session of candidates) {
    const standing = byAddress.get(session.remoteAddress);
    if (standing === undefined) {
      byAddress.set(session.remoteAddress, session);
    } else if (standing.remoteAsn !== session.remoteAsn) {
      problems.push(conflictOf(standing, session));
    }
  }
  return { sessions: [...byAddress.values()], problems };
}

function conflictOf(standing: Session, dropped: Session): Problem {
  return {
    code: 'duplicate-session',
    key: dropped.origin,
    reason:
      `it asks for a session to ${dropped.remoteAddress} as AS ${dropped.remoteAsn}, ` +
      `but ${standing.origin} already asks for one as AS ${standing.remoteAsn}`,
    action: `kept ${standing.protocolName} and left this one out; give both the same AS number, or remove one`,
  };
}
