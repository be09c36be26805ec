import type { Clock } from '../base/clock.js';
import { ApplyError, fileError } from './apply-error.js';
import type { ApplyStep, ApplyTimings } from './apply-outcome.js';
import type { ExpectedChanges } from './confirm/make-trial.js';
import type { GenerationCause } from './story/story.js';

/** What whoever makes an attempt says of it. */
export interface AttemptOptions {
  /** Asked once BIRD's parser has accepted the file set: whether it should not be installed after all. */
  readonly isOutdated?: () => boolean;
  /** Why it is made; asked beside the reload, and only when a generation is made. */
  readonly cause?: () => GenerationCause;
  /** What it does to sessions. Without it BIRD isn't asked to undo it when sessions are lost. */
  readonly expected?: () => ExpectedChanges;
  /** An operator wants it: it is made to run also where it failed a trial. */
  readonly isPinned?: boolean;
}

/** How far one attempt came, and how long each step took. */
export class Attempt {
  readonly #clock: Clock;
  readonly #timings: Partial<Record<ApplyStep, number>> = {};
  #step: ApplyStep = 'stage';
  #sinceMs: number;
  /** Whether new files became current. */
  wrote = false;
  /** See `AttemptOptions`. */
  readonly isOutdated: () => boolean;
  readonly cause: (() => GenerationCause) | undefined;
  readonly expected: (() => ExpectedChanges) | undefined;
  readonly isPinned: boolean;

  constructor(clock: Clock, options: AttemptOptions = {}) {
    const { isOutdated = () => false, cause, expected, isPinned = false } = options;
    this.#clock = clock;
    this.isOutdated = isOutdated;
    this.cause = cause;
    this.expected = expected;
    this.isPinned = isPinned;
    this.#sinceMs = clock.monotonic();
  }

  /** The step that runs, or ran last. */
  get step(): ApplyStep {
    return this.#step;
  }

  get timings(): ApplyTimings {
    return this.#timings;
  }

  /** Does `work` as the step `step`. */
  async run<T>(step: ApplyStep, work: () => Promise<T>): Promise<T> {
    this.#step = step;
    this.#sinceMs = this.#clock.monotonic();
    try {
      return await work();
    } finally {
      this.#timings[step] = this.#clock.monotonic() - this.#sinceMs;
    }
  }
}

/** What came of an attempt that `error` ended; rethrows bugs. */
export function failureOf(error: unknown, { step, wrote, timings }: Attempt) {
  const failure = fileError('cannot apply the configuration', error);
  if (!(failure instanceof ApplyError)) {
    throw failure;
  }
  const { message: reason, advice } = failure;
  return { kind: 'failed', step, reason, advice, wrote, timings } as const;
}
