/**
 * One pass, in a straight line: the newest entries to files, the files to a BIRD that runs them. The program in thirty
 * lines; everything else is a part of one of its steps, or decides when it runs.
 */

import type { Applier } from '../apply/applier.js';
import type { ApplyOutcome } from '../apply/apply-outcome.js';
import { AdvisedError } from '../base/advised-error.js';
import type { Clock } from '../base/clock.js';
import { describeChange } from '../plan/describe-change.js';
import {
  forecastRestarts,
  type RestartSummary,
  summarizeRestarts,
} from '../plan/forecast-restarts.js';
import type { Host } from '../plan/host.js';
import type { Plan } from '../plan/plan.js';
import { TemplateError } from '../render/template-error.js';
import type { StatementJudge } from './judge-statements.js';
import { type PlannedFiles, type PlanningParts, planFiles } from './plan-files.js';

/** What a pass works with. */
export interface PassParts extends PlanningParts {
  readonly host: Omit<Host, 'refusedStatements'>;
  readonly applier: Applier;
  readonly judge: StatementJudge;
  readonly clock: Clock;
}

/** What a pass came to. */
export type PassReport =
  | {
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
  /** The datastore has not answered yet, and nothing stands on disk. */
  | { readonly kind: 'nothing'; readonly durationMs: number }
  /** BIRD could not be asked about raw statements. */
  | ({ readonly kind: 'unjudged'; readonly error: AdvisedError } & StandingReport)
  /** A template printed what it must not. */
  | ({ readonly kind: 'unrenderable'; readonly error: TemplateError } & StandingReport);

/** Of a pass that came to no files: what stood on disk still stands. */
interface StandingReport {
  /** A BIRD that was restarted meanwhile is made to run it. Absent when nothing stands. */
  readonly standing?: ApplyOutcome;
  readonly durationMs: number;
}

/** What a pass asks and tells on its way. */
export interface PassHooks {
  /** Whether the entries turned out to be half of a change meanwhile: then the pass ends there. */
  readonly isTorn: () => boolean;
  /** Told of the sessions that the reload to come restarts, if there are any. */
  readonly onRestarts: (restarts: RestartSummary) => void;
}

/**
 * Runs one pass.
 *
 * @param before - the plan that BIRD runs, to say what changes; unknown after a start
 * @param hooks - asked and told when BIRD has accepted the files, before they are swapped
 */
export async function reconcile(
  parts: PassParts,
  before: Plan | undefined,
  hooks: PassHooks,
): Promise<PassReport> {
  const { clock, host, store, judge, applier } = parts;
  const startMs = clock.monotonic();
  let planned: PlannedFiles;
  try {
    const refusedStatements = await judge.refusals(
      host.acceptsCustomFilters ? store.cluster().customFilters : [],
    );
    planned = planFiles(parts, { ...host, refusedStatements }, () => clock.monotonic());
  } catch (error) {
    if (!(error instanceof AdvisedError || error instanceof TemplateError)) {
      throw error;
    }
    const standing = await applier.applyStanding();
    const rest = { ...(standing && { standing }), durationMs: clock.monotonic() - startMs };
    return error instanceof AdvisedError
      ? { kind: 'unjudged', error, ...rest }
      : { kind: 'unrenderable', error, ...rest };
  }
  const { plan } = planned;
  const restarts = restartsBetween(before, plan);
  const outcome = await applier.apply(planned.fileSet, () => {
    const isTorn = hooks.isTorn();
    if (!isTorn && restarts !== undefined) {
      hooks.onRestarts(restarts);
    }
    return isTorn;
  });
  return {
    kind: 'applied',
    planned,
    outcome,
    changes: describeChange(before, plan),
    ...(restarts && { restarts }),
    durationMs: clock.monotonic() - startMs,
  };
}

function restartsBetween(before: Plan | undefined, after: Plan): RestartSummary | undefined {
  const restarts = before === undefined ? [] : forecastRestarts(before, after);
  return restarts.length === 0 ? undefined : summarizeRestarts(restarts, after);
}
