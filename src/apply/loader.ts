/** Has BIRD load the generation that stands, and keeps book of what it loaded. */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { BirdDaemon, FileSet } from '../render/file-set.js';
import { ApplyError } from './apply-error.js';
import type { Refusal } from './apply-outcome.js';
import type { BirdProcess } from './bird-process.js';
import { type Configured, configure } from './birdc/configure.js';
import { BirdSocketError } from './birdc/control-client.js';
import type { BirdRefusal } from './check/bird-refusal.js';
import { refusalOf } from './check/refusal.js';
import type { Trial } from './confirm/trial-file.js';
import type { Generation } from './disk/generation-folders.js';
import type { LoadedFact, LoadedFacts } from './loaded-facts.js';
import { MainFile } from './main-file.js';
import { SoftConfigure } from './soft-configure.js';
import { type LoadAnswer, loadedAnswer } from './story/answers.js';
import type { Stories } from './story/stories.js';

/** What a loader needs. */
export interface LoaderOptions {
  readonly birds: readonly BirdProcess[];
  readonly facts: LoadedFacts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  /** The path at which BIRD is to find a file. */
  readonly fixedPath: (name: string) => string;
  /** See `Generations.markOf`. */
  readonly markOf: (sequence: number) => string | undefined;
  readonly stories: Stories;
}

/** How the reply begins when another reconfiguration is under way: 0005. */
const QUEUED = 'Reconfiguration already in progress';

/** That BIRD can't open a file is no verdict on the text: rights can be given while text and process stay the same. */
const CANNOT_READ = /Unable to open|Permission denied|No such file/;
/** How long a refusal is believed that may pass while text and process stay the same, in milliseconds. */
const PASSING_MS = 60_000;

/** What the BIRD processes answered. */
export interface Loaded {
  readonly isInProgress: boolean;
  readonly refusals: readonly Refusal[];
}

/** See the head of this file. */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #softConfigure: SoftConfigure;
  readonly #mainFile: MainFile;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#softConfigure = new SoftConfigure(options.clock, options.facts.owed);
    this.#mainFile = new MainFile(options);
  }

  /**
   * Has `birds` load `generation`, side by side. What is on trial doesn't count as loaded before `noteConfirmed`.
   *
   * @throws {ApplyError} when one of them could not be told or didn't answer
   */
  async load(
    birds: readonly BirdProcess[],
    generation: Generation,
    trial?: Trial,
  ): Promise<Loaded> {
    const { stories } = this.#options;
    const answers = await Promise.all(
      birds.map((bird) => this.#loadAndTell(bird, generation, trial)),
    );
    stories.write();
    this.#writeFacts();
    const refusals = answers.flatMap((answer) => (answer.kind === 'refused' ? answer.refusal : []));
    const failure = answers.find((answer) => answer.kind === 'failed');
    if (failure !== undefined && refusals.length === 0) {
      throw failure.error;
    }
    const isInProgress = answers.some((answer) => answer.kind === 'loaded' && answer.isInProgress);
    return { isInProgress, refusals };
  }

  /** Whether one of them would have to load softly: BIRD 3 might not survive that its undo loads plainly. */
  async hasSoftDue(birds: readonly BirdProcess[]): Promise<boolean> {
    try {
      const due = birds.map((bird) => this.#softConfigure.isDue(bird.instance, bird.identify()));
      return (await Promise.all(due)).some(Boolean);
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return true;
      }
      throw error;
    }
  }

  /** These have confirmed to run `generation` for good. */
  noteConfirmed(birds: Trial['birds'], generation: Generation): void {
    for (const { daemon, process } of birds) {
      this.#noteLoaded(daemon, generation, { process, isInProgress: false });
    }
    this.#writeFacts();
  }

  /** `#loadInto`, which becomes part of the story. */
  async #loadAndTell(
    bird: BirdProcess,
    generation: Generation,
    trial: Trial | undefined,
  ): Promise<LoadAnswer> {
    const { clock, stories } = this.#options;
    const startMs = clock.monotonic();
    const answer = await this.#loadInto(bird, generation, trial);
    const when = { at: clock.now(), tookMs: clock.monotonic() - startMs };
    stories.add(generation.sequence, [loadedAnswer(bird.instance.daemon, answer, when)]);
    return answer;
  }

  async #loadInto(
    bird: BirdProcess,
    generation: Generation,
    trial: Trial | undefined,
  ): Promise<LoadAnswer> {
    const { logger } = this.#options;
    const { sequence, fileSet } = generation;
    const { daemon, socketPath } = bird.instance;
    // Asked before: should BIRD be replaced meanwhile, the fact is about the old one, and void.
    const process = bird.identify();
    const configured = await this.#configure(bird, process, trial);
    if (configured instanceof ApplyError) {
      return { kind: 'failed', error: configured };
    }
    const { reply, file } = configured;
    const isOurs = this.#mainFile.isOurs(daemon, file, fileSet);
    switch (reply.kind) {
      case 'loaded': {
        const { inProgress: isInProgress } = reply;
        if (reply.reply === '') {
          logger.debug({ daemon }, 'the client said nothing and ended well; taken as loaded');
        }
        if (trial === undefined) {
          this.#noteLoaded(daemon, generation, { process, isInProgress });
        }
        return { kind: 'loaded', isInProgress, reply: reply.reply };
      }
      case 'refused': {
        const refusal = this.#refusalOf(daemon, reply.refusal, fileSet);
        // An operator's own file that includes ours can be mended at any time.
        const mayPass = !isOurs || refusal.file.includes('/') || CANNOT_READ.test(refusal.message);
        this.#noteRefused(fileSet, refusal, { process, mayPass });
        return { kind: 'refused', refusal };
      }
      case 'failed': {
        const message = `${daemon} did not load generation ${sequence}: ${reply.reason}`;
        const advice = `see that BIRD runs with -s ${socketPath}, and that birdkeeper may use that socket`;
        return { kind: 'failed', error: new ApplyError(message, { advice, isRetryable: true }) };
      }
    }
  }

  #writeFacts(): void {
    const { facts, logger } = this.#options;
    try {
      facts.write();
    } catch (error) {
      logger.warn(
        { err: error },
        'cannot keep what BIRD has loaded; a restart of birdkeeper would load it once more',
      );
    }
  }

  #noteLoaded(
    daemon: BirdDaemon,
    { sequence, fileSet: { digest } }: Generation,
    told: Pick<LoadedFact, 'process' | 'isInProgress'>,
  ): void {
    const { clock, facts, markOf } = this.#options;
    const mark = markOf(sequence);
    const fact = { sequence, digest, ...told, loadedAt: clock.now() };
    facts.set(daemon, { ...fact, ...(mark !== undefined && { mark }) });
  }

  #noteRefused(
    { digest }: FileSet,
    refusal: Refusal,
    { process, mayPass }: { readonly process: string | undefined; readonly mayPass: boolean },
  ): void {
    const { clock, facts } = this.#options;
    if (process !== undefined) {
      const until = mayPass ? { until: clock.now() + PASSING_MS } : {};
      facts.refuse({ digest, process, ...until, refusal });
    }
  }

  #refusalOf(daemon: BirdDaemon, said: BirdRefusal, fileSet: FileSet): Refusal {
    const isOurs = this.#mainFile.isOurPath(said.path);
    return refusalOf(daemon, said, isOurs ? fileSet : { files: [] });
  }

  /** An error is one of ours, and BIRD was told nothing. */
  async #configure(
    bird: BirdProcess,
    process: string | undefined,
    trial: Trial | undefined,
  ): Promise<Configured | ApplyError> {
    const { logger, timeoutMs, clock } = this.#options;
    const { instance, runner } = bird;
    try {
      const isSoft = await this.#softConfigure.isDue(instance, process);
      const configured = await configure(instance, runner, {
        timeoutMs,
        isSoft,
        ...(trial && {
          undoSeconds: Math.max(1, Math.ceil((trial.undoMs - clock.monotonic()) / 1000)),
        }),
      });
      if (isSoft && configured.reply.kind === 'loaded') {
        const isQueued = configured.reply.reply.startsWith(QUEUED);
        await this.#softConfigure.finish(instance, isQueued);
        logger.info(
          { daemon: instance.daemon },
          'BIRD does not export yet, and BIRD 3 would die of a plain configure; loaded softly, and all filters reloaded',
        );
      }
      return configured;
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return { reply: { kind: 'failed', reason: error.message } };
      }
      if (error instanceof ApplyError) {
        return error;
      }
      throw error;
    }
  }
}
