/** Calico's BGPFilter: rules on what a peer may tell and be told. Of one resource each family is a filter of its own. */

import type { Community } from '../values/community.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';

/** The rules of one BGPFilter in one family. */
export interface BgpFilter {
  readonly name: string;
  readonly family: Family;
  readonly importRules: readonly FilterRule[];
  readonly exportRules: readonly FilterRule[];
  readonly origin: string;
}

/** If everything that is given matches: the operations in their order, then the action. */
export interface FilterRule {
  readonly action: 'accept' | 'reject';
  readonly prefix?: PrefixMatch;
  /** Only routes learnt from BGP peers. */
  readonly isFromPeers?: boolean;
  /** Pattern of the interface that the route goes out by; `*` and `?` stand for any text and any character. */
  readonly interface?: string;
  /** On sessions of one kind alone: with a peer in our AS, or in another. */
  readonly peerType?: 'internal' | 'external';
  readonly community?: Community;
  /** AS numbers that the path begins with. */
  readonly asPathPrefix?: readonly number[];
  /** Metric that the route has. */
  readonly priority?: number;
  readonly operations: readonly FilterOperation[];
}

/** What a route's prefix is compared with. */
export interface PrefixMatch {
  readonly prefix: Prefix;
  readonly operator: 'equal' | 'not-equal' | 'in' | 'not-in';
  /** Lengths that match, for `in` and `not-in`: both ends included. */
  readonly length?: { readonly min: number; readonly max: number };
}

/** What is done to a route that a rule matches. */
export type FilterOperation =
  | { readonly kind: 'add-community'; readonly community: Community }
  /** The numbers stand before the path in this order. */
  | { readonly kind: 'prepend-as-path'; readonly asns: readonly number[] }
  | { readonly kind: 'set-priority'; readonly priority: number };

/** Whether the rule's pattern of interfaces, if it has one, matches every route: also one without interface, whose name is empty to BIRD. */
export function matchesAnyInterface({
  interface: pattern,
}: Pick<FilterRule, 'interface'>): boolean {
  return pattern === undefined || /^\*+$/.test(pattern);
}
