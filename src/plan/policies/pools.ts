/**
 * Pools: what is exported to BGP sessions, and what routes into them look like in the kernel.
 *
 * A disabled pool is exported like any other: `disabled` concerns IPAM alone, and workloads that already have an
 * address of it must stay reachable.
 *
 * @scenario pools/tunnel-modes
 * @scenario pools/one-inside-of-the-other
 * @scenario pools/cross-subnet-without-network
 */

import type { Problem } from '../../base/problem.js';
import type { ClusterRoutes } from '../../model/bgp-settings.js';
import type { Pool } from '../../model/pool.js';
import type { Family } from '../../values/family.js';
import type { Prefix } from '../../values/prefix.js';
import { firstOfEach } from '../first-of-each.js';
import type { PlannedPool } from '../plan.js';
import { byPrefix } from '../routes/static-routes.js';

const SAID_OF_TUNNELS = {
  never: 'no IPIP',
  always: 'IPIP',
  'cross-subnet': 'IPIP to other subnets',
} as const;

/** How pools are planned. */
export interface PoolRules {
  readonly family: Family;
  /**
   * Subnet of this node: next hops inside of it need no tunnel in a cross-subnet pool. Without it, every next hop is taken to be
   * in another subnet: the tunnel works within one too.
   */
  readonly network?: Prefix | undefined;
  /** Which routes BIRD programs by the rules of Calico 3; all of them by those of v1, where it is absent. */
  readonly clusterRoutes?: ClusterRoutes | undefined;
  /** Whether this node speaks the family. Calico 3 says nothing of programming IPv4 pools where it doesn't: no peer tells routes. */
  readonly isSpoken: boolean;
}

/** The pools of a family. IPIP carries IPv4 alone (RFC 2003), so no IPv6 pool is tunneled. */
export function planPools(
  pools: readonly Pool[],
  rules: PoolRules,
): { readonly pools: readonly PlannedPool[]; readonly problems: readonly Problem[] } {
  const { family, clusterRoutes } = rules;
  const { kept, problems } = firstOfEach(
    pools.filter((pool) => pool.family === family),
    {
      what: 'the pool',
      subjectOf: ({ prefix }) => prefix,
      saidBy: (pool) =>
        [
          SAID_OF_TUNNELS[family === 'ipv4' ? pool.tunnel : 'never'],
          ...(pool.isVxlan ? ['VXLAN'] : []),
          ...(pool.isExportDisabled ? ['not exported'] : []),
        ].join(', '),
    },
  );
  const planned = kept.map((pool) => plannedPool(pool, rules));
  return { pools: clusterRoutes === undefined ? planned : planned.sort(byPrefix), problems };
}

function plannedPool(pool: Pool, rules: PoolRules): PlannedPool {
  const { prefix, tunnel, isExportDisabled, origin } = pool;
  const { family, network, clusterRoutes, isSpoken } = rules;
  const isProgrammed = clusterRoutes === undefined || family === 'ipv6' || isSpoken;
  const isIpip = family === 'ipv4' && tunnel !== 'never' && isProgrammed;
  const programmedBy =
    clusterRoutes === undefined || !isProgrammed
      ? 'bird'
      : programmerOf(pool, isIpip ? clusterRoutes.ipip : clusterRoutes.unencapsulated);
  const isTunneled = isIpip && programmedBy === 'bird';
  return {
    prefix,
    isTunneled,
    isExported: !isExportDisabled,
    programmedBy,
    ...(isTunneled &&
      tunnel === 'cross-subnet' &&
      network !== undefined && { directNextHops: network }),
    origin,
  };
}

function programmerOf({ isVxlan }: Pool, isBirds: boolean): PlannedPool['programmedBy'] {
  if (isVxlan) {
    return 'felix-vxlan';
  }
  return isBirds ? 'bird' : 'felix-cluster-routes';
}
