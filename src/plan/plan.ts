/**
 * What the BIRD of one host is to do, in BGP terms: the product of this program. Not a character of BIRD's syntax.
 *
 * Plain immutable data. It is also what templates see (docs/templates.md), so a field here is a promise to people who
 * override a template.
 */

import type { Problem } from '../base/problem.js';
import type { LogLevel } from '../model/log-level.js';
import type { Address } from '../values/address.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';
import type { RouterId } from '../values/router-id.js';
import type { Session } from './sessions/terms.js';

export type { Session } from './sessions/terms.js';

/** The plan for one host. */
export interface Plan {
  /** A Calico node routes workloads; a reflector only passes routes on between its clients (RFC 4456). */
  readonly role: 'node' | 'reflector';
  /** BGP Identifier, the same for both families (RFC 6286). */
  readonly routerId: RouterId;
  readonly logLevel: LogLevel;
  readonly ipv4: FamilyPlan;
  readonly ipv6: FamilyPlan;
}

/** The part of a plan that concerns one address family. */
export interface FamilyPlan {
  readonly family: Family;
  /** Source of this host's sessions; absent when the host doesn't speak the family, which then has no sessions. */
  readonly localAddress?: Address;
  /** AS number of this host where a session doesn't say otherwise; absent for a reflector, whose sessions all do. */
  readonly localAsn?: number;
  /** In the order mesh, global, node; no two have the same remote address. */
  readonly sessions: readonly Session[];
  /** Blocks of this node, sorted by key: black-holed here, so that unused addresses in them don't loop. */
  readonly blocks: readonly AnnouncedBlock[];
  /** Pools whose routes are exported to BGP and programmed into the kernel, sorted by key. */
  readonly pools: readonly PlannedPool[];
  /** Raw statements run on each exported route before the pools decide, sorted by key. */
  readonly customFilters: readonly PlannedStatements[];
}

/** A block of this node. */
export interface AnnouncedBlock {
  readonly prefix: Prefix;
  /**
   * Whether the block is told to peers in place of everything inside of it. One in release isn't: of it the black hole and each
   * route inside are told by themselves, as the pools allow.
   */
  readonly isAggregated: boolean;
  readonly origin: string;
}

/** A pool, and how its routes reach the kernel. */
export interface PlannedPool {
  readonly prefix: Prefix;
  /** Whether routes go through the IPIP tunnel. */
  readonly isTunneled: boolean;
  /** Next hops in this prefix are reached without the tunnel all the same (`cross-subnet`). */
  readonly directNextHops?: Prefix;
  readonly origin: string;
}

/** Raw BIRD statements of an operator. */
export interface PlannedStatements {
  readonly name: string;
  readonly statements: string;
  readonly origin: string;
}

/** A plan with what could not be honoured in it. */
export interface PlanResult {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
}

/** The device that carries IPIP on a Calico node. */
export const TUNNEL_INTERFACE = 'tunl0';
