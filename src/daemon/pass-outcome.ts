/** How a pass may end, with what is known then. */

import type { ApplyOutcome } from '../apply/apply-outcome.js';
import type { Pinned } from '../apply/pinned.js';
import type { AdvisedError } from '../base/advised-error.js';
import type { RestartSummary } from '../plan/forecast-restarts.js';
import type { TemplateError } from '../render/template-error.js';
import type { HeldState } from './hold/hold-files.js';
import type { PlannedFiles } from './plan-files.js';

/** A pass that had BIRD load something. */
export interface AppliedReport {
  readonly kind: 'applied';
  /** Absent when only the files on disk were loaded, before the datastore had answered. */
  readonly planned?: PlannedFiles;
  readonly outcome: ApplyOutcome;
  /** What is different from the plan of the last pass, in an operator's words. */
  readonly changes: readonly string[];
  /** The sessions that the reload restarts by forecast; absent when there are none. */
  readonly restarts?: RestartSummary;
  readonly durationMs: number;
}

/** What a pass came to. */
export type PassReport =
  | AppliedReport
  /** What the datastore asks for is held back. */
  | ({
      readonly kind: 'held';
      readonly planned: PlannedFiles;
      readonly held: HeldState;
      /** What stands with what is new, where BIRD was given that, and what is different by it. */
      readonly additions?: PlannedFiles;
      readonly changes?: readonly string[];
    } & StandingReport)
  /** An operator rolled back: what the datastore asks for waits. */
  | ({
      readonly kind: 'pinned';
      readonly planned: PlannedFiles;
      readonly pinned: Pinned;
      /** How many lines of the files would change; unknown when the pinned generation can't be had. */
      readonly waitingLines?: number;
    } & StandingReport)
  /** The datastore has not answered yet, and nothing stands on disk. */
  | { readonly kind: 'nothing'; readonly durationMs: number }
  /** BIRD could not be asked about raw statements. */
  | ({ readonly kind: 'unjudged'; readonly error: AdvisedError } & StandingReport)
  /** A template printed what it must not. */
  | ({ readonly kind: 'unrenderable'; readonly error: TemplateError } & StandingReport);

/** Of a pass that came to nothing to apply: what stood on disk still stands. */
export interface StandingReport {
  /** A BIRD that was restarted meanwhile is made to run it. Absent when nothing stands. */
  readonly standing?: ApplyOutcome;
  readonly durationMs: number;
}

/** What came of having BIRD load something; `undefined` when that was not tried. */
export function outcomeOf(report: PassReport): ApplyOutcome | undefined {
  switch (report.kind) {
    case 'nothing':
      return undefined;
    case 'applied':
      return report.outcome;
    default:
      return report.standing;
  }
}

/** What BIRD was to load of what was planned; `undefined` when that is nothing. */
export function plannedFor(report: PassReport): PlannedFiles | undefined {
  switch (report.kind) {
    case 'applied':
      return report.planned;
    case 'held':
      return report.additions;
    default:
      return undefined;
  }
}

/**
 * What is to become of what a pass was made for: it is `done` with, or the next pass is made for it `again`; or what is asked for is
 * applied `later`, by a pass that has another cause.
 */
export function fateOf(report: PassReport): 'done' | 'again' | 'later' {
  switch (report.kind) {
    case 'nothing':
      return 'done';
    case 'applied': {
      const { kind } = report.outcome;
      return kind === 'applied' || kind === 'unchanged' ? 'done' : 'again';
    }
    default:
      return 'later';
  }
}
