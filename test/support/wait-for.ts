import { setTimeout as sleep } from 'node:timers/promises';

/** What is waited for, and how long. */
export interface WaitOptions {
  /** The deadline in milliseconds; 10 s unless told. */
  readonly timeoutMs?: number;
  /** Completes the sentence "timed out waiting for ...". */
  readonly what: string;
  /** How often to look, in milliseconds; 10 unless told. */
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
  { timeoutMs = 10_000, what, everyMs = 10 }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
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
    if (performance.now() >= deadline) {
      throw new Error(`timed out after ${timeoutMs} ms waiting for ${what}`, { cause });
    }
    await sleep(everyMs);
  }
}
