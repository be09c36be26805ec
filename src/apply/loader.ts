/** Has BIRD load the generation that stands, and keeps book of what it loaded. */

import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { FileSet } from '../render/file-set.js';
import { ApplyError } from './apply-error.js';
import type { Refusal } from './apply-outcome.js';
import type { BirdInstance } from './bird-instance.js';
import type { BirdProcess } from './bird-process.js';
import { type Configured, configure } from './birdc/configure.js';
import { BirdSocketError } from './birdc/control-client.js';
import { refusalOf } from './check/refusal.js';
import type { Generation } from './disk/generations.js';
import type { LoadedFacts } from './loaded-facts.js';
import { SoftConfigure } from './soft-configure.js';

/** What a loader needs. */
export interface LoaderOptions {
  readonly birds: readonly BirdProcess[];
  readonly facts: LoadedFacts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  /** The path at which BIRD is to find a file. */
  readonly fixedPath: (name: string) => string;
}

/** What the BIRD processes answered. */
export interface Loaded {
  readonly isInProgress: boolean;
  readonly refusals: readonly Refusal[];
}

type Answer =
  | { readonly kind: 'loaded'; readonly isInProgress: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: ApplyError };

/** See the head of this file. */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #softConfigure: SoftConfigure;
  /** Files that BIRD was heard to read in place of ours; each is said once. */
  readonly #strangeFiles = new Set<string>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#softConfigure = new SoftConfigure(options.clock);
  }

  /**
   * Has `birds` load `generation`, side by side.
   *
   * @throws {ApplyError} when one of them could not be told or didn't answer
   */
  async load(birds: readonly BirdProcess[], generation: Generation): Promise<Loaded> {
    const { facts, logger } = this.#options;
    const answers = await Promise.all(birds.map((bird) => this.#loadInto(bird, generation)));
    try {
      facts.write();
    } catch (error) {
      logger.warn(
        { err: error },
        'cannot keep what BIRD has loaded; a restart of birdkeeper would load it once more',
      );
    }
    const refusals = answers.flatMap((answer) => (answer.kind === 'refused' ? answer.refusal : []));
    const failure = answers.find((answer) => answer.kind === 'failed');
    if (failure !== undefined && refusals.length === 0) {
      throw failure.error;
    }
    const isInProgress = answers.some((answer) => answer.kind === 'loaded' && answer.isInProgress);
    return { isInProgress, refusals };
  }

  /** BIRD reads the file that it was started with. It may include ours, or be ours at another mount point: we can't tell. */
  #noteFile({ daemon }: BirdInstance, file: string | undefined, { mainFiles }: FileSet): void {
    const { logger, fixedPath } = this.#options;
    const main = mainFiles.find((candidate) => candidate.daemon === daemon);
    if (file === undefined || main === undefined || this.#strangeFiles.has(file)) {
      return;
    }
    const wanted = fixedPath(main.name);
    if (isAbsolute(file) && !isSameFile(file, wanted)) {
      this.#strangeFiles.add(file);
      logger.warn(
        {
          daemon,
          file,
          wanted,
          advice: `start BIRD with -c ${wanted}, unless ${file} includes it`,
        },
        'BIRD reads another file than the one that is written for it',
      );
    }
  }

  async #loadInto(bird: BirdProcess, { sequence, fileSet }: Generation): Promise<Answer> {
    const { clock, logger, facts } = this.#options;
    const { daemon, socketPath } = bird.instance;
    // Asked before: should BIRD be replaced meanwhile, the fact is about the old one, and void.
    const process = bird.identify();
    const { reply, file } = await this.#configure(bird, process);
    this.#noteFile(bird.instance, file, fileSet);
    switch (reply.kind) {
      case 'loaded': {
        const { inProgress: isInProgress } = reply;
        if (reply.reply === '') {
          logger.debug({ daemon }, 'the client said nothing and ended well; taken as loaded');
        }
        const { digest } = fileSet;
        facts.set(daemon, { sequence, digest, process, isInProgress, loadedAt: clock.now() });
        return { kind: 'loaded', isInProgress };
      }
      case 'refused': {
        const refusal = refusalOf(daemon, reply.refusal, fileSet);
        if (process !== undefined) {
          facts.refuse({ digest: fileSet.digest, process, at: clock.now(), refusal });
        }
        return { kind: 'refused', refusal };
      }
      case 'failed': {
        const message = `${daemon} did not load generation ${sequence}: ${reply.reason}`;
        const advice = `see that BIRD runs with -s ${socketPath}, and that birdkeeper may use that socket`;
        return { kind: 'failed', error: new ApplyError(message, { advice, isRetryable: true }) };
      }
    }
  }

  async #configure(bird: BirdProcess, process: string | undefined): Promise<Configured> {
    const { logger, timeoutMs } = this.#options;
    const { instance, runner } = bird;
    try {
      const isSoft = await this.#softConfigure.isDue(instance, process);
      const configured = await configure(instance, runner, { timeoutMs, isSoft });
      if (isSoft && configured.reply.kind === 'loaded') {
        await this.#softConfigure.finish(instance);
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
      throw error;
    }
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return one === other || realpathSync(one) === realpathSync(other);
  } catch {
    // BIRD's file isn't there for us: it lives in a file system of its own, and by its name it may be ours.
    return one.split('/').at(-1) === other.split('/').at(-1);
  }
}
