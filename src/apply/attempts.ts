/**
 * What one attempt does: stage, check and sync, make current by one rename, have BIRD load it, judge the replies, and go
 * back when a running BIRD refuses what its parser had accepted.
 */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { FileSet } from '../render/file-set.js';
import { ApplyError, fileError } from './apply-error.js';
import type { ApplyOutcome, Refusal } from './apply-outcome.js';
import { Attempt } from './attempt.js';
import type { BirdProcess } from './bird-process.js';
import type { BirdStates } from './bird-states.js';
import type { Generation } from './disk/generations.js';
import type { CheckStaged, Installer } from './installer.js';
import type { LoadedFacts } from './loaded-facts.js';
import type { Loader } from './loader.js';

/** What attempts work with. */
export interface AttemptsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly birds: readonly BirdProcess[];
  readonly installer: Installer;
  readonly facts: LoadedFacts;
  readonly states: BirdStates;
  readonly loader: Loader;
  readonly check: CheckStaged;
}

/** See the head of this file. One attempt at a time. */
export class Attempts {
  readonly #options: AttemptsOptions;
  /** What every BIRD was known to run at last: where to go back to. */
  #lastLoaded: Generation | undefined;
  #lastRefusal: string | undefined;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#lastLoaded = this.#findLastLoaded();
  }

  /** Makes one attempt. Rejects with bugs only. */
  async make(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    const outcome = await this.#make(fileSet, attempt).catch((error: unknown) =>
      failureOf(error, attempt),
    );
    if (isBeforeBird(outcome)) {
      await this.#loadStanding();
    }
    if (outcome.kind === 'applied' || outcome.kind === 'unchanged') {
      this.#lastLoaded = this.#options.installer.standing;
      this.#lastRefusal = undefined;
    }
    return outcome;
  }

  async #make(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    const { facts, birds, clock } = this.#options;
    const known = facts.refusalsOf(fileSet.digest, birds, clock.now());
    if (known.length > 0) {
      await this.#goBack(fileSet);
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
    const { installer, states, loader } = this.#options;
    const generation = this.#standingNow();
    const birds = states.notLoaded(generation);
    const { sequence } = generation;
    const { wrote, timings } = attempt;
    if (birds.length === 0 && !wrote) {
      return { kind: 'unchanged', sequence };
    }
    const [{ refusals, isInProgress }] = await attempt.run('configure', () =>
      Promise.all([loader.load(birds, generation), wrote ? installer.settle() : undefined]),
    );
    if (refusals.length > 0) {
      await this.#goBack(fileSet);
      return this.#refused('configure', fileSet, refusals, attempt);
    }
    return { kind: 'applied', sequence, wrote, isInProgress, timings };
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

  /**
   * The running BIRD refuses what its parser accepted (they may be of different versions): the last generation that was
   * loaded becomes current again, under a new number, and is loaded by those who had taken the new one. Does what is missing
   * of that: an earlier try may have failed half-way.
   */
  async #goBack(refused: FileSet): Promise<void> {
    const { clock, logger, installer } = this.#options;
    const spoilt = this.#standingNow();
    const former = this.#lastLoaded;
    const attempt = new Attempt(clock);
    try {
      if (spoilt.fileSet.digest === refused.digest) {
        if (former === undefined || former.fileSet.digest === refused.digest) {
          logger.debug({}, 'BIRD refuses what stands, and there is nothing older to go back to');
          return;
        }
        await installer.install(former.fileSet, async () => [], attempt, former);
        installer.keepAsRefused(spoilt.sequence);
      }
      await this.#loadStanding();
    } catch (error) {
      const { reason, advice } = failureOf(error, attempt);
      logger.error({ reason, advice }, 'could not go back to the configuration before');
    }
    if (attempt.wrote) {
      await installer.settle();
    }
  }

  /** A BIRD that was restarted gets what stands, although something newer is asked for that can't be applied. */
  async #loadStanding(): Promise<void> {
    const { clock, logger, installer, states, loader } = this.#options;
    const { standing } = installer;
    const birds = standing === undefined ? [] : states.notLoaded(standing);
    if (standing === undefined || birds.length === 0) {
      return;
    }
    try {
      await loader.load(birds, standing);
    } catch (error) {
      const { reason, advice } = failureOf(error, new Attempt(clock));
      logger.warn({ reason, advice }, 'BIRD did not load the last good configuration');
    }
  }

  /** After a start: what stands if BIRD runs it; else what BIRD is known to run, if that is still on disk. */
  #findLastLoaded(): Generation | undefined {
    const { installer, states } = this.#options;
    const { standing } = installer;
    const needed = states.current(standing).birds.filter(({ isNeeded }) => isNeeded);
    const [sequence, ...others] = new Set(needed.map(({ loaded }) => loaded?.sequence));
    if (sequence === undefined || others.length > 0) {
      return undefined;
    }
    return standing?.sequence === sequence ? standing : installer.read(sequence);
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

function failureOf(error: unknown, { step, wrote, timings }: Attempt) {
  const failure = fileError('cannot apply the configuration', error);
  if (!(failure instanceof ApplyError)) {
    throw failure;
  }
  const { message: reason, advice } = failure;
  return { kind: 'failed', step, reason, advice, wrote, timings } as const;
}
