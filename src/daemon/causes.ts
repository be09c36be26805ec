/** Why the next pass runs: what was noted since the last one. */
export interface NotedCauses {
  /** The first of them, in the order in which they came. */
  readonly causes: readonly string[];
  readonly causeCount: number;
}

/** What is known of a pass beside what it comes to. */
export interface PassFacts extends NotedCauses {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** The datastore's revision that it is of. */
  readonly revision?: string;
}

/** Causes named in the log for one pass; the count says how many there were. */
const MAX_CAUSES = 10;

/** Gathers causes between passes. */
export class Causes {
  #causes: string[] = [];
  #count = 0;

  /** Notes keys that changed, or other causes in words. */
  note(...causes: readonly string[]): void {
    this.#count += causes.length;
    this.#causes.push(...causes.slice(0, MAX_CAUSES - this.#causes.length));
  }

  /** Notes again what was taken, before what came since: the pass that it was taken for came to nothing. */
  putBack({ causes, causeCount }: NotedCauses): void {
    this.#causes = [...causes, ...this.#causes].slice(0, MAX_CAUSES);
    this.#count += causeCount;
  }

  /** Gives what was noted, and begins anew. */
  take(): NotedCauses {
    const taken = { causes: this.#causes, causeCount: this.#count };
    this.#causes = [];
    this.#count = 0;
    return taken;
  }
}
