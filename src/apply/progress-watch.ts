/**
 * Follows a reconfiguration that BIRD accepted and had not finished (`0004 Reconfiguration in progress`) to its end, beside
 * the passes.
 */

import { type Clock, delay } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { BirdProcess } from './bird-process.js';
import { BirdSocketError, queryBird } from './birdc/control-client.js';
import type { BirdReply } from './birdc/reply-reader.js';
import type { LoadedFacts } from './loaded-facts.js';
import { isIdle } from './soft-configure.js';

/** What a watch needs. */
export interface ProgressWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly facts: LoadedFacts;
}

/** How long between two questions: doubled from the first to the last. */
const FIRST_WAIT_MS = 20;
const LAST_WAIT_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** A protocol that takes longer to end is one that an operator should look at. From then on BIRD is asked seldom. */
const LONGEST_MS = 300_000;
const SELDOM_MS = 30_000;

/** See the head of this file. */
export class ProgressWatch {
  readonly #options: ProgressWatchOptions;
  readonly #end = new AbortController();
  readonly #following = new Map<BirdProcess, Promise<void>>();

  constructor(options: ProgressWatchOptions) {
    this.#options = options;
  }

  /** Follows those of `birds` that are still at it, each but once. */
  follow(birds: readonly BirdProcess[]): void {
    for (const bird of birds) {
      if (this.#isInProgress(bird) && !this.#following.has(bird)) {
        const end = this.#follow(bird).finally(() => this.#following.delete(bird));
        this.#following.set(bird, end);
      }
    }
  }

  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#following.values());
  }

  async #follow(bird: BirdProcess): Promise<void> {
    const { clock, logger } = this.#options;
    const { daemon } = bird.instance;
    const startMs = clock.monotonic();
    let waitMs = FIRST_WAIT_MS;
    while (this.#isInProgress(bird) && !this.#end.signal.aborted) {
      await delay(clock, waitMs, this.#end.signal);
      waitMs = Math.max(waitMs, Math.min(LAST_WAIT_MS, waitMs * 2));
      const before = this.#options.facts.get(daemon);
      // What was asked about may be replaced while BIRD answers: then the answer says nothing of the new one.
      if ((await this.#isDone(bird)) && this.#options.facts.get(daemon) === before) {
        this.#note(bird);
      } else if (waitMs < SELDOM_MS && clock.monotonic() - startMs > LONGEST_MS) {
        const advice = 'see `birdc show protocols` for one that does not end';
        logger.warn({ daemon, advice }, 'BIRD is still reconfiguring after five minutes');
        waitMs = SELDOM_MS;
      }
    }
  }

  #isInProgress(bird: BirdProcess): boolean {
    const fact = this.#options.facts.get(bird.instance.daemon);
    return fact?.isInProgress === true && bird.isStill(fact.process);
  }

  #note(bird: BirdProcess): void {
    const { facts, logger } = this.#options;
    const { daemon } = bird.instance;
    const fact = facts.get(daemon);
    if (fact === undefined) {
      return;
    }
    // In memory alone: a file more for each load costs 0.3 ms, and a start that finds the old fact asks BIRD once more.
    facts.set(daemon, { ...fact, isInProgress: false });
    logger.debug({ daemon, sequence: fact.sequence }, 'BIRD has brought all protocols to it');
  }

  /** `configure status` is of BIRD 2.0.12 and later; others end `show status` with the same words. */
  async #isDone(bird: BirdProcess): Promise<boolean> {
    const { clock } = this.#options;
    const { socketPath } = bird.instance;
    const ask = (command: string): Promise<BirdReply> =>
      queryBird({ socketPath, clock, timeoutMs: TIMEOUT_MS }, command);
    try {
      const reply = await ask('configure status');
      const isKnown = /^0/.test(reply.code);
      return isIdle(isKnown ? reply : await ask('show status'));
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return false;
      }
      throw error;
    }
  }
}
