/**
 * Makes the BIRD processes of this host run a file set, and says what came of it.
 *
 * Stage, check and sync, make current by one rename, `birdc configure`, judge the reply. What is written and what is loaded
 * are two facts, each kept where a crash can't make it wrong: the first is the link to the generation, the second a file
 * that is written after BIRD confirmed. So the next attempt, or the next start, does what is missing and nothing else.
 */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { BirdDaemon, FileSet } from '../render/file-set.js';
import { ApplyError, fileError } from './apply-error.js';
import type { ApplyOutcome, Refusal } from './apply-outcome.js';
import { Attempt } from './attempt.js';
import type { BirdInstance } from './bird-instance.js';
import type { BirdPresence } from './bird-monitor.js';
import { BirdProcess } from './bird-process.js';
import { type ApplierState, BirdStates } from './bird-states.js';
import { queryBird } from './birdc/control-client.js';
import type { BirdReply } from './birdc/reply-reader.js';
import { checkFolder } from './check/check-folder.js';
import { DriftWatch } from './disk/drift-watch.js';
import { makeFolders } from './disk/folders.js';
import type { Generation } from './disk/generations.js';
import { type CheckStaged, Installer } from './installer.js';
import { Layout } from './layout.js';
import { LoadedFacts } from './loaded-facts.js';
import { Loader } from './loader.js';
import { type Lock, takeLock } from './lock.js';

/** What an applier works on. */
export interface ApplierOptions {
  readonly outputDir: string;
  /** `.birdkeeper` inside of the output directory unless given. */
  readonly stateDir?: string;
  readonly birds: readonly BirdInstance[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Generations to keep on disk, the current one included; at least 1, 5 unless given. */
  readonly keepGenerations?: number;
  /** 10 s unless given. */
  readonly checkTimeoutMs?: number;
  /** 60 s unless given: BIRD may have to wait for the kernel. */
  readonly configureTimeoutMs?: number;
  /** How often the files are looked at, in case somebody changed them by hand; 10 s unless given. */
  readonly auditMs?: number;
}

/** Why an attempt is due although the file set is the same. */
export type Disturbance =
  | { readonly kind: 'bird'; readonly daemon: BirdDaemon; readonly presence: BirdPresence }
  /** Files were changed by hand. Told again at each look while they are. */
  | { readonly kind: 'files' };

const DEFAULTS = {
  keepGenerations: 5,
  checkTimeoutMs: 10_000,
  configureTimeoutMs: 60_000,
  auditMs: 10_000,
} as const;

const QUERY_TIMEOUT_MS = 5_000;

/** See the head of this file. Attempts are made one after the other. */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #lock: Lock;
  readonly #installer: Installer;
  readonly #facts: LoadedFacts;
  readonly #states: BirdStates;
  readonly #loader: Loader;
  readonly #birds: readonly BirdProcess[];
  readonly #drift: DriftWatch;
  readonly #warnings = new Set<string>();
  #listener: ((disturbance: Disturbance) => void) | undefined;
  #inHand: Promise<unknown> = Promise.resolve();
  /** What every BIRD was known to run at last: where to go back to. */
  #lastLoaded: FileSet | undefined;
  #lastRefusal: string | undefined;

  /**
   * Takes over an output directory: makes its folders, locks it, tidies up after a crash, and finds out what stands and
   * which BIRDs are there.
   *
   * @throws {ApplyError} when the directory can't be used, or another birdkeeper uses it
   */
  static async open(options: ApplierOptions): Promise<Applier> {
    const layout = new Layout(options.outputDir, options.stateDir);
    makeFolders(layout, options.logger);
    const applier = new Applier(options, layout, await takeLock(layout.stateDir, options.clock));
    try {
      await applier.#open();
    } catch (error) {
      await applier.close();
      throw fileError(`cannot use ${layout.stateDir}`, error);
    }
    return applier;
  }

  private constructor(options: ApplierOptions, layout: Layout, lock: Lock) {
    const { clock, logger, keepGenerations = DEFAULTS.keepGenerations } = options;
    this.#options = options;
    this.#lock = lock;
    this.#installer = new Installer({ layout, clock, logger, keepGenerations });
    this.#facts = new LoadedFacts(layout.stateFile);
    this.#birds = options.birds.map((bird) => {
      const onChange = (presence: BirdPresence): void =>
        this.#listener?.({ kind: 'bird', daemon: bird.daemon, presence });
      return new BirdProcess(bird, { clock, onChange });
    });
    this.#states = new BirdStates(this.#birds, this.#facts);
    const { configureTimeoutMs: timeoutMs = DEFAULTS.configureTimeoutMs } = options;
    this.#loader = new Loader({
      birds: this.#birds,
      facts: this.#facts,
      clock,
      logger,
      timeoutMs,
      fixedPath: (name) => layout.fixedPath(name),
    });
    this.#drift = new DriftWatch({
      layout,
      clock,
      logger,
      auditMs: options.auditMs ?? DEFAULTS.auditMs,
      isSpoilt: () => this.#isSpoilt(),
      onDrift: () => this.#listener?.({ kind: 'files' }),
    });
  }

  /** Has `listener` told of BIRD's comings and goings, and of files changed by hand. */
  watch(listener: (disturbance: Disturbance) => void): void {
    this.#listener = listener;
  }

  /** The generation on disk; BIRD accepted it when it was checked. */
  get standing(): Generation | undefined {
    return this.#installer.standing;
  }

  /** What stands on disk and what each BIRD process runs, as of now. */
  state(): ApplierState {
    return this.#states.current(this.standing);
  }

  /** Whether files changed by hand are noticed at once; during attempts and for a second after them they are not. */
  get watchesEvents(): boolean {
    return this.#drift.hasEvents;
  }

  /** Asks a BIRD, over a connection of its own. @throws {BirdSocketError} */
  query(daemon: BirdDaemon, command: string): Promise<BirdReply> {
    const bird = this.#options.birds.find((candidate) => candidate.daemon === daemon);
    if (bird === undefined) {
      throw new Error(`${daemon} is not set up`);
    }
    const { socketPath } = bird;
    const { clock } = this.#options;
    return queryBird({ socketPath, clock, timeoutMs: QUERY_TIMEOUT_MS }, command);
  }

  /**
   * One attempt to make BIRD run `fileSet`. Rejects with bugs only.
   *
   * @param isOutdated - asked once BIRD's parser has accepted it: whether it should not be installed after all
   */
  apply(fileSet: FileSet, isOutdated?: () => boolean): Promise<ApplyOutcome> {
    const attempt = new Attempt(this.#options.clock, isOutdated);
    const outcome = this.#inHand.then(() => this.#apply(fileSet, attempt));
    this.#inHand = outcome.catch(() => {});
    return outcome;
  }

  /**
   * Has the BIRDs load what stands on disk, where they don't run it: for when there is nothing newer that could be applied.
   * `undefined` when nothing stands.
   */
  async applyStanding(): Promise<ApplyOutcome | undefined> {
    const { standing } = this;
    return standing && this.apply(standing.fileSet);
  }

  /** Waits for the attempt in hand, then lets go of everything. BIRD and its files stay as they are. */
  async close(): Promise<void> {
    this.#listener = undefined;
    await this.#inHand;
    await this.#drift.pause();
    await Promise.all(this.#birds.map((bird) => bird.close()));
    await this.#lock.release();
  }

  async #open(): Promise<void> {
    await Promise.all(this.#birds.map((bird) => bird.start()));
    this.#facts.read();
    this.#installer.open(this.#facts.usedSequence);
    this.#lastLoaded =
      this.state().generation?.loadedAt === undefined ? undefined : this.standing?.fileSet;
    this.#drift.resume(this.standing?.sequence);
  }

  async #apply(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    await this.#drift.pause();
    let outcome: ApplyOutcome;
    try {
      outcome = await this.#attempt(fileSet, attempt).catch((error: unknown) =>
        failureOf(error, attempt),
      );
      if (isBeforeBird(outcome)) {
        await this.#loadStanding();
      }
    } finally {
      this.#drift.resume(this.standing?.sequence);
    }
    if (outcome.kind === 'applied' || outcome.kind === 'unchanged') {
      this.#lastLoaded = fileSet;
      this.#lastRefusal = undefined;
    }
    return outcome;
  }

  async #attempt(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    if (!this.#isWritten(fileSet)) {
      const refusals = await this.#install(fileSet, attempt);
      if (refusals === 'outdated') {
        return { kind: 'outdated', timings: attempt.timings };
      }
      if (refusals.length > 0) {
        return this.#refused('check', fileSet, refusals, attempt);
      }
    }
    const generation = this.#standingNow();
    const birds = this.#states.notLoaded(generation);
    const { sequence } = generation;
    const { wrote, timings } = attempt;
    if (birds.length === 0 && !wrote) {
      return { kind: 'unchanged', sequence };
    }
    const [{ refusals, isInProgress }] = await attempt.run('configure', () =>
      Promise.all([
        this.#loader.load(birds, generation),
        wrote ? this.#installer.settle() : undefined,
      ]),
    );
    if (refusals.length > 0) {
      await this.#goBack(fileSet);
      return this.#refused('configure', fileSet, refusals, attempt);
    }
    return { kind: 'applied', sequence, wrote, isInProgress, timings };
  }

  /** A BIRD that was restarted gets what stands, although something newer is asked for that can't be applied. */
  async #loadStanding(): Promise<void> {
    const { standing } = this;
    const birds = standing === undefined ? [] : this.#states.notLoaded(standing);
    if (standing === undefined || birds.length === 0) {
      return;
    }
    const { logger } = this.#options;
    try {
      await this.#loader.load(birds, standing);
    } catch (error) {
      const { reason, advice } = failureOf(error, new Attempt(this.#options.clock));
      logger.warn({ reason, advice }, 'BIRD could not be had load the last good configuration');
    }
  }

  #isWritten({ digest }: FileSet): boolean {
    if (this.standing?.fileSet.digest !== digest) {
      return false;
    }
    const damage = this.#installer.damage();
    if (damage.length > 0) {
      this.#options.logger.warn({ files: damage }, 'files were changed by hand; writing them anew');
    }
    return damage.length === 0;
  }

  async #install(fileSet: FileSet, attempt: Attempt): Promise<readonly Refusal[] | 'outdated'> {
    try {
      return await this.#installer.install(fileSet, this.#check, attempt);
    } catch (error) {
      if (attempt.wrote) {
        await this.#installer.settle();
      }
      throw error;
    }
  }

  readonly #check: CheckStaged = (folder, fileSet) => {
    const { clock, checkTimeoutMs: timeoutMs = DEFAULTS.checkTimeoutMs } = this.#options;
    const onWarning = (daemon: BirdDaemon, line: string): void => this.#warnOnce(daemon, line);
    return checkFolder(folder, fileSet, { birds: this.#birds, clock, timeoutMs, onWarning });
  };

  /**
   * The running BIRD refuses what its parser accepted (they may be of different versions): the last generation that was
   * loaded becomes current again, under a new number, and is loaded by those who had taken the new one.
   */
  async #goBack(refused: FileSet): Promise<void> {
    const { clock, logger } = this.#options;
    const former = this.#lastLoaded;
    if (former === undefined || former.digest === refused.digest) {
      logger.warn({}, 'BIRD refuses what stands on disk, and there is nothing older to go back to');
      return;
    }
    const attempt = new Attempt(clock);
    try {
      await this.#installer.install(former, async () => [], attempt);
      const generation = this.#standingNow();
      await this.#loader.load(this.#states.notLoaded(generation), generation);
      await this.#installer.settle();
    } catch (error) {
      const { reason, advice } = failureOf(error, attempt);
      logger.error({ reason, advice }, 'could not go back to the configuration before');
    }
  }

  #isSpoilt(): boolean {
    try {
      return this.#installer.damage().length > 0;
    } catch (error) {
      // The attempt that follows meets the same error, and says what to do.
      this.#options.logger.debug({ err: error }, 'the output directory cannot be looked at');
      return true;
    }
  }

  #standingNow(): Generation {
    if (this.standing === undefined) {
      throw new Error('nothing stands, although it was installed');
    }
    return this.standing;
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

  #warnOnce(daemon: BirdDaemon, line: string): void {
    const warning = line.replaceAll(/\S*\/generations\/\d+\//g, '');
    if (!this.#warnings.has(warning)) {
      this.#warnings.add(warning);
      this.#options.logger.warn({ daemon, line: warning }, 'BIRD accepts but warns');
    }
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
