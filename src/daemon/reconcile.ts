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
import type { Hold } from './hold/hold.js';
import type { HeldState } from './hold/hold-files.js';
import { footingOf } from './hold/hold-rules.js';
import type { StatementJudge } from './judge-statements.js';
import type { LastGoodFile } from './last-good-file.js';
import { type PlannedFiles, type PlanningParts, planFiles } from './plan-files.js';

/** What a pass works with. */
export interface PassParts extends PlanningParts {
  readonly host: Omit<Host, 'refusedStatements'>;
  readonly applier: Applier;
  readonly judge: StatementJudge;
  readonly hold: Hold;
  readonly lastGood: LastGoodFile;
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
  /** What the datastore asks for is held back. */
  | ({
      readonly kind: 'held';
      readonly planned: PlannedFiles;
      readonly held: HeldState;
    } & StandingReport)
  /** The datastore has not answered yet, and nothing stands on disk. */
  | { readonly kind: 'nothing'; readonly durationMs: number }
  /** BIRD could not be asked about raw statements. */
  | ({ readonly kind: 'unjudged'; readonly error: AdvisedError } & StandingReport)
  /** A template printed what it must not. */
  | ({ readonly kind: 'unrenderable'; readonly error: TemplateError } & StandingReport);

/** Of a pass that came to nothing to apply: what stood on disk still stands. */
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
  const { clock, host, store, applier } = parts;
  const startMs = clock.monotonic();
  const planned = await plan(parts);
  if (planned instanceof Error) {
    const rest = await standAsItIs(parts, startMs);
    return planned instanceof AdvisedError
      ? { kind: 'unjudged', error: planned, ...rest }
      : { kind: 'unrenderable', error: planned, ...rest };
  }
  const footing = footingOf(store.cluster(), host, planned.plan);
  // Of the state that is planned: the store may move on while the disk is waited for.
  const [lastGood, gone] = [store.lastGood(), store.gone()];
  const held = await parts.hold.judge(footing, planned.fileSet.digest);
  if (held !== undefined) {
    return { kind: 'held', planned, held, ...(await standAsItIs(parts, startMs)) };
  }
  // Before anything relies on them: a start after a kill -9 has to know what this pass knew.
  await parts.lastGood.write(lastGood);
  store.forgetGone(gone);
  const restarts = restartsBetween(before, planned.plan);
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
    changes: describeChange(before, planned.plan),
    ...(restarts && { restarts }),
    durationMs: clock.monotonic() - startMs,
  };
}

/**
 * Only makes BIRD run what stands on disk: before the datastore has answered.
 *
 * @returns `nothing` where nothing stands
 */
export async function reload({
  applier,
  clock,
}: Pick<PassParts, 'applier' | 'clock'>): Promise<PassReport> {
  const startMs = clock.monotonic();
  const outcome = await applier.applyStanding();
  const durationMs = clock.monotonic() - startMs;
  return outcome === undefined
    ? { kind: 'nothing', durationMs }
    : { kind: 'applied', outcome, changes: [], durationMs };
}

async function standAsItIs(
  { applier, clock }: Pick<PassParts, 'applier' | 'clock'>,
  startMs: number,
): Promise<StandingReport> {
  const standing = await applier.applyStanding();
  return { ...(standing && { standing }), durationMs: clock.monotonic() - startMs };
}

/** The files of the state as it is now; why there are none, where that is no bug. */
async function plan(parts: PassParts): Promise<PlannedFiles | AdvisedError | TemplateError> {
  const { clock, host, store, judge } = parts;
  try {
    const refusedStatements = await judge.refusals(
      host.acceptsCustomFilters ? store.cluster().customFilters : [],
    );
    return planFiles(parts, { ...host, refusedStatements }, () => clock.monotonic());
  } catch (error) {
    if (error instanceof AdvisedError || error instanceof TemplateError) {
      return error;
    }
    throw error;
  }
}

function restartsBetween(before: Plan | undefined, after: Plan): RestartSummary | undefined {
  const restarts = before === undefined ? [] : forecastRestarts(before, after);
  return restarts.length === 0 ? undefined : summarizeRestarts(restarts, after);
}
