/**
 * Notices that another version of BIRD has come: a host is upgraded in place, and the new BIRD may speak another dialect or
 * do what the old one couldn't.
 *
 * A BIRD is asked when it comes. While it is away the program is asked: the new BIRD may not start from what was written for the
 * old one, and then it never comes.
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

  constructor(options: DialectWatchOptions) {
    this.#options = options;
    this.#program = readProgramVersion(options.birdPath, options.clock);
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

  #lookLater(look = () => this.#askProgram()): void {
    if (!this.#isOver) {
      this.#cancel = this.#options.clock.after(LOOK_MS, () => this.#run(look()));
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
