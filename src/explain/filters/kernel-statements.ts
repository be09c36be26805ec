/** What reaches the kernel, as the templates print it: `calico_ipip` by the rules of v1, `calico_kernel_programming` by those of 3. */

import type { FamilyPlan, PlannedPool } from '../../plan/plan.js';
import { TUNNEL_INTERFACE } from '../../plan/plan.js';
import { isIn, type Route, type Statement, unlessBlackHole } from './route.js';

/** What of a host the kernel's routes depend on. */
export interface KernelRules {
  readonly part: FamilyPlan;
  /** Keys of the pools whose tunnel this BIRD can't set up. */
  readonly lacksTunnel: ReadonlySet<string>;
}

/** The statements for `route`. Of v1 the fields that only the rules of Calico 3 have are empty. */
export function kernelStatements(
  { part: { pools, extras }, lacksTunnel }: KernelRules,
  route: Route,
): readonly Statement[] {
  return [
    ...extras.unprogrammed.map((prefix) => ({
      action: 'reject' as const,
      text: `it is in the services' range ${prefix}, to which this node has a way of its own`,
      holds: isIn(route, prefix),
    })),
    ...extras.encryptedNextHops.map((address) => ({
      action: 'reject' as const,
      text: 'Felix encrypts to this node and has the route (WireGuard)',
      holds: unlessBlackHole(route, `its next hop is ${address}`),
    })),
    ...firstPool(pools, route).flatMap((pool) => ofPool(pool, route, lacksTunnel.has(pool.origin))),
    { action: 'accept', text: 'it is in no pool, and goes the way that it came with', holds: true },
  ];
}

/** Of pools inside of one another the first decides. */
function firstPool(pools: readonly PlannedPool[], route: Route): readonly PlannedPool[] {
  return pools.filter(({ prefix }) => isIn(route, prefix)).slice(0, 1);
}

function ofPool(pool: PlannedPool, route: Route, lacksTunnel: boolean): readonly Statement[] {
  const { prefix, isTunneled, programmedBy, directNextHops, origin: key } = pool;
  const inPool = `it is in the pool ${prefix}`;
  if (programmedBy !== 'bird') {
    const why = programmedBy === 'felix-vxlan' ? 'it is VXLAN' : 'programClusterRoutes';
    return [
      { action: 'reject', text: `${inPool}, whose routes are Felix's (${why})`, key, holds: true },
    ];
  }
  if (!isTunneled || route.from === 'black-hole') {
    return [{ action: 'accept', text: inPool, key, holds: true }];
  }
  const direct: readonly Statement[] =
    directNextHops === undefined
      ? []
      : [
          {
            action: 'accept',
            text: `${inPool}, without the tunnel`,
            key,
            holds: { when: `its next hop is in ${directNextHops}` },
          },
        ];
  const tunneled: Statement = lacksTunnel
    ? { action: 'reject', text: `${inPool}, and this BIRD can't set up IPIP`, key, holds: true }
    : { action: 'accept', text: `${inPool}, through ${TUNNEL_INTERFACE} (IPIP)`, key, holds: true };
  return [...direct, tunneled];
}
