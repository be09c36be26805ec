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
import type { Pool } from '../../model/pool.js';
import type { Family } from '../../values/family.js';
import type { Prefix } from '../../values/prefix.js';
import { firstOfEach } from '../first-of-each.js';
import type { PlannedPool } from '../plan.js';

const SAID_OF_TUNNELS = {
  never: 'no IPIP',
  always: 'IPIP',
  'cross-subnet': 'IPIP to other subnets',
} as const;

/**
 * The pools of `family`, in the order of their keys. IPIP carries IPv4 alone (RFC 2003), so no IPv6 pool is tunneled.
 *
 * @param network - subnet of this node: next hops inside of it need no tunnel in a cross-subnet pool. Without it, every
 *   next hop is taken to be in another subnet: the tunnel works within one too.
 */
export function planPools(
  pools: readonly Pool[],
  family: Family,
  network: Prefix | undefined,
): { readonly pools: readonly PlannedPool[]; readonly problems: readonly Problem[] } {
  const { kept, problems } = firstOfEach(
    pools.filter((pool) => pool.family === family),
    {
      what: 'the pool',
      subjectOf: ({ prefix }) => prefix,
      saidBy: ({ tunnel }) => SAID_OF_TUNNELS[family === 'ipv4' ? tunnel : 'never'],
    },
  );
  const planned = kept.map(({ prefix, tunnel, origin }) => ({
    prefix,
    isTunneled: family === 'ipv4' && tunnel !== 'never',
    isExported: true,
    programmedBy: 'bird' as const,
    ...(tunnel === 'cross-subnet' && network !== undefined && { directNextHops: network }),
    origin,
  }));
  return { pools: planned, problems };
}
