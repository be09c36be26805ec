/**
 * Waiting for a condition, and the deadlines of all tests. A deadline is there so that a failure ends; nothing waits for it
 * while all goes well, so that it may be generous: a busy machine takes ten times as long as a quiet one.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a condition, or a command, may take. */
export const DEADLINE_MS = 60_000;

/** How long a command may take that is a whole run of something: the demo, the benchmark, BIRD 1.6 until it tries again. */
export const LONG_DEADLINE_MS = 180_000;

/**
 * The longest pause between two looks. Pauses are a tenth of what has been waited so far: that costs a test a tenth of its time at
 * most, and a machine on which many wait is not busy with looking.
 */
const LONGEST_PAUSE_MS = 250;

/** What is waited for, and how long. */
export interface WaitOptions {
  /** The deadline in milliseconds; `DEADLINE_MS` unless told. */
  readonly timeoutMs?: number;
  /** Completes the sentence "timed out waiting for ...". */
  readonly what: string;
  /** The first pause between two looks, in milliseconds; 10 unless told. */
  readonly everyMs?: number;
}

/**
 * The first truthy value that `fn` gives, asked again and again.
 *
 * A throw of `fn` counts as "not yet", and is the cause of the error when the deadline passes.
 *
 * @throws {Error} "timed out after N ms waiting for WHAT"
 */
export async function waitFor<T>(
  fn: () => T | Promise<T>,
  { timeoutMs = DEADLINE_MS, what, everyMs = 10 }: WaitOptions,
): Promise<NonNullable<T>> {
  const started = performance.now();
  let cause: unknown;
  for (;;) {
    try {
      const value = await fn();
      if (value) {
        return value;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    const waitedMs = performance.now() - started;
    if (waitedMs >= timeoutMs) {
      throw new Error(`timed out after ${timeoutMs} ms waiting for ${what}`, { cause });
    }
    await sleep(Math.max(everyMs, Math.min(waitedMs / 10, LONGEST_PAUSE_MS)));
  }
}
