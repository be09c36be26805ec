import { matchesAnyInterface } from '../../model/bgp-filter.js';
import type { BgpFilter, FilterOperation, FilterRule } from '../../plan/plan.js';
import { withoutInterface } from '../../plan/policies/without-interface.js';
import { communityText } from '../../values/community.js';
import { all, type Holds, isIn, type Route, type Statement, unlessBlackHole } from './route.js';

/** Of the session that a filter runs for. */
export interface FilterUse {
  readonly direction: 'import' | 'export';
  /** The names of the filters that run, in their order. */
  readonly names: readonly string[];
  readonly isInternal: boolean;
  /** Metric of a route that says none. */
  readonly normalPriority: number;
  /** Keys of filters whose interfaces this BIRD doesn't know. */
  readonly lacksInterface: ReadonlySet<string>;
}

/** The rules of BGPFilters that run on `route`, in their order. */
export function bgpFilterStatements(
  filters: readonly BgpFilter[],
  use: FilterUse,
  route: Route,
): readonly Statement[] {
  const used = use.names.flatMap((name) => filters.filter((filter) => filter.name === name));
  return used.flatMap(({ name, importRules, exportRules, origin }) =>
    (use.direction === 'import' ? importRules : exportRules).flatMap((asked, index) => {
      const rule = use.lacksInterface.has(origin) ? withoutInterface(asked) : asked;
      return rule === undefined
        ? []
        : {
            action: rule.action,
            text: `${use.direction} rule ${index + 1} of the BGPFilter ${name}${changesOf(rule)}`,
            key: origin,
            holds: matches(rule, use, route),
          };
    }),
  );
}

/** Whether a rule matches, as the templates print it (`v3-rule.hbs`). */
function matches(rule: FilterRule, use: FilterUse, route: Route): Holds {
  const { peerType, isFromPeers, community, asPathPrefix, priority } = rule;
  return all(
    peerType === undefined || (peerType === 'internal') === use.isInternal,
    matchesPrefix(rule, route),
    !isFromPeers || isFromPeer(route),
    matchesInterface(rule, route),
    community === undefined ||
      unlessBlackHole(route, `it has the community ${communityText(community)}`),
    asPathPrefix === undefined ||
      unlessBlackHole(route, `its AS path begins with ${asPathPrefix.join(' ')}`),
    priority === undefined || matchesPriority(priority, use, route),
  );
}

function matchesPrefix({ prefix: match }: FilterRule, route: Route): boolean {
  if (match === undefined) {
    return true;
  }
  const { prefix, operator, length } = match;
  const bits = Number(route.prefix.split('/')[1]);
  const isInside =
    isIn(route, prefix) && (length === undefined || (bits >= length.min && bits <= length.max));
  switch (operator) {
    case 'equal':
      return route.prefix === prefix;
    case 'not-equal':
      return route.prefix !== prefix;
    case 'in':
      return isInside;
    case 'not-in':
      return !isInside;
  }
}

function isFromPeer({ from }: Route): Holds {
  return from === 'anywhere' ? { when: 'it is learnt from a peer' } : from === 'peer';
}

/** A black hole has no interface. */
function matchesInterface(rule: FilterRule, route: Route): Holds {
  return (
    matchesAnyInterface(rule) ||
    unlessBlackHole(route, `it goes out by an interface ${rule.interface}`)
  );
}

function matchesPriority(priority: number, use: FilterUse, route: Route): Holds {
  return route.from === 'black-hole'
    ? priority === use.normalPriority
    : { when: `its metric is ${priority}` };
}

function changesOf({ operations }: FilterRule): string {
  return operations.length === 0 ? '' : `, which ${operations.map(textOf).join(', ')}`;
}

function textOf(operation: FilterOperation): string {
  switch (operation.kind) {
    case 'add-community':
      return `adds the community ${communityText(operation.community)}`;
    case 'prepend-as-path':
      return `puts ${operation.asns.join(' ')} before the AS path`;
    case 'set-priority':
      return `sets the metric ${operation.priority}`;
  }
}
