/**
 * One pass, in a straight line: the newest entries to files, the files to a BIRD that runs them. The program in thirty
 * lines; everything else is a part of one of its steps, or decides when it runs.
 */

import type { Applier } from '../apply/applier.js';
import type { Pinned } from '../apply/pinned.js';
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
import { render } from '../render/render.js';
import { TemplateError } from '../render/template-error.js';
import { FAMILIES } from '../values/family.js';
import { causesOfBoth, type PassFacts } from './causes.js';
import type { HeldBack, Hold } from './hold/hold.js';
import { type JudgedState, judgedStateOf } from './hold/judged-state.js';
import type { StatementJudge } from './judge-statements.js';
import type { LastGoodFile } from './last-good-file.js';
import type { AppliedReport, PassReport, StandingReport } from './pass-outcome.js';
import { linesBetween } from './pin/lines-between.js';
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

/** What a pass asks and tells on its way. */
export interface PassHooks {
  /**
   * Told at the moment at which the datastore's state is planned; gives why the pass is made, for the story of a generation.
   * What is noted later is a later pass's.
   */
  readonly takeIn: () => PassFacts;
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
  const { clock, store, applier } = parts;
  const startMs = clock.monotonic();
  const work = await plan(parts, hooks.takeIn);
  if (work instanceof Error) {
    const rest = await standAsItIs(parts, startMs);
    return work instanceof AdvisedError
      ? { kind: 'unjudged', error: work, ...rest }
      : { kind: 'unrenderable', error: work, ...rest };
  }
  const { planned, facts, judged } = work;
  // Of the state that is planned: the store may move on while the disk is waited for.
  const [lastGood, gone] = [store.lastGood(), store.gone()];
  const { plan: asked, fileSet } = planned;
  const digest = fileSet.digest;
  const back = await parts.hold.judge({ ...judged, ...facts, plan: asked, digest });
  if (back !== undefined) {
    return holdBack(parts, before, hooks, { ...work, startMs, back });
  }
  // Before anything relies on them: a start after a kill -9 has to know what this pass knew.
  await parts.lastGood.write(lastGood);
  store.forgetGone(gone);
  const report =
    applier.pinned === undefined
      ? await applyPlanned(parts, before, hooks, { planned, facts, startMs })
      : await keepPinned(parts, applier.pinned, { planned, startMs });
  await parts.hold.kept;
  return report;
}

/** What a pass has come to so far. */
interface Planned {
  readonly planned: PlannedFiles;
  readonly facts: PassFacts;
  readonly startMs: number;
}

/** Has BIRD run what stands, with what is new in the state that is held back where that can be had. */
async function holdBack(
  parts: PassParts,
  before: Plan | undefined,
  hooks: PassHooks,
  { planned, facts, startMs, back }: Planned & { readonly back: HeldBack },
): Promise<PassReport> {
  const { held, meanwhile } = back;
  if (meanwhile === undefined || parts.applier.pinned !== undefined) {
    return { kind: 'held', planned, held, ...(await standAsItIs(parts, startMs)) };
  }
  const { fileSet } = render(meanwhile, parts.dialect, parts.engine);
  const additions = { ...planned, plan: meanwhile, fileSet };
  const applied = await applyPlanned(parts, before, hooks, {
    planned: additions,
    facts,
    startMs,
  });
  const { outcome: standing, changes, durationMs } = applied;
  return { kind: 'held', planned, held, additions, changes, standing, durationMs };
}

async function applyPlanned(
  { applier, clock, dialect }: Pick<PassParts, 'applier' | 'clock' | 'dialect'>,
  before: Plan | undefined,
  { isTorn, onRestarts }: PassHooks,
  { planned, facts, startMs }: Planned,
): Promise<AppliedReport> {
  const { plan, fileSet } = planned;
  const expected = before === undefined ? [] : forecastRestarts(before, plan, dialect.habits);
  const forecast = expected.length === 0 ? undefined : summarizeRestarts(expected, plan);
  const restarts = forecast && { restarts: forecast };
  let known: readonly string[] | undefined;
  const changes = (): readonly string[] => {
    known ??= describeChange(before, plan);
    return known;
  };
  const outcome = await applier.apply(fileSet, {
    isOutdated: () => {
      const isOutdated = isTorn();
      if (!isOutdated && forecast !== undefined) {
        onRestarts(forecast);
      }
      return isOutdated;
    },
    cause: () => ({ ...storyOf(facts), changes: changes(), ...restarts }),
    expected: () => ({ restarts: expected, removed: removedSessions(before, plan) }),
  });
  const durationMs = clock.monotonic() - startMs;
  return { kind: 'applied', planned, outcome, changes: changes(), ...restarts, durationMs };
}

/** What is told of a generation: also of what it had to wait for. */
function storyOf({ earlier, ...facts }: PassFacts): Omit<PassFacts, 'earlier'> {
  return { ...facts, ...causesOfBoth(facts, earlier) };
}

async function keepPinned(
  parts: Pick<PassParts, 'applier' | 'clock'>,
  pinned: Pinned,
  { planned, startMs }: Omit<Planned, 'facts'>,
): Promise<PassReport> {
  const waiting = pinned.generation && {
    waitingLines: linesBetween(pinned.generation.fileSet, planned.fileSet),
  };
  const standing = await standAsItIs(parts, startMs);
  return { kind: 'pinned', planned, pinned, ...waiting, ...standing };
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

/** The files of the state as it is now, with why they are made; why there are none, where that is no bug. */
async function plan(
  parts: PassParts,
  takeIn: () => PassFacts,
): Promise<
  (Omit<Planned, 'startMs'> & { readonly judged: JudgedState }) | AdvisedError | TemplateError
> {
  const { clock, host, store, judge } = parts;
  try {
    const refusedStatements = await judge.refusals(
      host.acceptsCustomFilters ? store.cluster().customFilters : [],
    );
    // Nothing may be waited for between these two: what came meanwhile would be planned, and told as another pass's.
    const facts = takeIn();
    const planned = planFiles(parts, { ...host, refusedStatements }, () => clock.monotonic());
    const judged = judgedStateOf(store, { ...host, refusedStatements }, planned.plan);
    return { planned, facts, judged };
  } catch (error) {
    if (error instanceof AdvisedError || error instanceof TemplateError) {
      return error;
    }
    throw error;
  }
}

/** The names of the sessions that a plan doesn't have any more. */
function removedSessions(before: Plan | undefined, after: Plan): readonly string[] {
  const namesOf = (plan: Plan): readonly string[] =>
    FAMILIES.flatMap((family) => plan[family].sessions.map(({ protocolName }) => protocolName));
  const kept = new Set(namesOf(after));
  return before === undefined ? [] : namesOf(before).filter((name) => !kept.has(name));
}
