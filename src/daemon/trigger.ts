/**
 * Decides when a pass runs: one queue, one pass at a time.
 *
 * - The first change of a quiet period starts a pass at once.
 * - What follows gathers: the next pass starts `spacingMs` after the last one started, and once no change came for
 *   `quietMs`, but no later than `maxWaitMs` after the first change that waits. After a pass that took in a burst, the
 *   limit is three times as long (up to `BURST_MAX_WAIT_MS`), so that a thousand changes cost BIRD a handful of reloads.
 * - In a burst only a longer pause counts as quiet: what many clients write at once, etcd tells a disk write at a time,
 *   with 15 to 60 ms between two (measured with etcd 3.4.23 on a busy disk).
 * - Changes during a pass are covered by the next one. A pass that failed is repeated with back-off, or as soon as
 *   something changes. So the newest state always wins, and the last change is never lost.
 */

import { type BackoffOptions, backoffDelayMs } from '../base/backoff.js';
import type { Clock } from '../base/clock.js';

/** How a pass ended: `retry` when it has to be repeated even if nothing changes, `again` when that is due at once. */
export type PassVerdict = 'done' | 'again' | 'retry';

/** Times of the queue, in milliseconds. */
export interface TriggerTimes {
  readonly spacingMs: number;
  readonly quietMs: number;
  readonly maxWaitMs: number;
  readonly retry: BackoffOptions;
}

/** What a trigger needs. */
export interface TriggerOptions {
  readonly clock: Clock;
  readonly times: TriggerTimes;
  /** A number in [0, 1) for the jitter of retries. */
  readonly random: () => number;
  /** One pass. Rejects with bugs only. */
  readonly pass: () => Promise<PassVerdict>;
  /** Told of bugs; no further pass is made then. */
  readonly fatal: (error: unknown) => void;
  /** Told when a failed pass will be repeated. */
  readonly onRetry?: (attempt: number, delayMs: number) => void;
}

/** This many changes in one pass are a burst. */
const BURST_CHANGES = 20;
const BURST_FACTOR = 3;
const BURST_QUIET_FACTOR = 5;
const BURST_MAX_WAIT_MS = 2_000;

/** The queue of passes. */
export class Trigger {
  readonly #options: TriggerOptions;
  #running: Promise<void> | undefined;
  #isStopped = false;
  /** Changes that no pass has taken in yet, and when the first and the last of them came. */
  #waiting: { count: number; sinceMs: number; lastMs: number } | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #waitLimitMs: number;
  #retryAtMs: number | undefined;
  #failures = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: TriggerOptions) {
    this.#options = options;
    this.#waitLimitMs = options.times.maxWaitMs;
  }

  /** Says that `count` things changed and a pass is due. */
  signal(count = 1): void {
    const now = this.#options.clock.monotonic();
    const isFirst = this.#waiting === undefined;
    this.#waiting ??= { count: 0, sinceMs: now, lastMs: now };
    this.#waiting.count += count;
    this.#waiting.lastMs = now;
    const isQuietPeriod = isFirst && now >= this.#lastStartMs + this.#options.times.spacingMs;
    if (isQuietPeriod && this.#running === undefined && !this.#isStopped) {
      this.#start();
    } else {
      this.#schedule();
    }
  }

  /** Resolves when the pass in hand, if any, has ended. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Starts no further pass, and resolves when the one in hand has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    await this.#running;
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const dueMs = this.#dueMs();
    if (dueMs === undefined || this.#running !== undefined || this.#isStopped) {
      return;
    }
    const delayMs = Math.max(0, dueMs - this.#options.clock.monotonic());
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#start());
  }

  #dueMs(): number | undefined {
    if (this.#waiting === undefined) {
      return this.#retryAtMs;
    }
    const { spacingMs, quietMs, maxWaitMs } = this.#options.times;
    const { count, sinceMs, lastMs } = this.#waiting;
    const isBurst = count >= BURST_CHANGES || this.#waitLimitMs > maxWaitMs;
    const spacedMs = this.#lastStartMs + spacingMs;
    const quiet = Math.max(spacedMs, lastMs + quietMs * (isBurst ? BURST_QUIET_FACTOR : 1));
    const limit = Math.max(spacedMs, sinceMs + this.#waitLimitMs);
    return Math.min(quiet, limit, this.#retryAtMs ?? Number.POSITIVE_INFINITY);
  }

  #start(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#growWaitLimit(this.#waiting?.count ?? 0);
    this.#waiting = undefined;
    this.#retryAtMs = undefined;
    this.#lastStartMs = this.#options.clock.monotonic();
    this.#running = this.#run().catch((error: unknown) => {
      this.#isStopped = true;
      this.#options.fatal(error);
    });
  }

  async #run(): Promise<void> {
    const verdict = await this.#options.pass();
    this.#running = undefined;
    if (verdict === 'again' && !this.#isStopped) {
      this.#start();
      return;
    }
    if (verdict !== 'retry') {
      this.#failures = 0;
    } else {
      const { clock, times, random, onRetry } = this.#options;
      const delayMs = backoffDelayMs(times.retry, this.#failures, random());
      this.#failures += 1;
      this.#retryAtMs = clock.monotonic() + delayMs;
      onRetry?.(this.#failures, delayMs);
    }
    this.#schedule();
  }

  #growWaitLimit(count: number): void {
    const { maxWaitMs } = this.#options.times;
    this.#waitLimitMs =
      count >= BURST_CHANGES
        ? Math.max(maxWaitMs, Math.min(this.#waitLimitMs * BURST_FACTOR, BURST_MAX_WAIT_MS))
        : maxWaitMs;
  }
}
