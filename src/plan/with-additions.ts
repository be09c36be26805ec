/** What stands, with what is new: the plan while a change is held that would remove much of it. */

import type { FamilyPlan, Plan, Session } from './plan.js';
import { neighborOf } from './sessions/merge-sessions.js';

/**
 * `standing`, with what `asked` has besides: nothing of it goes, and of its sessions nothing changes either. A datastore that has
 * lost records may have lost an AS number, too, which would restart all.
 *
 * - New: sessions with other neighbors, blocks and pools.
 * - As asked: blocks and pools that both have, and the log level.
 * - As it stands: everything else. So a new session that needs a filter or a gateway that doesn't stand waits.
 *
 * @returns `undefined` when the two go by other rules
 */
export function withAdditions(standing: Plan, asked: Plan): Plan | undefined {
  if (standing.role !== asked.role || standing.generation !== asked.generation) {
    return undefined;
  }
  return {
    ...standing,
    logLevel: asked.logLevel,
    ipv4: familyWithAdditions(standing.ipv4, asked.ipv4),
    ipv6: familyWithAdditions(standing.ipv6, asked.ipv6),
  };
}

function familyWithAdditions(standing: FamilyPlan, asked: FamilyPlan): FamilyPlan {
  const isSpoken = standing.localAddress !== undefined;
  const neighbors = new Set(standing.sessions.map(neighborOf));
  const filters = new Set(standing.extras.filters.map(({ name }) => name));
  const isNew = (session: Session): boolean =>
    !neighbors.has(neighborOf(session)) &&
    session.gateway === undefined &&
    [...session.importFilters, ...session.exportFilters].every((name) => filters.has(name));
  return {
    ...standing,
    sessions: [...standing.sessions, ...(isSpoken ? asked.sessions.filter(isNew) : [])],
    blocks: bothOf(standing.blocks, asked.blocks),
    pools: bothOf(standing.pools, asked.pools),
  };
}

/** Those of `standing` in their order, each as `asked` has it where it does, and then the others of `asked`. */
function bothOf<T extends { readonly prefix: string }>(
  standing: readonly T[],
  asked: readonly T[],
): readonly T[] {
  const byPrefix = new Map([...standing, ...asked].map((record) => [record.prefix, record]));
  return [...byPrefix.values()];
}
