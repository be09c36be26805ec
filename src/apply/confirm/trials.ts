/**
 * Commit-confirm: a reload goes in with BIRD's `configure timeout`, and is confirmed when the sessions that were Established
 * before are again. Otherwise BIRD undoes it: when it is told to, or by itself when nobody tells it anything any more.
 */

import { type Clock, delay } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { FileSet } from '../../render/file-set.js';
import type { BirdProcess } from '../bird-process.js';
import { BirdSocketError } from '../birdc/control-client.js';
import type { Generation } from '../disk/generation-folders.js';
import { judgeTrial, LATE, missingText, type TrialVerdict } from './judge-trial.js';
import { type ExpectedChanges, makeTrial, trialBirdOf } from './make-trial.js';
import { lookAtSessions } from './session-look.js';
import { TrialBirds } from './trial-birds.js';
import type { Quarantine, Trial, TrialFile } from './trial-file.js';

/** What trials work with. */
export interface TrialsOptions {
  readonly birds: readonly BirdProcess[];
  readonly file: TrialFile;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long sessions have to come back; no trials without it. */
  readonly confirmMs: number | undefined;
  /** Ends waiting; BIRD undoes what is on trial, unless the next start confirms it. */
  readonly signal: AbortSignal;
}

const LOOK_MS = 250;
/** How long sessions have to be there before that counts. */
const MAX_STEADY_MS = 1_000;

/** See the head of this file. */
export class Trials {
  readonly #options: TrialsOptions;
  readonly #birds: TrialBirds;
  /** What was on trial when something happened to BIRD. */
  #unclearDigest: string | undefined;
  #isAbandoned = false;

  constructor(options: TrialsOptions) {
    this.#options = options;
    this.#birds = new TrialBirds(options);
  }

  /** Whether reloads are tried at all. */
  get areOn(): boolean {
    return this.#options.confirmMs !== undefined;
  }

  /** What is on trial. */
  get running(): Trial | undefined {
    return this.#options.file.trial;
  }

  /** What failed its trial last, and isn't tried again for now. */
  get quarantine(): Quarantine | undefined {
    const { confirmMs, file } = this.#options;
    const { quarantine } = file;
    const isSame = quarantine?.processes.every((bird) => this.#birds.isStill(bird));
    return confirmMs !== undefined && isSame === true ? quarantine : undefined;
  }

  /**
   * Begins a trial of `generation`, before `birds` are told to load it.
   *
   * @returns `undefined` when there is none: without `confirmMs`, without a session that could be lost, or when BIRD can't be asked
   * @throws {ApplyError} when it can't be noted for the next start
   */
  async begin(
    birds: readonly BirdProcess[],
    { sequence, fileSet }: Generation,
    expectedOf: () => ExpectedChanges,
  ): Promise<Trial | undefined> {
    const { confirmMs, clock, file } = this.#options;
    const found = confirmMs === undefined ? [] : await this.#established(birds, expectedOf());
    if (confirmMs === undefined || found.every(({ count }) => count === 0)) {
      return undefined;
    }
    const trial = makeTrial({
      ...{ sequence, digest: fileSet.digest, confirmMs },
      ...{ now: clock.now(), monotonicMs: clock.monotonic() },
      birds: found.map(({ bird }) => bird),
    });
    try {
      file.set({ trial });
    } catch (error) {
      this.end();
      throw error;
    }
    return trial;
  }

  /** Whether the BIRDs that have it on trial still run. */
  areStill({ birds }: Trial): boolean {
    return birds.every((bird) => this.#birds.isStill(bird));
  }

  /** Waits for the sessions, and confirms when they are there. What failed is still to be taken back. */
  async watch(trial: Trial): Promise<TrialVerdict> {
    const { clock, signal } = this.#options;
    if (clock.monotonic() >= trial.undoMs) {
      return LATE;
    }
    const steadyMs = Math.min(MAX_STEADY_MS, (trial.dueMs - clock.monotonic()) / 4);
    let goodMs: number | undefined;
    while (!signal.aborted) {
      const cutShort = this.#cutShort(trial);
      if (cutShort !== undefined) {
        return cutShort;
      }
      const looks = await Promise.all(trial.birds.map((bird) => this.#birds.look(bird)));
      const nowMs = clock.monotonic();
      const state = judgeTrial(trial, looks, nowMs);
      if (state.kind === 'failed') {
        return { kind: 'failed', reason: missingText(state.missing) };
      }
      if (state.kind === 'silent') {
        return this.#unclear(trial, state.reason);
      }
      goodMs = state.kind === 'good' ? (goodMs ?? nowMs) : undefined;
      if (goodMs !== undefined && (nowMs - goodMs >= steadyMs || nowMs >= trial.restartsDueMs)) {
        return this.#confirm(trial);
      }
      await delay(clock, LOOK_MS, signal);
    }
    return { kind: 'left' };
  }

  /**
   * Has each BIRD go back to what it ran before the trial, and ends it.
   *
   * @returns whether all have; otherwise they do so by themselves when the time is over
   */
  async takeBack(trial: Trial): Promise<boolean> {
    const { clock } = this.#options;
    const areBack = await Promise.all(trial.birds.map((bird) => this.#birds.undo(bird)));
    const isOver = areBack.every(Boolean) || clock.monotonic() > trial.undoMs;
    if (isOver) {
      this.end();
    }
    return isOver;
  }

  /** Ends the trial. */
  end(): void {
    const { quarantine } = this.#options.file;
    this.#note(quarantine && { quarantine });
  }

  /** `fileSet` isn't tried again. */
  condemn(sequence: number, { digest }: FileSet, reason: string): void {
    const { birds, clock } = this.#options;
    const processes = birds.flatMap((bird) => {
      const process = bird.identify();
      return process === undefined ? [] : [{ daemon: bird.instance.daemon, process }];
    });
    this.#note({ quarantine: { sequence, digest, reason, since: clock.now(), processes } });
  }

  /** Ends waiting for the sessions in the attempt in hand: what is on trial is to be taken back. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /** Another attempt begins: its trial is waited for. */
  goOn(): void {
    this.#isAbandoned = false;
  }

  /** What failed its trial may be tried again: an operator wants it. */
  acquit(): void {
    this.#note(undefined);
  }

  /** Another file set was applied: what failed may be tried again. */
  pardon(digest: string): void {
    const { file } = this.#options;
    if (file.quarantine !== undefined && file.quarantine.digest !== digest) {
      this.#note(undefined);
    }
  }

  #note(content: { readonly quarantine: Quarantine } | undefined): void {
    const { file, logger } = this.#options;
    try {
      file.set(content ?? {});
    } catch (error) {
      logger.warn({ err: error }, 'how a trial ended cannot be kept; the next start looks again');
    }
  }

  async #established(birds: readonly BirdProcess[], expected: ExpectedChanges) {
    const { clock, logger } = this.#options;
    try {
      return await Promise.all(
        birds.map(async (bird) => {
          const process = bird.identify() ?? '';
          const { sessions } = await lookAtSessions(bird.instance, clock);
          const names = [...sessions.values()].flatMap((s) => (s.isEstablished ? s.name : []));
          return {
            count: names.length,
            bird: trialBirdOf({ daemon: bird.instance.daemon, process }, names, expected),
          };
        }),
      );
    } catch (error) {
      if (!(error instanceof BirdSocketError)) {
        throw error;
      }
      logger.warn({ reason: error.message }, 'BIRD cannot be asked for its sessions; no trial');
      return [];
    }
  }

  /** How a trial ends whatever the sessions do; `undefined` when it goes on. */
  #cutShort(trial: Trial): TrialVerdict | undefined {
    const gone = trial.birds.find((bird) => !this.#birds.isStill(bird));
    if (gone !== undefined) {
      return this.#unclear(trial, `${gone.daemon} ended while it was on trial`);
    }
    return this.#isAbandoned
      ? { kind: 'missed', reason: 'an operator rolled back while it was on trial' }
      : undefined;
  }

  /** Something happened to BIRD. Where that is the configuration's doing it happens again. */
  #unclear({ digest }: Trial, reason: string): TrialVerdict {
    const isRepeated = this.#unclearDigest === digest;
    this.#unclearDigest = isRepeated ? undefined : digest;
    return isRepeated
      ? { kind: 'failed', reason: `${reason}, for the second time` }
      : { kind: 'missed', reason };
  }

  async #confirm({ birds }: Trial): Promise<TrialVerdict> {
    if (!(await this.#birds.confirm(birds))) {
      return LATE;
    }
    this.#unclearDigest = undefined;
    this.end();
    return { kind: 'confirmed' };
  }
}
