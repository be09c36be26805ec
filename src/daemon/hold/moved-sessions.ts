import type { Plan, Session } from '../../plan/plan.js';
import { neighborOf } from '../../plan/sessions/merge-sessions.js';
import { FAMILIES } from '../../values/family.js';

/**
 * The neighbors of `before` that are gone in `after`, where the same key asks for a session with another one instead: a node
 * that has moved to another address is not lost.
 */
export function movedNeighbors(before: Plan, after: Plan): readonly string[] {
  return FAMILIES.flatMap((family) => movedIn(before[family].sessions, after[family].sessions));
}

function movedIn(before: readonly Session[], after: readonly Session[]): readonly string[] {
  const [were, are] = [before, after].map((ones) => new Set(ones.map(neighborOf)));
  const fresh = new Map<string, number>();
  for (const session of after.filter((one) => !were?.has(neighborOf(one)))) {
    fresh.set(session.origin, (fresh.get(session.origin) ?? 0) + 1);
  }
  const isMoved = (session: Session): boolean => {
    const left = fresh.get(session.origin) ?? 0;
    fresh.set(session.origin, left - 1);
    return left > 0;
  };
  return before
    .filter((one) => !are?.has(neighborOf(one)))
    .filter(isMoved)
    .map(neighborOf);
}
