import type { BirdDaemon } from '../render/file-set.js';

/** What came of one attempt to make BIRD run a file set. */
export type ApplyOutcome =
  /** BIRD runs it already and the files stand as they should: nothing was written, nothing reloaded. */
  | { readonly kind: 'unchanged'; readonly sequence: number }
  /** BIRD runs it now. */
  | {
      readonly kind: 'applied';
      readonly sequence: number;
      /** Whether new files became current; otherwise the same ones were only loaded. */
      readonly wrote: boolean;
      /** BIRD accepted it and is still bringing protocols down or up. */
      readonly isInProgress: boolean;
      readonly timings: ApplyTimings;
    }
  /** BIRD refuses it; the configuration that it ran before stands. */
  | {
      readonly kind: 'refused';
      /** `check`: `bird -p`, before anything was touched. `configure`: the running BIRD, although the check passed. */
      readonly step: 'check' | 'configure';
      readonly refusals: readonly Refusal[];
      /** The last attempt was refused in the same words: say it once. */
      readonly isRepeated: boolean;
      readonly timings: ApplyTimings;
    }
  /** Sessions did not come back, or had not in an earlier attempt with this file set: BIRD runs what it ran before. */
  | {
      readonly kind: 'unconfirmed';
      /** The generation that failed its trial. */
      readonly sequence: number;
      readonly reason: string;
      /** It was not tried this time. */
      readonly isRepeated: boolean;
      /** Whether the files of before stand, and BIRD has confirmed them; otherwise that is worth another try. */
      readonly isBack: boolean;
      readonly timings: ApplyTimings;
    }
  /** It was found out of date before anything was swapped: all is as it was. */
  | { readonly kind: 'outdated'; readonly timings: ApplyTimings }
  /** Our own work failed; worth another try. */
  | {
      readonly kind: 'failed';
      readonly step: ApplyStep;
      readonly reason: string;
      readonly advice: string;
      /** Whether new files became current before it failed. */
      readonly wrote: boolean;
      readonly timings: ApplyTimings;
    };

/** The steps of an attempt, in their order. */
export type ApplyStep = 'stage' | 'check' | 'install' | 'configure' | 'confirm';

/** How long each step took, in milliseconds; a step that was not reached is absent. */
export type ApplyTimings = Readonly<Partial<Record<ApplyStep, number>>>;

/** Why and where BIRD refuses a configuration. */
export interface Refusal {
  readonly daemon: BirdDaemon;
  /** Name of the file inside the set; the whole path when it is none of ours. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column?: number;
  /** BIRD's own words. */
  readonly message: string;
  /** The refused line, without what could be a password; absent when the file is none of ours. */
  readonly text?: string;
}
