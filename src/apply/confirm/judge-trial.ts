/** Whether the sessions that were Established before a reload are again. Pure. */

import type { SessionLook } from './session-look.js';
import type { Trial, TrialBird } from './trial-file.js';

/** How a trial stands at one look. */
export type TrialState =
  /** All of them are. */
  | { readonly kind: 'good' }
  /** Some are not yet, and may still come. */
  | { readonly kind: 'waiting'; readonly missing: readonly string[] }
  /** Some are not, and their time is over. */
  | { readonly kind: 'failed'; readonly missing: readonly string[] }
  /** Their time is over, and of those that are missing nothing is known: a BIRD doesn't answer. */
  | { readonly kind: 'silent'; readonly reason: string };

/** How a trial ended. */
export type TrialVerdict =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It was undone, or is to be, for a reason that says nothing of the sessions. */
  | { readonly kind: 'missed'; readonly reason: string }
  /** Nobody waits for its end. */
  | { readonly kind: 'left' };

/** BIRD has undone it before it could be confirmed. */
export const LATE: TrialVerdict = {
  kind: 'missed',
  reason: 'it was not confirmed in time; BIRD went back',
};

const MAX_NAMED = 5;

/**
 * Judges a look at each BIRD of `trial`, in their order; `undefined` for one that doesn't answer. A session that an idle BIRD
 * doesn't have is one that the reload removed.
 */
export function judgeTrial(
  { birds, dueMs, restartsDueMs }: Pick<Trial, 'birds' | 'dueMs' | 'restartsDueMs'>,
  looks: readonly (SessionLook | undefined)[],
  nowMs: number,
): TrialState {
  const pairs = birds.map((bird, index) => [bird, looks[index]] as const);
  const steady = pairs.flatMap(([bird, look]) => missingOf(bird.awaited, look));
  const restarting = pairs.flatMap(([bird, look]) => missingOf(bird.restarting, look));
  const sessions = [...steady, ...restarting];
  const missing = sessions.length > 0 ? sessions : pairs.flatMap(busy);
  if (missing.length === 0) {
    return { kind: 'good' };
  }
  const isOver = (steady.length > 0 && nowMs >= dueMs) || nowMs >= restartsDueMs;
  if (!isOver) {
    return { kind: 'waiting', missing };
  }
  const silent = pairs.filter(([, look]) => look === undefined);
  const known = pairs
    .filter(([, look]) => look !== undefined)
    .flatMap(([{ awaited, restarting }, look]) => missingOf([...awaited, ...restarting], look));
  const [first] = silent;
  return first === undefined || known.length > 0
    ? { kind: 'failed', missing: known.length > 0 ? known : missing }
    : { kind: 'silent', reason: `${first[0].daemon} did not answer by the end of its trial` };
}

/** Those of the sessions `names` that are not Established. */
function missingOf(names: readonly string[], look: SessionLook | undefined): readonly string[] {
  return names.flatMap((name) => {
    const session = look?.sessions.get(name);
    const isRemoved = session === undefined && look?.isIdle === true;
    if (session?.isEstablished === true || isRemoved) {
      return [];
    }
    const how = session?.info || session?.state;
    return [how === undefined ? name : `${name} (${how})`];
  });
}

function busy([{ daemon }, look]: readonly [
  TrialBird,
  SessionLook | undefined,
]): readonly string[] {
  if (look === undefined) {
    return [`${daemon} does not answer`];
  }
  return look.isIdle ? [] : [`${daemon} is still reconfiguring`];
}

/** Those that are missing in one sentence. */
export function missingText(missing: readonly string[]): string {
  const more = missing.length - MAX_NAMED;
  const named = missing.slice(0, MAX_NAMED).join(', ');
  return `sessions that were Established before did not come back: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
