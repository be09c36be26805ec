/**
 * Notices that another version of BIRD has come: a host is upgraded in place, and the new BIRD may speak another dialect or
 * do what the old one couldn't.
 *
 * A BIRD is asked when it comes. While it is away the program is asked: the new BIRD may not start from what was written for the
 * old one, and then it never comes.
 *
 * It also notices that the program, which checks configurations, is of another version than the BIRD that runs: the one of an image
 * beside the one of the host. The two are compared when BIRD comes, and at the start.
 */

import { readProgramVersion, readRunningVersion } from '../apply/bird-version.js';
import type { Clock } from '../base/clock.js';
import { parseBirdVersion } from '../render/dialects/index.js';

/** What a watch needs. */
export interface DialectWatchOptions {
  readonly birdPath: string;
  readonly socketPath: string;
  readonly clock: Clock;
  /** What the daemon was prepared for, in BIRD's words; absent when no BIRD was asked. */
  readonly birdVersion: string | undefined;
  /** Told once. */
  readonly onOther: (birdVersion: string) => void;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
}

/** Two BIRDs that are not of one version, in their own words. */
export interface OtherChecker {
  readonly running: string;
  readonly checker: string;
}

/** How long until a program that differs is asked again, in case somebody has mended it. */
const OTHER_CHECKER_MS = 10_000;
/** How long between two looks at the program while BIRD is away, and between two questions to one that is busy. */
const LOOK_MS = 2_000;

/** See the head of this file. */
export class DialectWatch {
  readonly #options: DialectWatchOptions;
  /** What the program said at the start: it may be another BIRD than the one that runs, on purpose. */
  readonly #program: Promise<string | undefined>;
  #cancel: (() => void) | undefined;
  /** How often BIRD has come or gone: an answer of before says nothing. */
  #noted = 0;
  #isOver = false;
  #otherChecker: OtherChecker | undefined;
  #onChecker: () => void = () => {};

  constructor(options: DialectWatchOptions) {
    this.#options = options;
    this.#program = readProgramVersion(options.birdPath, options.clock);
  }

  /** The BIRD that runs and the program that checks, where they are known to differ. */
  get otherChecker(): OtherChecker | undefined {
    return this.#otherChecker;
  }

  /** Has `listener` told when `otherChecker` is another one. */
  onChecker(listener: () => void): void {
    this.#onChecker = listener;
  }

  /** Says that BIRD has come or gone; at the start, how it is. */
  note(isUp: boolean): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#noted += 1;
    if (isUp) {
      this.#run(this.#askRunning());
    } else {
      this.#lookLater();
    }
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  #lookLater(look = () => this.#askProgram(), waitMs = LOOK_MS): void {
    if (!this.#isOver) {
      this.#cancel = this.#options.clock.after(waitMs, () => this.#run(look()));
    }
  }

  /** A BIRD that has just come may be too busy to answer: it reads a large configuration. */
  async #askRunning(): Promise<void> {
    const { socketPath, clock, birdVersion } = this.#options;
    const asked = this.#noted;
    const now = await readRunningVersion(socketPath, clock);
    if (this.#noted !== asked) {
      return;
    }
    this.#compare(birdVersion, now);
    if (now === undefined) {
      this.#lookLater(() => this.#askRunning());
    } else {
      await this.#askChecker(now, asked);
    }
  }

  async #askChecker(running: string, asked: number): Promise<void> {
    const { birdPath, clock } = this.#options;
    const checker = await readProgramVersion(birdPath, clock);
    if (this.#isOver || this.#noted !== asked) {
      return;
    }
    const isOther = checker !== undefined && versionOf(checker) !== versionOf(running);
    const before = this.#otherChecker;
    this.#otherChecker = isOther
      ? { running: wordOf(running), checker: wordOf(checker) }
      : undefined;
    if (JSON.stringify(before) !== JSON.stringify(this.#otherChecker)) {
      this.#onChecker();
    }
    if (isOther) {
      this.#lookLater(() => this.#askRunning(), OTHER_CHECKER_MS);
    }
  }

  async #askProgram(): Promise<void> {
    const { birdPath, clock } = this.#options;
    this.#compare(await this.#program, await readProgramVersion(birdPath, clock));
    if (this.#cancel !== undefined) {
      this.#lookLater();
    }
  }

  #compare(before: string | undefined, now: string | undefined): void {
    if (!this.#isOver && now !== undefined && versionOf(before) !== versionOf(now)) {
      this.#isOver = true;
      this.#options.onOther(now);
    }
  }

  #run(work: Promise<void>): void {
    work.catch(this.#options.fatal);
  }
}

function versionOf(text: string | undefined): string {
  return JSON.stringify(text === undefined ? undefined : parseBirdVersion(text)) ?? '';
}

/** `2.0.12` of `BIRD 2.0.12 ready.` and of `BIRD version 2.0.12`. */
function wordOf(text: string): string {
  return /^BIRD (?:version )?(\S+)/.exec(text)?.[1] ?? text;
}
