/** What is waited for after a reload, and for how long. Pure. */

import type { Trial, TrialBird } from './trial-file.js';

/** What a reload does to sessions by plan. */
export interface ExpectedChanges {
  /** Sessions that restart, by their names after and before. */
  readonly restarts: readonly { readonly protocolName: string; readonly formerName: string }[];
  /** Names of sessions that go. Others that go are known once BIRD doesn't have them any more. */
  readonly removed: readonly string[];
}

/** How long before BIRD's own undo it is decided; less where the time is short. */
const MAX_MARGIN_MS = 1_000;
/** Sessions that the reload restarts have so much longer. */
const RESTART_FACTOR = 2;

/** A trial that begins. Times are milliseconds since 1970 (`now`) and of the machine's monotonic clock. */
export function makeTrial({
  sequence,
  digest,
  confirmMs,
  now,
  monotonicMs,
  birds,
}: {
  readonly sequence: number;
  readonly digest: string;
  readonly confirmMs: number;
  readonly now: number;
  readonly monotonicMs: number;
  readonly birds: readonly TrialBird[];
}): Trial {
  const hasRestarts = birds.some(({ restarting }) => restarting.length > 0);
  const waitMs = confirmMs * (hasRestarts ? RESTART_FACTOR : 1);
  const marginMs = Math.min(MAX_MARGIN_MS, confirmMs / 5);
  return {
    ...{ sequence, digest, birds: [...birds] },
    until: now + waitMs,
    dueMs: monotonicMs + confirmMs - marginMs,
    restartsDueMs: monotonicMs + waitMs - marginMs,
    undoMs: monotonicMs + waitMs,
  };
}

/** Which sessions are waited for of a BIRD that has these `established` before the reload. */
export function trialBirdOf(
  { daemon, process }: Pick<TrialBird, 'daemon' | 'process'>,
  established: readonly string[],
  { restarts, removed }: ExpectedChanges,
): TrialBird {
  const names = new Set(established);
  const expected = restarts.filter(({ formerName }) => names.has(formerName));
  for (const name of [...removed, ...expected.map(({ formerName }) => formerName)]) {
    names.delete(name);
  }
  const restarting = expected.map(({ protocolName }) => protocolName);
  return { daemon, process, awaited: [...names], restarting };
}
