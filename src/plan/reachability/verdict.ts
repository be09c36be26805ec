/**
 * What BGPFilters do with routes to workloads, of which no more is known than the pool that they are of.
 *
 * A rule may ask for what the datastore doesn't tell: a community, an interface, a part of the pool. It may match then, or not.
 */

import { type FilterRule, matchesAnyInterface, type PrefixMatch } from '../../model/bgp-filter.js';
import { contains, type Prefix } from '../../values/prefix.js';

/** Routes to workloads of one pool, on their way over one session. */
export interface RouteKind {
  readonly pool: Prefix;
  /** Whether the speaker whose filter it is learnt them from a peer. */
  readonly isFromPeer: boolean;
  /** Whether the session is inside of one AS. */
  readonly isInternal: boolean;
  /** Whether no AS is in their path yet. */
  readonly isPathEmpty: boolean;
}

/** What becomes of all routes of a kind; `unsure` where it isn't known of all, or where it isn't the same for all. */
export type Verdict = 'accept' | 'reject' | 'unsure';

type Match = 'all' | 'none' | 'some';

/** The verdict of rules in their order; what none of them matches is accepted. */
export function verdictOf(rules: readonly FilterRule[], route: RouteKind): Verdict {
  const possible = new Set<FilterRule['action']>();
  for (const rule of rules) {
    const match = matchOf(rule, route);
    if (match !== 'none') {
      possible.add(rule.action);
    }
    if (match === 'all') {
      return oneOf(possible);
    }
  }
  return oneOf(possible.add('accept'));
}

function oneOf(possible: ReadonlySet<FilterRule['action']>): Verdict {
  const [first = 'accept', ...others] = possible;
  return others.length === 0 ? first : 'unsure';
}

function matchOf(rule: FilterRule, route: RouteKind): Match {
  const { isFromPeer, isInternal, isPathEmpty } = route;
  const matches: readonly Match[] = [
    rule.prefix === undefined ? 'all' : matchOfPrefix(rule.prefix, route.pool),
    rule.isFromPeers === true && !isFromPeer ? 'none' : 'all',
    rule.peerType !== undefined && (rule.peerType === 'internal') !== isInternal ? 'none' : 'all',
    rule.asPathPrefix === undefined ? 'all' : isPathEmpty ? 'none' : 'some',
    matchesAnyInterface(rule) && rule.community === undefined && rule.priority === undefined
      ? 'all'
      : 'some',
  ];
  return matches.includes('none') ? 'none' : matches.includes('some') ? 'some' : 'all';
}

function matchOfPrefix({ prefix, operator, length }: PrefixMatch, pool: Prefix): Match {
  const positive =
    operator === 'in' || operator === 'not-in' ? inside(prefix, pool) : equal(prefix, pool);
  const match = positive === 'all' && length !== undefined ? 'some' : positive;
  if (operator === 'in' || operator === 'equal') {
    return match;
  }
  return match === 'all' ? 'none' : match === 'none' ? 'all' : 'some';
}

/** Of the routes of a pool, which are inside of `prefix`. */
function inside(prefix: Prefix, pool: Prefix): Match {
  return contains(prefix, pool) ? 'all' : contains(pool, prefix) ? 'some' : 'none';
}

/** Which are `prefix` itself: at most one of them. */
function equal(prefix: Prefix, pool: Prefix): Match {
  return contains(pool, prefix) ? 'some' : 'none';
}
