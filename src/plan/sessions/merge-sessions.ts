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

import { withoutCommonEnds } from '../../base/common-ends.js';
import type { Problem } from '../../base/problem.js';
import type { Session } from '../plan.js';

/** Merges the sessions of one family, again and again; remembers the last time only to be quick. */
export class SessionMerger {
  #candidates: readonly Session[] = [];
  readonly #countByAddress = new Map<string, number>();
  #duplicates = 0;

  /** `candidates` without those whose remote address an earlier one has; a dropped one that disagrees is a problem. */
  merge(candidates: readonly Session[]): MergedSessions {
    const [gone, added] = withoutCommonEnds(this.#candidates, candidates);
    this.#candidates = candidates;
    for (const { remoteAddress } of gone) {
      this.#count(remoteAddress, -1);
    }
    for (const { remoteAddress } of added) {
      this.#count(remoteAddress, 1);
    }
    return this.#duplicates === 0 ? { sessions: candidates, problems: [] } : dropped(candidates);
  }

  #count(address: string, difference: 1 | -1): void {
    const before = this.#countByAddress.get(address) ?? 0;
    const after = before + difference;
    this.#duplicates += Math.max(0, after - 1) - Math.max(0, before - 1);
    if (after === 0) {
      this.#countByAddress.delete(address);
    } else {
      this.#countByAddress.set(address, after);
    }
  }
}

/** Sessions with one for each remote address. */
export interface MergedSessions {
  readonly sessions: readonly Session[];
  readonly problems: readonly Problem[];
}

function dropped(candidates: readonly Session[]): MergedSessions {
  const byAddress = new Map<string, Session>();
  const problems: Problem[] = [];
  for (const session of candidates) {
    const standing = byAddress.get(session.remoteAddress);
    if (standing === undefined) {
      byAddress.set(session.remoteAddress, session);
    } else if (termsOf(standing) !== termsOf(session)) {
      problems.push(conflictOf(standing, session));
    }
  }
  return { sessions: [...byAddress.values()], problems };
}

function conflictOf(standing: Session, dropped: Session): Problem {
  const advice =
    standing.remoteAsn === dropped.remoteAsn
      ? 'remove one of the two'
      : 'give both the same AS number, or remove one';
  return {
    code: 'duplicate-session',
    key: dropped.origin,
    reason:
      `it asks for a session to ${dropped.remoteAddress} as ${termsOf(dropped)}, ` +
      `but ${standing.origin} already asks for one as ${termsOf(standing)}`,
    action: `kept ${standing.protocolName} and left this one out; ${advice}`,
  };
}

/** What two sessions to one address must agree on, as an operator says it. */
function termsOf({ remoteAsn, isReflectorClient }: Session): string {
  return `AS ${remoteAsn}${isReflectorClient ? ', a client of this reflector' : ''}`;
}
