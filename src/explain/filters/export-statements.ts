/**
 * What is told to peers, statement by statement as the templates print it: `calico_pools` by the rules of v1 (`bird_ipam.cfg.hbs`),
 * `calico_export_to_bgp_peers` by those of Calico 3 (`v3-export.hbs`).
 */

import type { AnnouncedBlock, FamilyPlan, Plan, PlannedPool } from '../../plan/plan.js';
import { TUNNEL_INTERFACE } from '../../plan/plan.js';
import { communityText } from '../../values/community.js';
import type { Prefix } from '../../values/prefix.js';
import { bgpFilterStatements } from './bgp-filters.js';
import { all, type Holds, isIn, type Route, type Statement, unlessBlackHole } from './route.js';
import type { SessionGroup } from './session-groups.js';

/** The statements for `route` on the sessions of `group`. */
export function exportStatements(
  { role, generation }: Pick<Plan, 'role' | 'generation'>,
  part: FamilyPlan,
  group: SessionGroup,
  route: Route,
): readonly Statement[] {
  const isV3 = generation === 'v3';
  return [
    ...ruleOfBgp(group, route),
    ...(isV3 ? bgpFilterStatements(part.extras.filters, useOf(part, group), route) : []),
    ...(role === 'reflector'
      ? PASSED_ON
      : isV3
        ? ofCalico3(part, group, route)
        : ofV1(part, route)),
  ];
}

function useOf({ extras: { normalPriority } }: FamilyPlan, group: SessionGroup) {
  const { isInternal, exportFilters: names } = group;
  // What is told has its interface on every BIRD.
  const lacksInterface: ReadonlySet<string> = new Set();
  return { direction: 'export', names, isInternal, normalPriority, lacksInterface } as const;
}

const PASSED_ON: readonly Statement[] = [
  { action: 'accept', text: 'a reflector passes on whatever it has', holds: true },
];
const NOTHING_LEFT: Statement = {
  action: 'reject',
  text: 'no block, pool or service lets it through',
  holds: true,
};

/** What BIRD itself doesn't tell, before any filter: one client at either end is needed (RFC 4456). */
function ruleOfBgp({ isInternal, isClient }: SessionGroup, route: Route): readonly Statement[] {
  return !isInternal || isClient
    ? []
    : [
        {
          action: 'reject',
          text: 'BGP itself tells nothing from one internal peer to another (RFC 4456)',
          holds: unlessBlackHole(
            route,
            'it is learnt from a peer in our AS that is no client of ours',
          ),
        },
      ];
}

function ofV1({ blocks, customFilters, pools }: FamilyPlan, route: Route): readonly Statement[] {
  return [
    ...blocks.flatMap((block) => ofBlock(block, route, [])),
    ...customFilters.map(({ name, origin }) => ({
      action: 'unknown' as const,
      text: `the raw statements ${name} may decide: they can't be judged here`,
      key: origin,
      holds: true,
    })),
    ...pools.map((pool) => ofPool(pool, route)),
    NOTHING_LEFT,
  ];
}

function ofCalico3(part: FamilyPlan, group: SessionGroup, route: Route): readonly Statement[] {
  const { blocks, pools, extras } = part;
  const preferred: Statement = {
    action: 'accept',
    text: 'it is preferred to what its block is told with',
    holds: unlessBlackHole(route, `its metric is below ${extras.normalPriority}`),
  };
  return [
    ...pools.filter(({ isExported }) => !isExported).map((pool) => ofPool(pool, route)),
    ...ofInterfaces(part, group, route),
    ...extras.advertisements.map(({ prefix, communities, origin }) => ({
      action: 'change' as const,
      text: `it gets the communities ${communities.map(communityText).join(', ')}`,
      key: origin,
      holds: isIn(route, prefix),
    })),
    ...blocks.flatMap((block) => ofBlock(block, route, [preferred])),
    ...extras.transitRanges.map((prefix) =>
      accepting(`it is in ${prefix}, which this node passes on as a reflector`, route, { prefix }),
    ),
    ...extras.staticRoutes
      .filter(({ isExported }) => isExported)
      .map(({ prefix, origin }) =>
        accepting(`it is in ${prefix}, told as services`, route, { prefix, origin }),
      ),
    ...pools.filter(({ isExported }) => isExported).map((pool) => ofPool(pool, route)),
    NOTHING_LEFT,
  ];
}

/** A block is told in place of what is inside of it, but for what `exceptions` let through. */
function ofBlock(
  { prefix, isAggregated, origin }: AnnouncedBlock,
  route: Route,
  exceptions: readonly Statement[],
): readonly Statement[] {
  if (!isAggregated || !isIn(route, prefix)) {
    return [];
  }
  return route.prefix === prefix
    ? [
        {
          action: 'accept',
          text: `it is the block ${prefix} of this node`,
          key: origin,
          holds: true,
        },
      ]
    : [
        ...exceptions.map((one) => ({ ...one, key: origin })),
        {
          action: 'reject',
          text: `the block ${prefix} of this node is told in its place`,
          key: origin,
          holds: true,
        },
      ];
}

function ofPool({ prefix, isExported, origin }: PlannedPool, route: Route): Statement {
  return isExported
    ? accepting(`it is in the pool ${prefix}`, route, { prefix, origin })
    : {
        action: 'reject',
        text: `the pool ${prefix} isn't told (disableBGPExport)`,
        key: origin,
        holds: isIn(route, prefix),
      };
}

function accepting(
  text: string,
  route: Route,
  { prefix, origin }: { readonly prefix: Prefix; readonly origin?: string },
): Statement {
  return {
    action: 'accept',
    text,
    ...(origin !== undefined && { key: origin }),
    holds: isIn(route, prefix),
  };
}

/** Routes that Felix put in through its devices are each node's own. */
function ofInterfaces(
  { extras }: FamilyPlan,
  { isInternal }: SessionGroup,
  route: Route,
): readonly Statement[] {
  const tunnels = ['*.cali', '*.calico', ...(extras.programsTunnels ? [] : [TUNNEL_INTERFACE])];
  const rejecting = (text: string, interfaces: readonly string[], isMeant: boolean): Statement => ({
    action: 'reject',
    text,
    holds: all(isMeant, goesOutBy(route, interfaces)),
  });
  return [
    rejecting('each node has its own routes through the tunnels of Felix', tunnels, isInternal),
    rejecting("routes of Felix's eBPF data plane are this node's alone", ['bpf*.cali'], true),
  ];
}

function goesOutBy(route: Route, interfaces: readonly string[]): Holds {
  return unlessBlackHole(route, `it goes out by ${interfaces.join(' or ')}`);
}
