/**
 * From entries to files, without effects: decode, plan, render. What `run` does at each pass and `render` does once.
 */

import type { Problem } from '../base/problem.js';
import type { DecodedStore } from '../decode/decoded-store.js';
import type { InputStatus } from '../observe/input-status.js';
import type { Host } from '../plan/host.js';
import type { Planner } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import type { Dialect } from '../render/dialects/dialect.js';
import type { TemplateEngine } from '../render/engine.js';
import type { FileSet } from '../render/file-set.js';
import { render } from '../render/render.js';

/** What a plan is made with; all of it lives as long as the daemon. */
export interface PlanningParts {
  readonly store: DecodedStore;
  readonly planner: Planner;
  readonly dialect: Dialect;
  readonly engine: TemplateEngine;
}

/** Files with the plan that they print, and everything that was refused on the way. */
export interface PlannedFiles {
  readonly plan: Plan;
  readonly fileSet: FileSet;
  readonly problems: readonly Problem[];
  readonly input: InputStatus;
  readonly planMs: number;
  readonly renderMs: number;
}

/**
 * The files for `host` as the store stands now.
 *
 * @throws {TemplateError} when a template prints what it must not
 */
export function planFiles(
  { store, planner, dialect, engine }: PlanningParts,
  host: Host,
  monotonic: () => number,
): PlannedFiles {
  const startMs = monotonic();
  const cluster = store.cluster();
  const { plan, problems } = planner.plan(cluster, host);
  const plannedMs = monotonic();
  const rendered = render(plan, dialect, engine);
  return {
    plan,
    fileSet: rendered.fileSet,
    problems: [...store.problems(), ...problems, ...rendered.problems],
    input: { calico: cluster.generation, unknownFields: store.unknownFields() },
    planMs: plannedMs - startMs,
    renderMs: monotonic() - plannedMs,
  };
}
