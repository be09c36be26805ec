/**
 * The configuration that BIRD ran last: it stands, whole and loaded, while what is asked for can't be had; and it is gone
 * back to when a running BIRD refuses what its parser had accepted.
 */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { FileSet } from '../render/file-set.js';
import type { Refusal } from './apply-outcome.js';
import { Attempt, failureOf } from './attempt.js';
import type { BirdProcess } from './bird-process.js';
import type { BirdStates } from './bird-states.js';
import type { Generation } from './disk/generation-folders.js';
import type { Installer } from './installer.js';
import type { LoadedFacts } from './loaded-facts.js';
import type { Loader } from './loader.js';
import { causeInWords } from './story/story.js';

/** What it works with. */
export interface LastGoodOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly birds: readonly BirdProcess[];
  readonly installer: Installer;
  readonly facts: LoadedFacts;
  readonly states: BirdStates;
  readonly loader: Loader;
}

const FILES_CHANGED = 'files were changed by hand, and are written anew';

/** See the head of this file. */
export class LastGood {
  readonly #options: LastGoodOptions;
  /** What a BIRD took at last, and none refused. The other one of BIRD 1.6 may be down, for however long. */
  #taken: Generation | undefined;
  /** What went wrong here last: the same is said once. */
  #said: string | undefined;

  constructor(options: LastGoodOptions) {
    this.#options = options;
    this.#taken = this.#find();
  }

  /** Takes in what the BIRDs run now. */
  note(): void {
    const { installer, states, facts } = this.#options;
    const { standing } = installer;
    const isGood = standing !== undefined && !facts.isRefused(standing.fileSet.digest);
    if (isGood && states.isRun(standing)) {
      this.#taken = standing;
    }
  }

  /**
   * Makes the last good generation current again in the place of `refused`, under a new number, and has it loaded by those
   * who had taken the new one. Does what is missing of that: an earlier try may have failed half-way.
   *
   * @param why - for the story, where it isn't that BIRD refuses it
   */
  async goBack(refused: FileSet, why?: string): Promise<void> {
    const { installer } = this.#options;
    const { standing: spoilt } = installer;
    const former = this.#taken;
    if (spoilt === undefined || spoilt.fileSet.digest !== refused.digest) {
      await this.uphold();
      return;
    }
    if (former === undefined || former.fileSet.digest === refused.digest) {
      this.#tell(
        'error',
        'BIRD could not start from what stands on disk, and nothing older is known',
        {
          advice: 'mend what BIRD names; until then, keep the BIRD that runs',
        },
      );
      return;
    }
    const failed = 'could not go back to the configuration before';
    const cause =
      why ?? `BIRD refuses generation ${spoilt.sequence}, and runs again what it ran before`;
    await this.#work('error', failed, cause, async (attempt) => {
      await installer.install(former.fileSet, async () => [], attempt, former);
      installer.keepAsRefused(spoilt.sequence);
      return this.#load();
    });
  }

  /** Puts back what somebody else did to the files that stand, and has them loaded by a BIRD that was restarted. */
  async uphold(): Promise<void> {
    const { installer, logger } = this.#options;
    const { standing } = installer;
    if (standing === undefined) {
      return;
    }
    const failed = 'the last good configuration could not be upheld';
    await this.#work('warn', failed, FILES_CHANGED, async (attempt) => {
      const files = installer.damage();
      if (files.length > 0) {
        logger.warn({ files }, 'files were changed by hand; writing the last good ones anew');
        await installer.install(standing.fileSet, async () => [], attempt);
      }
      return this.#load();
    });
  }

  /** Has those load it that don't run it; gives the refusals. */
  async #load(): Promise<readonly Refusal[]> {
    const { clock, birds, installer, states, facts, loader } = this.#options;
    const { standing } = installer;
    const due = standing === undefined ? [] : states.notLoaded(standing);
    if (standing === undefined || due.length === 0) {
      return [];
    }
    const known = facts.refusalsOf(standing.fileSet.digest, birds, clock.now());
    return known.length > 0 ? known : (await loader.load(due, standing)).refusals;
  }

  async #work(
    level: 'warn' | 'error',
    failed: string,
    cause: string,
    work: (attempt: Attempt) => Promise<readonly Refusal[]>,
  ): Promise<void> {
    const { clock, installer } = this.#options;
    const attempt = new Attempt(clock, { cause: () => causeInWords(cause, clock) });
    try {
      const refusals = await work(attempt);
      this.#tell(level, failed, refusals.length > 0 ? { refusals } : undefined);
    } catch (error) {
      const { reason, advice } = failureOf(error, attempt);
      this.#tell(level, failed, { reason, advice });
    }
    if (attempt.wrote) {
      await installer.settle();
    }
  }

  #tell(level: 'warn' | 'error', message: string, fields: object | undefined): void {
    const text = fields && JSON.stringify([message, fields]);
    if (fields !== undefined && text !== this.#said) {
      this.#options.logger[level](fields, message);
    }
    this.#said = text;
  }

  /** After a start: the newest that any BIRD is known to have taken, if it is still on disk; else what stands. */
  #find(): Generation | undefined {
    const { installer, facts } = this.#options;
    const { standing } = installer;
    const good = facts.all.filter(({ digest }) => !facts.isRefused(digest));
    for (const { sequence, digest } of good) {
      const found = standing?.sequence === sequence ? standing : installer.read(sequence);
      if (found?.fileSet.digest === digest) {
        return found;
      }
    }
    return standing !== undefined && !facts.isRefused(standing.fileSet.digest)
      ? standing
      : undefined;
  }
}
