/**
 * Makes the BIRD processes of this host run a file set, and says what came of it.
 *
 * What is written and what is loaded are two facts. The link to the generation is the first one. The second stands in a file
 * that is written after BIRD confirmed. No crash makes either wrong, so the next attempt, or the next start, does what is
 * missing and nothing else.
 */

import { join } from 'node:path';

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { BirdDaemon, FileSet } from '../render/file-set.js';
import { fileError } from './apply-error.js';
import type { ApplyOutcome } from './apply-outcome.js';
import { Attempt, type AttemptOptions } from './attempt.js';
import { Attempts } from './attempts.js';
import type { BirdInstance } from './bird-instance.js';
import type { BirdPresence } from './bird-monitor.js';
import { BirdProcess } from './bird-process.js';
import { type ApplierState, BirdStates } from './bird-states.js';
import { importAnew } from './birdc/import-anew.js';
import { checkerOf } from './check/checker.js';
import { TrialFile } from './confirm/trial-file.js';
import { Trials } from './confirm/trials.js';
import { DriftWatch } from './disk/drift-watch.js';
import { makeFolders } from './disk/folders.js';
import type { Generation } from './disk/generation-folders.js';
import { OtherWriter } from './disk/other-writer.js';
import { Installer } from './installer.js';
import { Layout } from './layout.js';
import { LoadedFacts } from './loaded-facts.js';
import { Loader } from './loader.js';
import { type Lock, takeLocks } from './lock.js';
import { findPinned, type Pin, type Pinned } from './pinned.js';
import { ProgressWatch } from './progress-watch.js';
import { Stories } from './story/stories.js';
import { causeInWords } from './story/story.js';

/** What an applier works on. */
export interface ApplierOptions {
  readonly outputDir: string;
  /** `.birdkeeper` inside of the output directory unless given. */
  readonly stateDir?: string;
  readonly birds: readonly BirdInstance[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Generations to keep on disk, the current one included; at least 1, 5 unless given. What a BIRD runs stays besides. */
  readonly keepGenerations?: number;
  /** 10 s unless given. */
  readonly checkTimeoutMs?: number;
  /** 60 s unless given: BIRD may have to wait for the kernel. */
  readonly configureTimeoutMs?: number;
  /** How long sessions that were Established have to come back after a reload; no trials unless given. */
  readonly confirmMs?: number | undefined;
  /** How often the files are looked at, in case somebody changed them by hand; 10 s unless given. */
  readonly auditMs?: number;
  /** Brings an open file to the disk; fsync(2) unless given. */
  readonly fsync?: (descriptor: number) => Promise<void>;
  /** How long the disk may take to keep a generation; 30 s unless given. */
  readonly syncTimeoutMs?: number;
}

/** What happens beside the attempts. */
export type Disturbance =
  | { readonly kind: 'bird'; readonly daemon: BirdDaemon; readonly presence: BirdPresence }
  /** Files were changed by hand. Told again at each look while they are. */
  | { readonly kind: 'files' }
  /** Something out of the ordinary with a BIRD came or went: see `BirdState`. Nothing is to be done about it. */
  | { readonly kind: 'condition' };

const DEFAULTS = {
  keepGenerations: 5,
  checkTimeoutMs: 10_000,
  configureTimeoutMs: 60_000,
  auditMs: 10_000,
} as const;

/** See the head of this file. Attempts are made one after the other. */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #lock: Lock;
  readonly #birds: readonly BirdProcess[];
  readonly #installer: Installer;
  readonly #facts: LoadedFacts;
  readonly #states: BirdStates;
  readonly #progress: ProgressWatch;
  readonly #drift: DriftWatch;
  readonly #end = new AbortController();
  readonly #noTrials = new AbortController();
  readonly #trialFile: TrialFile;
  readonly #trials: Trials;
  readonly #layout: Layout;
  readonly #stories: Stories;
  readonly #otherWriter: OtherWriter;
  #pin: Pin | undefined;
  #pinned: Pinned | undefined;
  #attempts: Attempts | undefined;
  #listener: ((disturbance: Disturbance) => void) | undefined;
  #inHand: Promise<unknown> = Promise.resolve();
  #importing: Promise<void> = Promise.resolve();

  /**
   * Takes over an output directory: makes its folders, locks it, tidies up after a crash, and finds out what stands and
   * which BIRDs are there.
   *
   * @throws {ApplyError} when the directory can't be used, or another birdkeeper uses it
   */
  static async open(options: ApplierOptions): Promise<Applier> {
    const layout = new Layout(options.outputDir, options.stateDir);
    makeFolders(layout, options.logger);
    const applier = new Applier(options, layout, await takeLocks(layout, options.clock));
    try {
      await applier.#open();
    } catch (error) {
      await applier.close();
      throw fileError(`cannot use ${layout.stateDir}`, error);
    }
    return applier;
  }

  private constructor(options: ApplierOptions, layout: Layout, lock: Lock) {
    const { clock, logger, birds } = options;
    const shared = { layout, clock, logger };
    this.#options = options;
    this.#lock = lock;
    this.#layout = layout;
    const facts = new LoadedFacts(layout.stateFile);
    this.#facts = facts;
    this.#stories = new Stories(layout, logger);
    this.#otherWriter = new OtherWriter({
      layout,
      clock,
      onForgotten: () => this.#listener?.({ kind: 'condition' }),
    });
    this.#installer = new Installer({
      keepGenerations: DEFAULTS.keepGenerations,
      ...options,
      layout,
      loaded: () => facts.all.map(({ sequence }) => sequence),
      pinned: () => (this.#pin === undefined ? [] : [this.#pin.sequence]),
      stories: this.#stories,
      otherWriter: this.#otherWriter,
    });
    this.#birds = birds.map((bird) => this.#processOf(bird));
    const file = new TrialFile(join(layout.stateDir, 'trial.json'));
    this.#trialFile = file;
    this.#trials = new Trials({
      ...{ birds: this.#birds, file, clock, logger },
      confirmMs: options.confirmMs,
      signal: this.#noTrials.signal,
    });
    this.#states = new BirdStates(this.#birds, this.#facts);
    this.#progress = new ProgressWatch({ clock, logger, facts: this.#facts });
    this.#drift = new DriftWatch({
      ...shared,
      auditMs: options.auditMs ?? DEFAULTS.auditMs,
      isSpoilt: () => this.#isSpoilt(),
      onDrift: () => this.#listener?.({ kind: 'files' }),
    });
  }

  /** Has `listener` told of BIRD's comings and goings and how it does, and of files changed by hand. */
  watch(listener: (disturbance: Disturbance) => void): void {
    this.#listener = listener;
  }

  /** The generation on disk; BIRD accepted it when it was checked. */
  get standing(): Generation | undefined {
    return this.#installer.standing;
  }

  /** Has `applyStanding` apply this generation from now on, and keeps it on disk; `undefined` ends that. */
  pin(pin: Pin | undefined): void {
    if (pin?.at !== this.#pin?.at || this.#pinned?.generation === undefined) {
      this.#pin = pin;
      this.#pinned = pin && findPinned(pin, this.#installer, this.#birds);
    }
  }

  /** What is pinned; `undefined` when nothing is. */
  get pinned(): Pinned | undefined {
    return this.#pinned;
  }

  /** What stands on disk and what each BIRD process runs, as of now. */
  state(): ApplierState {
    const { running, quarantine } = this.#trials;
    return {
      ...this.#states.current(this.standing),
      ...(running && { trial: { sequence: running.sequence, until: running.until } }),
      ...(quarantine && { quarantine }),
    };
  }

  /** Where another program writes what we write; see `OtherWriter`. */
  get otherWriterAt(): string | undefined {
    return this.#otherWriter.path;
  }

  /** Whether files changed by hand are noticed at once; during attempts and for a second after them they are not. */
  get watchesEvents(): boolean {
    return this.#drift.hasEvents;
  }

  /**
   * Has the BIRDs that are there ask their neighbors for all routes again, without a restart of any session. Tried until
   * each has taken the command; a BIRD that goes away meanwhile imports everything when it is back.
   *
   * @param command - the dialect's `reimportCommand`
   */
  importAnew(command: string): void {
    const { clock, logger } = this.#options;
    const { signal } = this.#end;
    const due = this.#birds.map((bird) => importAnew(bird, command, { clock, logger, signal }));
    this.#importing = Promise.all([this.#importing, ...due]).then(() => {});
  }

  /**
   * One attempt to make BIRD run `fileSet`. Rejects with bugs only.
   */
  apply(fileSet: FileSet, options?: AttemptOptions): Promise<ApplyOutcome> {
    const attempt = new Attempt(this.#options.clock, options);
    const outcome = this.#inHand.then(() => this.#apply(fileSet, attempt));
    this.#inHand = outcome.catch(() => {});
    return outcome;
  }

  /**
   * Has the BIRDs load what stands on disk, where they don't run it: for when there is nothing newer that could be applied. What is
   * pinned is made to stand first. `undefined` when nothing stands.
   */
  async applyStanding(): Promise<ApplyOutcome | undefined> {
    const { standing } = this;
    if (this.#pinned?.generation === undefined) {
      return standing && this.apply(standing.fileSet);
    }
    const { pin, generation } = this.#pinned;
    const cause = `an operator rolled back to generation ${pin.sequence}`;
    return this.apply(generation.fileSet, {
      cause: () => causeInWords(cause, this.#options.clock),
      isPinned: true,
    });
  }

  /** When BIRD undoes what is on trial, by the monotonic clock; `undefined` when nothing is. */
  get trialEndMs(): number | undefined {
    return this.#trials.running?.undoMs;
  }

  /** Has the attempt in hand take back what it has on trial: an operator wants something else. */
  abandonTrial(): void {
    this.#trials.abandon();
  }

  /** Waits no longer for sessions: BIRD undoes what is on trial, unless a later applier confirms it. */
  leaveTrial(): void {
    this.#noTrials.abort();
  }

  /** Waits for the attempt in hand, then lets go of everything. BIRD and its files stay as they are. */
  async close(): Promise<void> {
    this.#listener = undefined;
    this.#otherWriter.close();
    this.leaveTrial();
    await this.#inHand;
    this.#end.abort();
    await this.#drift.pause();
    await Promise.all([this.#importing, this.#progress.close()]);
    await Promise.all(this.#birds.map((bird) => bird.close()));
    await this.#lock.release();
  }

  async #open(): Promise<void> {
    await Promise.all(this.#birds.map((bird) => bird.start()));
    this.#facts.read(this.#options.logger);
    this.#trialFile.read(this.#options.logger);
    this.#installer.open();
    this.#facts.forgetRestored((sequence) => this.#installer.markOf(sequence));
    this.#attempts = this.#attemptsOf();
    this.#progress.follow(this.#birds);
    this.#drift.resume(this.standing?.sequence);
  }

  async #apply(fileSet: FileSet, attempt: Attempt): Promise<ApplyOutcome> {
    await this.#drift.pause();
    try {
      if (this.#attempts === undefined) {
        throw new Error('the applier is not open');
      }
      const outcome = await this.#attempts.make(fileSet, attempt);
      this.#progress.follow(this.#birds);
      if (outcome.kind !== 'unchanged') {
        for (const bird of this.#birds) {
          bird.noteLoaded();
        }
      }
      return outcome;
    } finally {
      this.#drift.resume(this.standing?.sequence);
    }
  }

  #processOf(bird: BirdInstance): BirdProcess {
    const { clock, logger } = this.#options;
    return new BirdProcess(bird, {
      clock,
      logger,
      onPresence: (presence: BirdPresence) =>
        this.#listener?.({ kind: 'bird', daemon: bird.daemon, presence }),
      onCondition: () => this.#listener?.({ kind: 'condition' }),
    });
  }

  #attemptsOf(): Attempts {
    const { clock, logger } = this.#options;
    const { configureTimeoutMs: timeoutMs = DEFAULTS.configureTimeoutMs } = this.#options;
    const { checkTimeoutMs = DEFAULTS.checkTimeoutMs } = this.#options;
    const [birds, facts, installer] = [this.#birds, this.#facts, this.#installer];
    const stories = this.#stories;
    const fixedPath = (name: string): string => this.#layout.fixedPath(name);
    const markOf = (sequence: number): string | undefined => installer.markOf(sequence);
    return new Attempts({
      ...{ clock, logger, birds, facts, installer },
      ...{ states: this.#states, trials: this.#trials, stories },
      upholdLock: () => this.#lock.uphold(),
      loader: new Loader({ birds, facts, clock, logger, timeoutMs, fixedPath, markOf, stories }),
      check: checkerOf({ birds, clock, logger, timeoutMs: checkTimeoutMs }),
    });
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
}
