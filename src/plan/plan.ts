/**
 * What the BIRD of one host is to do, in BGP terms: the product of this program. Not a character of BIRD's syntax.
 *
 * Plain immutable data. It is also what templates see (docs/templates.md), so a field here is a promise to people who
 * override a template.
 */

import type { Problem } from '../base/problem.js';
import type { BgpFilter } from '../model/bgp-filter.js';
import type { Generation } from '../model/cluster.js';
import type { LogLevel } from '../model/log-level.js';
import type { Address } from '../values/address.js';
import type { Community } from '../values/community.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';
import type { RouterId } from '../values/router-id.js';
import type { Session } from './sessions/terms.js';

export type { BgpFilter, FilterOperation, FilterRule } from '../model/bgp-filter.js';
export { isInternal, type Session } from './sessions/terms.js';

/** The plan for one host. */
export interface Plan {
  /** A Calico node routes workloads; a reflector only passes routes on between its clients (RFC 4456). */
  readonly role: 'node' | 'reflector';
  /** BGP Identifier, the same for both families (RFC 6286). */
  readonly routerId: RouterId;
  readonly logLevel: LogLevel;
  /** Whose rules hold for next hops, metrics and filters. */
  readonly generation: Generation;
  /** TCP port that BIRD listens on, where it isn't that of BGP. */
  readonly listenPort?: number;
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
  /**
   * Pools, and what becomes of their routes. Sorted by key; by the rules of Calico 3 by the text of their prefixes, as Calico does:
   * where one lies in another the first decides.
   */
  readonly pools: readonly PlannedPool[];
  /** Raw statements run on each exported route before the pools decide, sorted by key. */
  readonly customFilters: readonly PlannedStatements[];
  /** What only the rules of Calico 3 have. `NO_EXTRAS` for those of v1. */
  readonly extras: FamilyExtras;
}

/** What Calico 3 added to the plan of a family. */
export interface FamilyExtras {
  /** Whether BIRD listens on `localAddress` alone. */
  readonly bindsAddress: boolean;
  /** Interface patterns whose addresses aren't taken in, beside Calico's own. */
  readonly ignoredInterfaces: readonly string[];
  /** Metric of a route of usual standing; one below it is preferred. */
  readonly normalPriority: number;
  /** The BGPFilters of this family that have rules in it, sorted by name. */
  readonly filters: readonly BgpFilter[];
  /** Communities that announced routes get, in the order in which they are given. */
  readonly advertisements: readonly PlannedAdvertisement[];
  /** Static routes beside the blocks: services, and gateways to peers; by prefix. */
  readonly staticRoutes: readonly StaticRoute[];
  /** Prefixes whose routes never reach the kernel from BIRD; by prefix. */
  readonly unprogrammed: readonly Prefix[];
  /** Ranges that this node, as a reflector, passes on whoever announces them. */
  readonly transitRanges: readonly Prefix[];
  /** Next hops whose routes are Felix's, which encrypts to them. */
  readonly encryptedNextHops: readonly Address[];
  /** Whether BIRD programs routes through the IPIP device; otherwise such a route isn't ours to announce to peers in our AS. */
  readonly programsTunnels: boolean;
}

/** Communities on what is announced inside of a prefix. */
export interface PlannedAdvertisement {
  readonly prefix: Prefix;
  readonly communities: readonly Community[];
  readonly origin: string;
}

/** A static route: a black hole that is announced, or a way to a peer that isn't. */
export interface StaticRoute {
  readonly prefix: Prefix;
  /** Gateway; a black hole where absent. */
  readonly via?: Address;
  readonly isExported: boolean;
  readonly origin: string;
}

/** The extras of a plan by the rules of v1. */
export const NO_EXTRAS: FamilyExtras = {
  bindsAddress: false,
  ignoredInterfaces: [],
  normalPriority: 1024,
  filters: [],
  advertisements: [],
  staticRoutes: [],
  unprogrammed: [],
  transitRanges: [],
  encryptedNextHops: [],
  programsTunnels: true,
};

/** A block of this node. */
export interface AnnouncedBlock {
  readonly prefix: Prefix;
  /**
   * Whether the block is told to peers in place of everything inside of it. One in release isn't: of it the black hole and each
   * route inside are told by themselves, as the pools allow.
   */
  readonly isAggregated: boolean;
  /**
   * Whether unused addresses of it are black-holed: by the rules of Calico 3 not where it is one address, or where a static route
   * does it.
   */
  readonly isBlackholed: boolean;
  readonly origin: string;
}

/** A pool, and how its routes reach the kernel. */
export interface PlannedPool {
  readonly prefix: Prefix;
  /** Whether BIRD sends its routes through the IPIP tunnel. */
  readonly isTunneled: boolean;
  /** Whether routes inside of it are told to peers. */
  readonly isExported: boolean;
  /** Who puts its routes into the kernel: BIRD, or Felix for the reason that is named. */
  readonly programmedBy: 'bird' | 'felix-vxlan' | 'felix-cluster-routes';
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
