/**
 * Has BIRD judge raw statements of the datastore on their own, before they join the configuration: one bad statement
 * must not cost the others, nor the whole file.
 */

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
   * Why statements are refused, by the key that holds them; BIRD is asked only about texts that are new.
   *
   * @throws {AdvisedError} when BIRD can't be asked. That says nothing about the statements: to leave out a filter that
   *   rejects routes would let them through, so the caller must keep what stands and try again.
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
      this.#verdicts.set(text, await this.#judge(filter));
    }
    return this.#verdicts.get(text);
  }
}
