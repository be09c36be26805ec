/** Where the daemon tells operators what it holds, and hears what they let through. Failures are said, and never thrown. */

import type { Logger } from '../../base/logger.js';
import { type HeldState, HoldFiles } from './hold-files.js';

/** See the head of this file. */
export class HoldDesk {
  readonly #files: HoldFiles;
  readonly #logger: Logger;
  #isTold = true;
  #lastError = '';

  constructor({ stateDir, logger }: { readonly stateDir: string; readonly logger: Logger }) {
    this.#files = new HoldFiles(stateDir);
    this.#logger = logger;
  }

  /** Whether what was to be told last is told. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** What a former run has told; `undefined` also when it can't be read. */
  held(): Promise<HeldState | undefined> {
    return this.#orSaid(() => this.#files.held(), CANNOT_READ);
  }

  /** Tells what is held, or that nothing is. */
  async tell(held: HeldState | undefined): Promise<void> {
    const isTold = await this.#orSaid(async () => {
      await this.#files.tellHeld(held);
      return true;
    }, CANNOT_WRITE);
    this.#isTold = isTold ?? false;
  }

  /** The state that an operator lets through. */
  released(): Promise<string | undefined> {
    return this.#orSaid(() => this.#files.released(), "an operator's release cannot be read");
  }

  /** What `work` gives; an error is said, once while it stays the same. */
  async #orSaid<T>(work: () => Promise<T>, message: string): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const text = `${message}: ${error}`;
      if (text !== this.#lastError) {
        this.#logger.warn({ err: error }, message);
      }
      this.#lastError = text;
      return undefined;
    }
  }
}

const CANNOT_READ = 'what a former run held back cannot be read; it is judged anew';
const CANNOT_WRITE =
  'cannot write to the state directory what is held back, and trying again; until then `birdkeeper release` does not find it';
