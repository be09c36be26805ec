/**
 * Whether the daemon gets on. A pass ends by itself, since all that it waits for has a deadline. A pass that takes longer than
 * all these deadlines together hangs, and a supervisor has to know.
 */

import type { Clock } from '../base/clock.js';

/**
 * What one pass may take, in milliseconds: `bird -p` 10 s, `birdc configure` 60 s, going back to the configuration before
 * 60 s more, and as much again for a disk that is slow.
 */
const PASS_LIMIT_MS = 260_000;

/** What having BIRD judge one custom filter may take, in milliseconds. */
const FILTER_LIMIT_MS = 10_000;

/** How often a pass may wait for sessions: for one that a former run left, for those of the reload, twice as long when they restart. */
const TRIALS = 4;

/** Watches the pass in hand. */
export class Progress {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #trialEndMs: () => number | undefined;
  #dueMs: number | undefined;

  /**
   * @param confirmMs - how long sessions have to come back after a reload
   * @param trialEndMs - when what is on trial ends, by the monotonic clock: a former run may have given it longer
   */
  constructor(clock: Clock, confirmMs = 0, trialEndMs: () => number | undefined = () => undefined) {
    this.#clock = clock;
    this.#limitMs = PASS_LIMIT_MS + TRIALS * confirmMs;
    this.#trialEndMs = trialEndMs;
  }

  /** A pass begins that has so many custom filters to judge. */
  begin(filterCount: number): void {
    this.#dueMs = this.#clock.monotonic() + this.#limitMs + filterCount * FILTER_LIMIT_MS;
  }

  /** The pass has ended. */
  end(): void {
    this.#dueMs = undefined;
  }

  /** Whether the pass in hand hangs. */
  isStuck(): boolean {
    const trialEndMs = this.#trialEndMs();
    if (this.#dueMs !== undefined && trialEndMs !== undefined) {
      this.#dueMs = Math.max(this.#dueMs, trialEndMs + this.#limitMs);
    }
    return this.#dueMs !== undefined && this.#clock.monotonic() > this.#dueMs;
  }
}
