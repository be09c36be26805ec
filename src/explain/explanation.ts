/** What is told of one thing that an operator asks about. Plain data, without any secret: it is also what `-o json` prints. */

import type { Problem } from '../base/problem.js';
import type { Cluster } from '../model/cluster.js';
import type { Host } from '../plan/host.js';
import type { Plan } from '../plan/plan.js';

/** What explanations are made from: a plan, with all that it was made from and what was refused on the way. */
export interface Explained {
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly host: Host;
  readonly problems: readonly Problem[];
}

/** That something is so, and the key that says so, if one does. */
export interface Reason {
  readonly text: string;
  readonly key?: string;
}

/** A reason; `key` may be unknown. */
export function reasonOf(text: string, key: string | undefined): Reason {
  return { text, ...(key !== undefined && { key }) };
}

/** A session that is planned. */
export interface SessionStory {
  /** The name of its protocol in BIRD. */
  readonly name: string;
  readonly address: string;
  /** Its terms in words. */
  readonly terms: string;
  /** The rule that makes it, and the records that the rule goes by. */
  readonly reasons: readonly Reason[];
  /** Further records that ask for a session with the same neighbor, which has one already. */
  readonly alsoAsked: readonly Reason[];
}

/** What a filter does to a route: takes or tells it, leaves it out, changes it and goes on, or what can't be known from here. */
export type Action = 'accept' | 'reject' | 'change' | 'unknown';

/** One step of a filter that concerns a route. */
export interface Decision extends Reason {
  readonly action: Action;
  /** What must hold of the route beside its prefix; nothing when absent. */
  readonly when?: string;
}

/** What is decided about a prefix where: the last decision holds unless an earlier one does. */
export interface FilterStory {
  /** What is told to peers, what is taken from them, and what reaches the kernel. */
  readonly filter: 'export' | 'import' | 'kernel';
  /** Which route it is about: the black hole of this host, one that a peer told, or any. */
  readonly route: 'black-hole' | 'peer' | 'anywhere';
  /** The sessions that are treated so; none for the kernel. */
  readonly sessions: readonly string[];
  readonly decisions: readonly Decision[];
}

/** The answer. */
export interface Explanation {
  /** What was asked about, as it was understood. */
  readonly subject: string;
  /** What it is. */
  readonly facts: readonly Reason[];
  readonly sessions: readonly SessionStory[];
  /** Why there is no session, for each record that might ask for one. */
  readonly noSession: readonly Reason[];
  readonly filters: readonly FilterStory[];
  /** What was refused, or can't be done, that concerns it. */
  readonly problems: readonly Problem[];
}

/** An answer that says nothing. */
export const NOTHING: Omit<Explanation, 'subject'> = {
  facts: [],
  sessions: [],
  noSession: [],
  filters: [],
  problems: [],
};

/** Whether anything is known of what was asked about. */
export function isKnown({ facts, sessions, filters, problems }: Explanation): boolean {
  return facts.length + sessions.length + filters.length + problems.length > 0;
}
