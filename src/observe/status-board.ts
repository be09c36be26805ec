/** Where the daemon keeps what it tells of itself. */

import type { ApplierState } from '../apply/bird-states.js';
import type { Problem } from '../base/problem.js';
import type { PinnedStatus } from './pinned-status.js';
import type { DaemonStatus, DatastoreStatus, PlannedSessions, StatusReport } from './status.js';

/** What the daemon tells of itself; the rest of the status is the applier's to tell. */
export type ToldStatus = Omit<DaemonStatus, keyof ApplierState>;

/** Holds the newest status; the daemon changes it part by part, everybody else reads. */
export class StatusBoard {
  #status: ToldStatus;
  #planned: PlannedSessions | undefined;
  readonly #applied: () => ApplierState;

  /** @param applied - asked at each reading what stands and what BIRD runs: that changes by itself */
  constructor(initial: ToldStatus, applied: () => ApplierState) {
    this.#status = initial;
    this.#applied = applied;
  }

  current(): DaemonStatus {
    return { ...this.#status, ...this.#applied() };
  }

  /** Made when somebody asks: the list is thousands long. */
  report(): StatusReport {
    const plannedSessions =
      this.#planned &&
      [...this.#planned.ipv4, ...this.#planned.ipv6].map(({ protocolName, remoteAddress }) => ({
        name: protocolName,
        remoteAddress,
      }));
    return { ...this.current(), ...(plannedSessions && { plannedSessions }) };
  }

  /** The sessions of the newest plan; none before there is one. */
  planned(): PlannedSessions {
    return this.#planned ?? { ipv4: [], ipv6: [] };
  }

  /** Replaces the plan that is told of. */
  setPlanned(planned: PlannedSessions): void {
    this.#planned = planned;
    this.update({
      sessions: { ipv4: planned.ipv4.length, ipv6: planned.ipv6.length },
    });
  }

  /** Replaces the named parts. */
  update(parts: Partial<ToldStatus>): void {
    this.#status = { ...this.#status, ...parts };
  }

  /** Replaces the named parts of what is known about the datastore. */
  updateDatastore(parts: Partial<DatastoreStatus>): void {
    this.update({ datastore: { ...this.#status.datastore, ...parts } });
  }

  /** Forgets that a retry is due. */
  clearRetry(): void {
    const { retry: _, ...rest } = this.#status;
    this.#status = rest;
  }

  /** Replaces what is said of a state that is held back. */
  setHeld(held: DaemonStatus['held']): void {
    const { held: _, ...rest } = this.#status;
    this.#status = { ...rest, ...(held && { held }) };
  }

  /** Replaces what is said of a rollback. */
  setPinned(pinned: PinnedStatus | undefined): void {
    const { pinned: _, ...rest } = this.#status;
    this.#status = { ...rest, ...(pinned && { pinned }) };
  }

  /** Replaces the problems; one that stood before keeps the time since which it stands. */
  setProblems(
    problems: readonly Problem[],
    identify: (problem: Problem) => string,
    nowMs: number,
  ): {
    readonly appeared: readonly Problem[];
    readonly gone: readonly Problem[];
  } {
    const before = new Map(this.#status.problems.map((problem) => [identify(problem), problem]));
    const now = new Map(problems.map((problem) => [identify(problem), problem]));
    this.update({
      problems: [...now].map(([id, problem]) => ({
        ...problem,
        since: before.get(id)?.since ?? nowMs,
      })),
    });
    return {
      appeared: [...now].filter(([id]) => !before.has(id)).map(([, problem]) => problem),
      gone: [...before].filter(([id]) => !now.has(id)).map(([, problem]) => problem),
    };
  }
}
