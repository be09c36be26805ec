/** A plan in one dialect to the text of its files. */

import type { Problem } from '../base/problem.js';
import type { Plan } from '../plan/plan.js';
import type { Dialect } from './dialects/dialect.js';
import type { TemplateEngine } from './engine.js';
import { type FileSet, fileSetOf } from './file-set.js';
import { RenderedFile } from './rendered-file.js';

/** The files of a plan, and what of it this dialect can't say. */
export interface RenderResult {
  readonly fileSet: FileSet;
  readonly problems: readonly Problem[];
}

/**
 * Prints `plan` in `dialect`. The same plan gives the same bytes.
 *
 * @throws {TemplateError} when a template (built-in or an operator's) prints what it must not
 */
export function render(plan: Plan, dialect: Dialect, engine: TemplateEngine): RenderResult {
  const files = dialect
    .files(plan)
    .map(({ name, template, view }) => new RenderedFile(name, engine.renderParts(template, view)));
  return {
    fileSet: fileSetOf(files, dialect.mainFiles(plan)),
    problems: dialect.problems(plan),
  };
}
