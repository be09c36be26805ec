/** How a generation comes out of its trial, for the files, the facts and its story: confirmed, or gone back from. */

import type { Logger } from '../../base/logger.js';
import { ApplyError } from '../apply-error.js';
import type { Generation } from '../disk/generation-folders.js';
import type { Installer } from '../installer.js';
import type { LastGood } from '../last-good.js';
import type { LoadedFacts } from '../loaded-facts.js';
import type { Loader } from '../loader.js';
import type { Stories } from '../story/stories.js';
import { LATE, type TrialVerdict } from './judge-trial.js';
import type { Trial } from './trial-file.js';
import type { Trials } from './trials.js';

/** What it works with. */
export interface TrialEndOptions {
  readonly logger: Logger;
  readonly trials: Trials;
  readonly lastGood: LastGood;
  readonly installer: Installer;
  readonly facts: LoadedFacts;
  readonly loader: Loader;
  readonly stories: Stories;
  readonly now: () => number;
}

/** See the head of this file. */
export class TrialEnd {
  readonly #options: TrialEndOptions;
  /** How the trial ended that BIRD could not be told the end of. */
  #untold: TrialVerdict | undefined;

  constructor(options: TrialEndOptions) {
    this.#options = options;
  }

  /**
   * Ends what a former run, or a former attempt, left on trial.
   *
   * @throws {ApplyError} when BIRD can't be told, and has not undone it by itself yet
   */
  async settle(): Promise<void> {
    const { trials, installer, facts, logger } = this.#options;
    const trial = trials.running;
    if (trial === undefined) {
      return;
    }
    const { sequence, until } = trial;
    if (trial.birds.every(({ daemon }) => facts.get(daemon)?.sequence === sequence)) {
      trials.end();
      return;
    }
    const { standing } = installer;
    const generation = standing?.sequence === sequence ? standing : undefined;
    if (this.#untold === undefined) {
      const fields = { sequence, until: new Date(until).toISOString() };
      logger.warn(fields, 'birdkeeper ended while this generation was on trial');
    }
    // A BIRD that ended while nobody looked, as with the machine, says nothing of the sessions.
    const canGoOn = generation !== undefined && trials.areStill(trial);
    const verdict = this.#untold ?? (canGoOn ? await trials.watch(trial) : LATE);
    await this.conclude(trial, generation, verdict);
  }

  /**
   * Does what follows from a verdict; gives why the generation is not to be tried again, where that is so.
   *
   * @param generation - what is on trial, while it stands on disk
   * @throws {ApplyError} when nobody waits for the end, or BIRD could not be told
   */
  async conclude(
    trial: Trial,
    generation: Generation | undefined,
    verdict: TrialVerdict,
  ): Promise<string | undefined> {
    const { sequence } = trial;
    switch (verdict.kind) {
      case 'confirmed':
        this.#confirmed(trial, generation);
        return undefined;
      case 'left':
        throw new ApplyError(`birdkeeper is to end while generation ${sequence} is on trial`, {
          advice:
            'the next start confirms it when its sessions are there; otherwise BIRD undoes it',
          isRetryable: true,
        });
      case 'missed':
        await this.#goBack(trial, generation, verdict);
        return undefined;
      case 'failed':
        await this.#goBack(trial, generation, verdict);
        return verdict.reason;
    }
  }

  #confirmed(trial: Trial, generation: Generation | undefined): void {
    const { loader, logger } = this.#options;
    this.#tellStory(trial, 'confirmed', 'the sessions of before are there');
    if (generation !== undefined) {
      loader.noteConfirmed(trial.birds, generation);
    }
    logger.info({ sequence: trial.sequence }, 'the sessions of before are there; confirmed');
  }

  async #goBack(
    trial: Trial,
    generation: Generation | undefined,
    verdict: Extract<TrialVerdict, { readonly reason: string }>,
  ): Promise<void> {
    const { trials, lastGood, logger } = this.#options;
    const { sequence, until } = trial;
    const isBack = await trials.takeBack(trial);
    this.#untold = isBack ? undefined : verdict;
    if (!isBack) {
      throw new ApplyError(`BIRD could not be told to undo generation ${sequence}`, {
        advice: `BIRD does so by itself by ${new Date(until).toISOString()}`,
        isRetryable: true,
      });
    }
    const { kind, reason } = verdict;
    this.#tellStory(trial, 'undone', reason);
    logger.warn({ sequence, reason }, 'a generation on trial was not confirmed; BIRD went back');
    if (generation !== undefined) {
      if (kind === 'failed') {
        trials.condemn(sequence, generation.fileSet, reason);
      }
      await lastGood.goBack(
        generation.fileSet,
        `generation ${sequence} was not confirmed, and BIRD went back to what it ran before`,
      );
    }
  }

  #tellStory({ sequence, birds }: Trial, outcome: 'confirmed' | 'undone', text: string): void {
    const { stories, now } = this.#options;
    const at = now();
    stories.add(
      sequence,
      birds.map(({ daemon }) => ({ daemon, at, outcome, text })),
    );
    stories.write();
  }
}
