/** Time as a parameter, so that coalescing and back-off are tested without waiting. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for people and for state that outlives the process. */
  now(): number;
  /**
   * Monotonic time in milliseconds, for durations; its zero is the same for all processes of this machine
   * (`CLOCK_MONOTONIC`).
   */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it and may be called at any time. */
  after(delayMs: number, callback: () => void): () => void;
}

const NANOSECONDS_PER_MS = 1e6;

/** The clock of the machine. Who else reads the time or sets timers stands in docs/architecture.md; a test holds it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Not performance.now(), which counts from the start of the process: systemd compares with its own clock.
  monotonic: () => Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once when `signal` is or becomes aborted. Never rejects. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
