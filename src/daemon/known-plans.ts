import type { Plan } from '../plan/plan.js';

/** So many plans are remembered; they have most of their sessions in common. */
const MAX_PLANS = 20;

/** The plans of the file sets that were applied last, so that what changes can be told also when an older one is gone back to. */
export class KnownPlans {
  readonly #plans = new Map<string, Plan>();
  #asked: Plan | undefined;

  /** The plan of the file set with this digest. */
  get(digest: string | undefined): Plan | undefined {
    return digest === undefined ? undefined : this.#plans.get(digest);
  }

  /** That plan; where nobody knows it, as after a start, the one that was asked for last. */
  likely(digest: string | undefined): Plan | undefined {
    return this.get(digest) ?? this.#asked;
  }

  /** The datastore asks for `plan`, whether it is applied or not. */
  noteAsked(plan: Plan): void {
    this.#asked = plan;
  }

  /** Remembers a plan as the newest. */
  note(digest: string, plan: Plan): void {
    this.#plans.delete(digest);
    this.#plans.set(digest, plan);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_PLANS && oldest !== undefined) {
      this.#plans.delete(oldest);
    }
  }
}
