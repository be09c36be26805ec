/**
 * What one attempt does: stage, check and sync, make current by one rename, have BIRD load it, judge the replies, and go
 * back when a running BIRD refuses what its parser had accepted.
 */

import type { FileSet } from '../render/file-set.js';
import type { ApplyOutcome, Refusal } from './apply-outcome.js';
import { type Attempt, failureOf } from './attempt.js';
import type { BirdProcess } from './bird-process.js';
import type { Generation } from './disk/generation-folders.js';
import type { CheckStaged } from './installer.js';
import { LastGood, type LastGoodOptions } from './last-good.js';
import type { Loaded } from './loader.js';

/** What attempts work with. */
export interface AttemptsOptions extends LastGoodOptions {
  readonly check: CheckStaged;
  /** See `Lock.uphold`. */
  readonly upholdLock: () => Promise<void>;
}

/** See the head of this file. One attempt at a time. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #lastGood: LastGood;
  #lastRefusal: string | undefined;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#lastGood = new LastGood(options);
  }

  /** Makes one attempt. Rejects with bugs only. */
  async make(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    try {
      await this.#options.upholdLock();
    } catch (error) {
      // The files are somebody else's now: not even the last good ones are put back.
      return failureOf(error, attempt);
    }
    const outcome = await this.#make(fileSet, attempt).catch((error: unknown) =>
      failureOf(error, attempt),
    );
    if (isBeforeBird(outcome)) {
      await this.#lastGood.uphold();
    }
    this.#lastGood.note();
    if (outcome.kind === 'applied' || outcome.kind === 'unchanged') {
      this.#lastRefusal = undefined;
    }
    return outcome;
  }

  async #make(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    const { facts, birds, clock } = this.#options;
    const known = facts.refusalsOf(fileSet.digest, birds, clock.now());
    if (known.length > 0) {
      await this.#lastGood.goBack(fileSet);
      return this.#refused('configure', fileSet, known, attempt);
    }
    if (!this.#isWritten(fileSet)) {
      const refusals = await this.#install(fileSet, attempt);
      if (refusals === 'outdated') {
        return { kind: 'outdated', timings: attempt.timings };
      }
      if (refusals.length > 0) {
        return this.#refused('check', fileSet, refusals, attempt);
      }
    }
    return this.#load(fileSet, attempt);
  }

  async #load(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    const { states } = this.#options;
    const generation = this.#standingNow();
    const birds = states.notLoaded(generation);
    const { sequence } = generation;
    const { wrote, timings } = attempt;
    if (birds.length === 0 && !wrote) {
      return { kind: 'unchanged', sequence };
    }
    const { refusals, isInProgress } = await attempt.run('configure', () =>
      this.#loadAndSettle(birds, generation, wrote),
    );
    if (refusals.length > 0) {
      await this.#lastGood.goBack(fileSet);
      return this.#refused('configure', fileSet, refusals, attempt);
    }
    return { kind: 'applied', sequence, wrote, isInProgress, timings };
  }

  /** Side by side; both have ended when it resolves or rejects. */
  async #loadAndSettle(
    birds: readonly BirdProcess[],
    generation: Generation,
    wrote: boolean,
  ): Promise<Loaded> {
    const { installer, loader } = this.#options;
    const settled = wrote ? installer.settle() : undefined;
    try {
      return await loader.load(birds, generation);
    } finally {
      await settled;
    }
  }

  #isWritten({ digest }: FileSet): boolean {
    const { installer, logger } = this.#options;
    if (installer.standing?.fileSet.digest !== digest) {
      return false;
    }
    const damage = installer.damage();
    if (damage.length > 0) {
      logger.warn({ files: damage }, 'files were changed by hand; writing them anew');
    }
    return damage.length === 0;
  }

  async #install(fileSet: FileSet, attempt: Attempt): Promise<readonly Refusal[] | 'outdated'> {
    const { installer, check } = this.#options;
    try {
      return await installer.install(fileSet, check, attempt);
    } catch (error) {
      if (attempt.wrote) {
        await installer.settle();
      }
      throw error;
    }
  }

  #standingNow(): Generation {
    const { standing } = this.#options.installer;
    if (standing === undefined) {
      throw new Error('nothing stands, although it was installed');
    }
    return standing;
  }

  #refused(
    step: 'check' | 'configure',
    { digest }: FileSet,
    refusals: readonly Refusal[],
    { timings }: Attempt,
  ): ApplyOutcome {
    const refusal = JSON.stringify([digest, step, refusals]);
    const isRepeated = refusal === this.#lastRefusal;
    this.#lastRefusal = refusal;
    return { kind: 'refused', step, refusals, isRepeated, timings };
  }
}

/** Whether it ended before BIRD was told anything. */
function isBeforeBird(outcome: ApplyOutcome): boolean {
  return (
    (outcome.kind === 'refused' && outcome.step === 'check') ||
    (outcome.kind === 'failed' && outcome.step !== 'configure' && !outcome.wrote)
  );
}
