/**
 * The BGP sessions of the BIRDs of this host, for whoever scrapes. BIRD is asked when somebody wants to know: one question at
 * a time, and not too often. A late answer isn't waited for. `show protocols` costs BIRD one line for each session, where
 * `show protocols all` costs it thirty.
 */

import { type Clock, delay } from '../base/clock.js';
import type { BirdInstance } from './bird-instance.js';
import { BirdSocketError, queryBird } from './birdc/control-client.js';
import { bgpSessionsOf } from './birdc/show-protocols.js';

/** A BGP session as BIRD runs it. */
export interface SessionState {
  /** The protocol's name: `Mesh_172_17_42_31`. */
  readonly name: string;
  /** A state of RFC 4271 section 8.2.2 or `Passive`; BIRD's `down` for a protocol that is off. */
  readonly state: string;
  readonly isEstablished: boolean;
}

/** An answer that is younger is given again, in milliseconds. */
const FRESH_MS = 5_000;
/** One that is older says nothing any more. */
const STALE_MS = 60_000;
/** How long a new answer is waited for. */
const PATIENCE_MS = 2_000;
/** What BIRD may take to answer. */
const TIMEOUT_MS = 10_000;

/** See the head of this file. */
export class SessionStates {
  readonly #birds: readonly Pick<BirdInstance, 'socketPath'>[];
  readonly #clock: Clock;
  #last: readonly SessionState[] = [];
  #readMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(birds: readonly Pick<BirdInstance, 'socketPath'>[], clock: Clock) {
    this.#birds = birds;
    this.#clock = clock;
  }

  /** The sessions, in BIRD's order; none when no BIRD has answered for a minute. */
  async current(): Promise<readonly SessionState[]> {
    if (this.#ageMs() >= FRESH_MS) {
      this.#reading ??= this.#read();
      const end = new AbortController();
      await Promise.race([this.#reading, delay(this.#clock, PATIENCE_MS, end.signal)]);
      end.abort();
    }
    return this.#ageMs() < STALE_MS ? this.#last : [];
  }

  #ageMs(): number {
    return this.#clock.monotonic() - this.#readMs;
  }

  async #read(): Promise<void> {
    try {
      const answers = await Promise.all(this.#birds.map((bird) => this.#ask(bird)));
      this.#last = answers.flat();
      this.#readMs = this.#clock.monotonic();
    } finally {
      this.#reading = undefined;
    }
  }

  /** The sessions of one BIRD; none when it can't be asked, which `birdkeeper_bird_up` tells. */
  async #ask({ socketPath }: Pick<BirdInstance, 'socketPath'>): Promise<readonly SessionState[]> {
    try {
      const options = { socketPath, clock: this.#clock, timeoutMs: TIMEOUT_MS };
      const reply = await queryBird(options, 'show protocols');
      return bgpSessionsOf(reply).map(({ name, state, info, isEstablished }) => ({
        name,
        state: info.split(' ')[0] || state,
        isEstablished,
      }));
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return [];
      }
      throw error;
    }
  }
}
