/**
 * Follows what an operator pins (`pin-files.ts`). The file is looked at before each pass and twice a second. One that can't be
 * read, or understood, pins what stands: whoever wrote it wanted nothing new.
 */

import { type Pin, UNREADABLE_PIN } from '../../apply/pinned.js';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { PinnedStatus } from '../../observe/pinned-status.js';
import { PinFiles, type PinnedFact } from './pin-files.js';

/** What a watch needs. */
export interface PinWatchOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_MS = 500;

/** See the head of this file. */
export class PinWatch {
  readonly #options: PinWatchOptions;
  readonly #files: PinFiles;
  #pin: Pin | undefined;
  #hasLooked = false;
  /** What was told last, as JSON; nobody knows what a former run left. */
  #told: string | undefined;
  #lastError = '';
  #cancel: (() => void) | undefined;

  constructor(options: PinWatchOptions) {
    this.#options = options;
    this.#files = new PinFiles(options.stateDir);
  }

  /** Has `onChange` told when something else is pinned than at the last look. */
  start(onChange: () => void): void {
    this.#cancel = this.#options.clock.after(LOOK_MS, () => void this.#watch(onChange));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** What is pinned now; while that can't be found out what was pinned before, and at a start what stands. */
  async look(): Promise<Pin | undefined> {
    const { logger } = this.#options;
    try {
      const found = await this.#files.pin();
      const pin = found === 'unreadable' ? UNREADABLE_PIN : found;
      if (pin?.at !== this.#pin?.at) {
        this.#tellChange(pin);
      }
      this.#pin = pin;
      this.#lastError = '';
    } catch (error) {
      if (String(error) !== this.#lastError) {
        logger.warn({ err: error }, 'what an operator pinned cannot be read; it stays as it was');
      }
      this.#lastError = String(error);
      this.#pin = this.#hasLooked ? this.#pin : UNREADABLE_PIN;
    }
    this.#hasLooked = true;
    return this.#pin;
  }

  /** Tells commands what was made of it. */
  async tell(status: PinnedStatus | undefined): Promise<void> {
    const fact = status && factOf(status);
    const text = JSON.stringify(fact ?? null);
    if (text === this.#told) {
      return;
    }
    try {
      await this.#files.tellPinned(fact);
      this.#told = text;
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'cannot write to the state directory what is pinned; the command that waits for it does not hear of it',
      );
    }
  }

  async #watch(onChange: () => void): Promise<void> {
    const before = this.#pin?.at;
    const pin = await this.look();
    if (this.#cancel === undefined) {
      return;
    }
    this.#cancel = this.#options.clock.after(LOOK_MS, () => void this.#watch(onChange));
    if (pin?.at !== before) {
      onChange();
    }
  }

  #tellChange(pin: Pin | undefined): void {
    const { logger } = this.#options;
    if (pin === undefined) {
      logger.warn({}, 'an operator ends the rollback; the datastore is followed again');
    } else {
      logger.warn(
        { sequence: pin.sequence, since: new Date(pin.at).toISOString(), advice: RESUME_ADVICE },
        'an operator rolled back; nothing newer is applied until `birdkeeper resume`',
      );
    }
  }
}

function factOf({ since: at, standing, reason }: PinnedStatus): PinnedFact {
  return {
    at,
    ...(standing !== undefined && { standing }),
    ...(reason !== undefined && { reason }),
  };
}

const RESUME_ADVICE = '`birdkeeper diff` shows what waits; `birdkeeper resume` applies it';
