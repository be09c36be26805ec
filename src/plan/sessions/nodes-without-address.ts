/**
 * Nodes that this host is to peer with but that have no address.
 *
 * Upstream's templates fail as a whole for one such node (calicoctl issue 1570); here it is left out alone, and told.
 *
 * @scenario mesh/node-without-address
 */

import type { Problem } from '../../base/problem.js';
import type { Cluster } from '../../model/cluster.js';
import { isPeeringOf, isPeeringWith } from '../../model/peering.js';
import type { Host } from '../host.js';

/** A problem for each node without an address in either family that `host` would have a session with. */
export function findNodesWithoutAddress(cluster: Cluster, host: Host): Problem[] {
  return cluster.unaddressed
    .filter((name) => isNeighbor(name, cluster, host))
    .map((name) => ({
      code: 'node-address-missing',
      key: `node ${name}`,
      reason: `the node ${name} is in the datastore but has neither an IPv4 nor an IPv6 address`,
      action: 'planned no session with it; every other node is planned for',
    }));
}

function isNeighbor(
  name: string,
  { isMeshEnabled, peerings }: Cluster,
  { role, nodeName, ipv4, ipv6 }: Host,
): boolean {
  if (role === 'node') {
    // This node itself has a problem of its own when it has no address (identity.ts).
    return isMeshEnabled && name !== nodeName;
  }
  return peerings.some(
    (peering) =>
      isPeeringOf(peering, { name }) &&
      [ipv4, ipv6].some((own) => own !== undefined && isPeeringWith(peering, own)),
  );
}
