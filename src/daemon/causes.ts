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
  /** Why passes were made before it that applied nothing of what was asked for. */
  readonly earlier: NotedCauses;
}

/** Causes named in the log for one pass; the count says how many there were. */
const MAX_CAUSES = 10;

const NONE: NotedCauses = { causes: [], causeCount: 0 };

/** Both together; those that are named first of `a`. */
export function causesOfBoth(a: NotedCauses, b: NotedCauses): NotedCauses {
  return {
    causes: [...a.causes, ...b.causes].slice(0, MAX_CAUSES),
    causeCount: a.causeCount + b.causeCount,
  };
}

/** Gathers causes between passes. */
export class Causes {
  #causes: string[] = [];
  #count = 0;
  #earlier = NONE;

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

  /** Keeps for the pass that applies it what was taken: what is asked for waits. The newest are named first. */
  defer(taken: NotedCauses): void {
    this.#earlier = causesOfBoth(taken, this.#earlier);
  }

  /** What was kept so. */
  get earlier(): NotedCauses {
    return this.#earlier;
  }

  /** What is asked for is applied. */
  settle(): void {
    this.#earlier = NONE;
  }

  /** Gives what was noted, and begins anew. */
  take(): NotedCauses {
    const taken = { causes: this.#causes, causeCount: this.#count };
    this.#causes = [];
    this.#count = 0;
    return taken;
  }
}
