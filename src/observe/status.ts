/** What the daemon knows of itself, as plain data: the JSON of `/status`, and what health, page and systemd show. */

import type { ApplierState } from '../apply/bird-states.js';
import type { Problem } from '../base/problem.js';
import type { Family } from '../values/family.js';
import type { InputStatus } from './input-status.js';
import type { PinnedStatus } from './pinned-status.js';

/** All of it. Times are milliseconds since 1970. */
export interface DaemonStatus extends ApplierState {
  readonly version: string;
  readonly node: string;
  readonly role: 'node' | 'reflector';
  readonly dialect: string;
  readonly birdVersion?: string;
  readonly startedAt: number;
  readonly datastore: DatastoreStatus;
  /**
   * Digest of what the datastore asks for now; differs from what BIRD runs when that could not be applied yet. Absent while
   * it isn't known: before the datastore has answered, and when its state can't be turned into files.
   */
  readonly desiredDigest?: string | undefined;
  /** What the newest plan was made of. Absent until there is one. */
  readonly input?: InputStatus;
  /** How many the newest plan has. */
  readonly sessions: Readonly<Record<Family, number>>;
  readonly lastPass?: PassStatus;
  /** Why the last pass has to be repeated, and when. */
  readonly retry?: { readonly attempt: number; readonly reason: string; readonly at: number };
  /** Why what the datastore asks for is held back, since when; absent when it isn't. */
  readonly held?: {
    readonly reason: string;
    readonly since: number;
    /** The first of the keys that changed then, as far as is known. */
    readonly causes: readonly string[];
  };
  /** What an operator rolled back to; absent when nothing is pinned. */
  readonly pinned?: PinnedStatus;
  readonly problems: readonly (Problem & { readonly since: number })[];
}

/** The status as it is told outside: with the sessions by name, to compare with what BIRD has. */
export interface StatusReport extends DaemonStatus {
  /** Absent until a plan was made. */
  readonly plannedSessions?: readonly ReportedSession[];
}

/** A session that the newest plan has. */
export interface ReportedSession {
  /** That of its protocol in BIRD. */
  readonly name: string;
  readonly remoteAddress: string;
}

/** The sessions of a plan, as far as is told of them. */
export type PlannedSessions = Readonly<Record<Family, readonly PlannedSession[]>>;

interface PlannedSession {
  readonly protocolName: string;
  readonly remoteAddress: string;
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
  /** Why BIRD does not run what was asked for; absent when it does. */
  readonly reason?: string;
}

/**
 * How a pass ended. `pinned`: an operator rolled back. `held`: what stands was left, since the datastore lost what it came from. `unrenderable`: a template's fault.
 * `unconfirmed`: BIRD has undone it, since sessions did not come back.
 * `outdated`: the pass worked on half of a change, and the next one takes in the rest.
 */
export type PassOutcome =
  | 'unchanged'
  | 'applied'
  | 'outdated'
  | 'held'
  | 'pinned'
  | 'refused'
  | 'unconfirmed'
  | 'failed'
  | 'unrenderable';

/** Whether every BIRD process that is needed runs what the datastore asks for now. */
export function runsWhatIsAsked({
  birds,
  desiredDigest,
}: Pick<DaemonStatus, 'birds' | 'desiredDigest'>): boolean {
  const needed = birds.filter(({ isNeeded }) => isNeeded);
  return (
    desiredDigest !== undefined &&
    needed.length > 0 &&
    needed.every(({ loaded }) => loaded?.digest === desiredDigest)
  );
}
