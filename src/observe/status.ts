/** What the daemon knows of itself, as plain data: the JSON of `/status`, and what health, page and systemd show. */

import type { Problem } from '../base/problem.js';

/** All of it. Times are milliseconds since 1970. */
export interface DaemonStatus {
  readonly version: string;
  readonly node: string;
  readonly role: 'node' | 'reflector';
  readonly dialect: string;
  readonly birdVersion?: string;
  readonly startedAt: number;
  readonly datastore: DatastoreStatus;
  /** The good generation that stands on disk. */
  readonly generation?: GenerationStatus;
  /** Digest of what the datastore asks for now; differs from the generation's when that could not be applied yet. */
  readonly desiredDigest?: string;
  readonly sessions: Readonly<Record<'ipv4' | 'ipv6', number>>;
  readonly lastPass?: PassStatus;
  /** Why the last pass has to be repeated, and when. */
  readonly retry?: { readonly attempt: number; readonly reason: string; readonly at: number };
  readonly problems: readonly (Problem & { readonly since: number })[];
  readonly birds: readonly BirdStatus[];
}

/** The datastore as seen from here. */
export interface DatastoreStatus {
  readonly description: string;
  readonly state: 'connecting' | 'synced' | 'lost';
  readonly reason?: string;
  readonly advice?: string;
  /** When it last proved to be alive. */
  readonly heardAt?: number;
  /** Its revision that the last applied state is of. */
  readonly revision?: string;
  /** Whole snapshots taken, the first one included. */
  readonly snapshots: number;
}

/** A generation on disk. */
export interface GenerationStatus {
  readonly sequence: number;
  readonly digest: string;
  /** When BIRD confirmed that it runs it; absent while it has not. */
  readonly loadedAt?: number;
}

/** One pass. */
export interface PassStatus {
  readonly outcome: PassOutcome;
  readonly at: number;
  readonly durationMs: number;
  readonly stagesMs: Readonly<Record<string, number>>;
  /** The keys that caused it, the first few of them. */
  readonly causes: readonly string[];
  readonly changes: readonly string[];
  /** The sessions that its reload restarted by forecast; absent when there were none. */
  readonly restarts?: {
    readonly count: number;
    /** The first of them. */
    readonly sessions: readonly string[];
    readonly reasons: readonly string[];
  };
  /** What went wrong, if anything did. */
  readonly trouble?: string;
}

/**
 * How a pass ended. `unrenderable` is a template's fault; `outdated` found that it worked on half of a change, and the next
 * pass took in the rest.
 */
export type PassOutcome =
  | 'unchanged'
  | 'applied'
  | 'outdated'
  | 'refused'
  | 'failed'
  | 'unrenderable';

/** One BIRD process. */
export interface BirdStatus {
  readonly daemon: string;
  readonly isUp: boolean;
  readonly since: number;
}

/** Holds the newest status; the daemon changes it part by part, everybody else reads. */
export class StatusBoard {
  #status: DaemonStatus;

  constructor(initial: DaemonStatus) {
    this.#status = initial;
  }

  current(): DaemonStatus {
    return this.#status;
  }

  /** Replaces the named parts. */
  update(parts: Partial<DaemonStatus>): void {
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
