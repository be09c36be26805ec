/**
 * Tells BIRDs how a trial ended.
 *
 * All BIRDs from 1.6 to 3.4 were seen to do the same: `configure confirm` answers 0018 only while an undo is scheduled, else
 * 0019; a plain `configure` takes the schedule back; `configure undo` works also after `configure confirm`.
 */

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { BirdProcess } from '../bird-process.js';
import { BirdSocketError, queryBird } from '../birdc/control-client.js';
import { lookAtSessions, type SessionLook } from './session-look.js';
import type { TrialBird } from './trial-file.js';

/** What they are told with. */
export interface TrialBirdsOptions {
  readonly birds: readonly BirdProcess[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A BIRD process as it was. */
type FormerBird = Pick<TrialBird, 'daemon' | 'process'>;

const CONFIRMED = '0018';
const TIMEOUT_MS = 5_000;

/** See the head of this file. */
export class TrialBirds {
  readonly #options: TrialBirdsOptions;

  constructor(options: TrialBirdsOptions) {
    this.#options = options;
  }

  /** Whether it still runs. */
  isStill({ daemon, process }: FormerBird): boolean {
    return this.#birdOf(daemon)?.isStill(process) === true;
  }

  /** Its sessions; `undefined` when it doesn't answer. */
  async look({ daemon }: FormerBird): Promise<SessionLook | undefined> {
    const bird = this.#birdOf(daemon);
    try {
      return bird && (await lookAtSessions(bird.instance, this.#options.clock));
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return undefined;
      }
      throw error;
    }
  }

  /** Has all of them keep what they run; gives whether all do. Otherwise none does. */
  async confirm(birds: readonly FormerBird[]): Promise<boolean> {
    for (const [index, bird] of birds.entries()) {
      if ((await this.#tell(bird, 'configure confirm')) !== CONFIRMED) {
        for (const confirmed of birds.slice(0, index)) {
          await this.#tell(confirmed, 'configure undo');
        }
        return false;
      }
    }
    return true;
  }

  /** Has one go back; gives whether it runs what it ran before, or is another one. Undoes nothing but a trial. */
  async undo(bird: FormerBird): Promise<boolean> {
    if (!this.isStill(bird)) {
      return true;
    }
    const code = await this.#tell(bird, 'configure confirm');
    return code === CONFIRMED
      ? (await this.#tell(bird, 'configure undo')) !== undefined
      : code !== undefined;
  }

  /** The code of what it answers; `undefined` when it doesn't. */
  async #tell({ daemon }: FormerBird, command: string): Promise<string | undefined> {
    const { clock, logger } = this.#options;
    const socketPath = this.#birdOf(daemon)?.instance.socketPath ?? '';
    try {
      return (await queryBird({ socketPath, clock, timeoutMs: TIMEOUT_MS }, command)).code;
    } catch (error) {
      if (!(error instanceof BirdSocketError)) {
        throw error;
      }
      logger.warn({ daemon, reason: error.message }, 'BIRD could not be told how a trial ended');
      return undefined;
    }
  }

  #birdOf(daemon: FormerBird['daemon']): BirdProcess | undefined {
    return this.#options.birds.find(({ instance }) => instance.daemon === daemon);
  }
}
