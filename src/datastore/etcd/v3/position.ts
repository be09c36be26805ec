/**
 * How far the store was applied: what to resume a watch from, and whether the store that answers is still the same.
 *
 * The revision to resume from is kept for each key range, and is one more than the last revision *applied* there.
 * It never comes from a header: in catch-up etcd's headers carry the store's current revision, ahead of the events
 * that are still to come.
 */
import type { Listing } from './list.js';
import type { ResponseHeader } from './messages.js';
import { RangeProgress } from './range-progress.js';

/** What a store is known to have reached. Neither number ever goes back in the life of a store. */
export interface Floor {
  readonly revision: number;
  readonly raftTerm: number;
}

/** See the head of this file. */
export class Position {
  readonly ranges: readonly RangeProgress[];
  /** When all values are to be compared with etcd's, by the monotonic clock; see audit.ts. */
  auditAt = 0;
  /** The revision of the store at which they were; undefined when they have to be in any case. */
  auditedRevision: number | undefined;
  readonly #clusterId: string;
  #raftTerm: number;
  #revision: number;

  /** The position right after a listing. */
  constructor({ header, ranges }: Listing) {
    this.#clusterId = header.clusterId;
    this.#raftTerm = header.raftTerm;
    this.#revision = header.revision;
    this.auditedRevision = header.revision;
    this.ranges = [...ranges].map(
      ([range, entries]) => new RangeProgress(range, entries, header.revision),
    );
  }

  /** How many keys are followed. */
  get keys(): number {
    return this.ranges.reduce((sum, { count }) => sum + count, 0);
  }

  /** What the store is known to have reached: take it before asking, for answers to that question. */
  get floor(): Floor {
    return { revision: this.#revision, raftTerm: this.#raftTerm };
  }

  /**
   * Why an answer can't come from the store that we follow; undefined when nothing speaks against it.
   *
   * A wiped or restored store keeps its cluster ID when the members keep their names and URLs. Then its revision or
   * its Raft term is lower than before, neither of which a living store allows.
   *
   * @param floor - what the store had reached when the question was asked; without it, as for an event that may have
   *   been on its way for a while, only the cluster is compared
   */
  doubt({ clusterId, raftTerm, revision }: ResponseHeader, floor?: Floor): string | undefined {
    if (clusterId !== this.#clusterId) {
      return 'another etcd cluster answers';
    }
    if (floor && raftTerm < floor.raftTerm) {
      return `the Raft term went back: ${floor.raftTerm} to ${raftTerm}`;
    }
    if (floor && revision < floor.revision) {
      return `the revision went back: ${floor.revision} to ${revision}`;
    }
    this.#raftTerm = Math.max(this.#raftTerm, raftTerm);
    this.#revision = Math.max(this.#revision, revision);
    return undefined;
  }
}
