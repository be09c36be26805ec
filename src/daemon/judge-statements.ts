/**
 * Has BIRD judge raw statements of the datastore on their own, before they join the configuration: one bad statement
 * must not cost the others, nor the whole file.
 */

import { AdvisedError } from '../base/advised-error.js';
import type { CustomFilter } from '../model/custom-filter.js';

/**
 * Asks the BIRD of the filter's family about its statements; gives why it refuses them, or `undefined`. Rejects with an
 * `AdvisedError` when that BIRD can't be asked.
 */
export type JudgeStatements = (filter: CustomFilter) => Promise<string | undefined>;

/** What BIRD said about each text of statements so far. */
export class StatementJudge {
  readonly #judge: JudgeStatements;
  /** By family and text: where each family has a BIRD of its own, each knows its own prefixes alone. */
  readonly #verdicts = new Map<string, string | undefined>();

  constructor(judge: JudgeStatements) {
    this.#judge = judge;
  }

  /**
   * Why statements are refused, by the key that holds them; BIRD is asked only about texts that are new. Statements that
   * can't be judged are refused for now, and asked about again the next time.
   */
  async refusals(filters: readonly CustomFilter[]): Promise<ReadonlyMap<string, string>> {
    const refusals = new Map<string, string>();
    for (const filter of filters) {
      const why = await this.#refusalOf(filter);
      if (why !== undefined) {
        refusals.set(filter.origin, why);
      }
    }
    return refusals;
  }

  async #refusalOf(filter: CustomFilter): Promise<string | undefined> {
    const text = `${filter.family} ${filter.statements}`;
    if (!this.#verdicts.has(text)) {
      try {
        this.#verdicts.set(text, await this.#judge(filter));
      } catch (error) {
        if (error instanceof AdvisedError) {
          return `they could not be judged (${error.message}; ${error.advice})`;
        }
        throw error;
      }
    }
    return this.#verdicts.get(text);
  }
}
