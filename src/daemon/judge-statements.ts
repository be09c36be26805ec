/**
 * Has BIRD judge raw statements of the datastore on their own, before they join the configuration: one bad statement
 * must not cost the others, nor the whole file.
 */

import type { CustomFilter } from '../model/custom-filter.js';

/** Asks BIRD about some statements; gives why it refuses them, or `undefined`. */
export type JudgeStatements = (statements: string) => Promise<string | undefined>;

/** What BIRD said about each text of statements so far. */
export class StatementJudge {
  readonly #judge: JudgeStatements;
  readonly #verdicts = new Map<string, string | undefined>();

  constructor(judge: JudgeStatements) {
    this.#judge = judge;
  }

  /** Why BIRD refuses statements, by their text; BIRD is asked only about texts that are new. */
  async refusals(filters: readonly CustomFilter[]): Promise<ReadonlyMap<string, string>> {
    const refusals = new Map<string, string>();
    for (const { statements } of filters) {
      if (!this.#verdicts.has(statements)) {
        this.#verdicts.set(statements, await this.#judge(statements));
      }
      const why = this.#verdicts.get(statements);
      if (why !== undefined) {
        refusals.set(statements, why);
      }
    }
    return refusals;
  }
}
