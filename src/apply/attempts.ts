/**
 * What one attempt does: stage, check and sync, make current by one rename, have BIRD load it, judge the replies, and go
 * back when a running BIRD refuses what its parser had accepted.
 */

import type { FileSet } from '../render/file-set.js';
import { ApplyError } from './apply-error.js';
import type { ApplyOutcome, Refusal } from './apply-outcome.js';
import { type Attempt, failureOf } from './attempt.js';
import type { BirdProcess } from './bird-process.js';
import { TrialEnd } from './confirm/trial-end.js';
import type { Trial } from './confirm/trial-file.js';
import type { Trials } from './confirm/trials.js';
import type { Generation } from './disk/generation-folders.js';
import type { CheckStaged } from './installer.js';
import { LastGood, type LastGoodOptions } from './last-good.js';
import type { Loaded } from './loader.js';
import type { Stories } from './story/stories.js';

/** What attempts work with. */
export interface AttemptsOptions extends LastGoodOptions {
  readonly check: CheckStaged;
  /** See `Lock.uphold`. */
  readonly upholdLock: () => Promise<void>;
  readonly trials: Trials;
  readonly stories: Stories;
}

/** See the head of this file. One attempt at a time. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #lastGood: LastGood;
  readonly #trialEnd: TrialEnd;
  #lastRefusal: string | undefined;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#lastGood = new LastGood(options);
    const now = (): number => options.clock.now();
    this.#trialEnd = new TrialEnd({ ...options, lastGood: this.#lastGood, now });
  }

  /** Makes one attempt. Rejects with bugs only. */
  async make(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    this.#options.trials.goOn();
    try {
      await this.#options.upholdLock();
    } catch (error) {
      // The files are somebody else's now: not even the last good ones are put back.
      return failureOf(error, attempt);
    }
    const outcome = await this.#make(fileSet, attempt).catch((error: unknown) =>
      failureOf(error, attempt),
    );
    // What is on trial must not be loaded for good.
    if (isBeforeBird(outcome) && this.#options.trials.running === undefined) {
      await this.#lastGood.uphold();
    }
    this.#lastGood.note();
    if (outcome.kind === 'applied' || outcome.kind === 'unchanged') {
      this.#lastRefusal = undefined;
      if (attempt.expected !== undefined) {
        this.#options.trials.pardon(fileSet.digest);
      }
    }
    return outcome;
  }

  async #make(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    const { facts, birds, clock, trials } = this.#options;
    await this.#trialEnd.settle();
    const { quarantine } = trials;
    if (quarantine?.digest === fileSet.digest && attempt.isPinned) {
      trials.acquit();
    } else if (quarantine?.digest === fileSet.digest) {
      await this.#lastGood.goBack(fileSet);
      return this.#unconfirmed(fileSet, { ...quarantine, isRepeated: true }, attempt);
    }
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
    const trial = await this.#settledOnError(attempt, () =>
      this.#beginTrial(birds, generation, attempt),
    );
    const { refusals, isInProgress } = await attempt.run('configure', () =>
      this.#loadAndSettle(birds, { generation, wrote, trial }),
    );
    if (refusals.length > 0) {
      await this.#lastGood.goBack(fileSet);
      return this.#refused('configure', fileSet, refusals, attempt);
    }
    if (trial !== undefined) {
      const reason = await attempt.run('confirm', () => this.#try(trial, generation));
      if (reason !== undefined) {
        return this.#unconfirmed(fileSet, { sequence, reason, isRepeated: false }, attempt);
      }
    }
    return { kind: 'applied', sequence, wrote, isInProgress, timings };
  }

  async #beginTrial(
    birds: readonly BirdProcess[],
    generation: Generation,
    { expected }: Attempt,
  ): Promise<Trial | undefined> {
    const { trials, loader } = this.#options;
    const isDue = expected !== undefined && trials.areOn && !(await loader.hasSoftDue(birds));
    return isDue ? trials.begin(birds, generation, expected) : undefined;
  }

  /** Waits for the end of a trial; gives why the generation failed it. */
  async #try(trial: Trial, generation: Generation): Promise<string | undefined> {
    const { trials, logger } = this.#options;
    const { sequence, until } = trial;
    const fields = { sequence, until: new Date(until).toISOString() };
    logger.info(fields, 'on trial: BIRD undoes it unless the sessions of before are there again');
    const verdict = await trials.watch(trial);
    const reason = await this.#trialEnd.conclude(trial, generation, verdict);
    if (verdict.kind === 'missed') {
      throw new ApplyError(`generation ${sequence} was undone: ${verdict.reason}`, {
        advice: 'it is tried again; give it more time (--confirm) if this goes on',
        isRetryable: true,
      });
    }
    return reason;
  }

  /** Side by side; both have ended when it resolves or rejects. */
  async #loadAndSettle(
    birds: readonly BirdProcess[],
    { generation, wrote, trial }: Reload,
  ): Promise<Loaded> {
    const { installer, loader, trials } = this.#options;
    const settled = wrote ? installer.settle() : undefined;
    let isTaken = false;
    try {
      const loaded = await loader.load(birds, generation, trial);
      isTaken = loaded.refusals.length === 0;
      return loaded;
    } finally {
      await settled;
      if (trial !== undefined && !isTaken) {
        // One of two may have taken it.
        await trials.takeBack(trial);
      }
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
    return this.#settledOnError(attempt, () => installer.install(fileSet, check, attempt));
  }

  /** What `work` gives. What is current all the same when it throws is settled. */
  async #settledOnError<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (attempt.wrote) {
        await this.#options.installer.settle();
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

  #unconfirmed(
    { digest }: FileSet,
    { sequence, reason, isRepeated }: Pick<Unconfirmed, 'sequence' | 'reason' | 'isRepeated'>,
    { timings }: Attempt,
  ): Unconfirmed {
    const { states } = this.#options;
    const standing = this.#standingNow();
    const isBack = standing.fileSet.digest !== digest && states.notLoaded(standing).length === 0;
    return { kind: 'unconfirmed', sequence, reason, isRepeated, isBack, timings };
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

type Unconfirmed = Extract<ApplyOutcome, { readonly kind: 'unconfirmed' }>;

/** A generation that is to be loaded. */
interface Reload {
  readonly generation: Generation;
  /** Whether it is new on disk. */
  readonly wrote: boolean;
  readonly trial: Trial | undefined;
}

/** Whether it ended before BIRD was told anything. */
function isBeforeBird(outcome: ApplyOutcome): boolean {
  return (
    (outcome.kind === 'refused' && outcome.step === 'check') ||
    (outcome.kind === 'failed' && outcome.step !== 'configure' && !outcome.wrote)
  );
}
