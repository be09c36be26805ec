/**
 * How long the answers of an etcd may take that is there, and can't say much in a second.
 *
 * Over a line of 1 KB a second an answer of 26 KB, 300 keys, takes half a minute: with fixed deadlines it is asked for again and again,
 * and never comes. So after each session in which etcd greeted us and then said nothing in time, the next one waits four times as
 * long, and asks for less at a time. A sign of life that comes quickly ends that. The greeting itself has no more time than ever:
 * an etcd that is away is noticed as soon as before.
 */
import { explainFailure } from '../failure.js';
import type { Etcd3Settings } from './options.js';

const STEP = 4;
/** A line that goes dead after such sessions is noticed this much later. */
const LONGEST = STEP * STEP;

/** See the head of this file. */
export class Patience {
  readonly #settings: Etcd3Settings;
  #factor = 1;

  constructor(settings: Etcd3Settings) {
    this.#settings = settings;
  }

  /** The settings of the next session. */
  get settings(): Etcd3Settings {
    const { callMs, keepaliveTimeoutMs, pageSize } = this.#settings;
    const factor = this.#factor;
    if (factor === 1) {
      return this.#settings;
    }
    return {
      ...this.#settings,
      callMs: callMs * factor,
      // The answer to a ping waits behind all that is on its way.
      keepaliveTimeoutMs: Math.max(keepaliveTimeoutMs, callMs) * factor,
      pageSize: Math.ceil(pageSize / factor),
    };
  }

  /** A watch must be established, and a sign of life come, within this. */
  get signMs(): number {
    return this.#settings.signMs * this.#factor;
  }

  /** A sign of life took this long. */
  heardAfter(ms: number): void {
    if (ms < this.#settings.signMs / STEP) {
      this.#factor = 1;
    }
  }

  /** How a session with an etcd that had greeted us ended. */
  endedBy(error: unknown): void {
    if (explainFailure(error, '').kind === 'no-answer') {
      this.#factor = Math.min(this.#factor * STEP, LONGEST);
    }
  }
}
