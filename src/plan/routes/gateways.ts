/** Ways to peers that are reached by a gateway (`reachableBy` of a BGPPeer): a static route for each, which is told to nobody. */

import type { Cluster } from '../../model/cluster.js';
import { type Address, familyOf } from '../../values/address.js';
import { prefixOf } from '../../values/prefix.js';
import type { Session, StaticRoute } from '../plan.js';

/** The gateways of `sessions`, a route for each remote address that has one. */
export function planGateways(
  { peerings }: Pick<Cluster, 'peerings'>,
  sessions: readonly Session[],
): readonly StaticRoute[] {
  const gateways = new Map(
    peerings.flatMap(({ origin, terms: { reachableBy } }) =>
      reachableBy === undefined ? [] : [[origin, reachableBy] as const],
    ),
  );
  if (gateways.size === 0) {
    return [];
  }
  const routes = new Map<Address, StaticRoute>();
  for (const { remoteAddress, family, origin } of sessions) {
    const via = gateways.get(origin);
    if (via !== undefined && familyOf(via) === family && !routes.has(remoteAddress)) {
      const prefix = prefixOf(remoteAddress);
      routes.set(remoteAddress, { prefix, via, isExported: false, origin });
    }
  }
  return [...routes.values()];
}
