/**
 * Nodes that this host is to peer with but that have no address.
 *
 * Upstream's templates fail as a whole for one such node (calicoctl issue 1570); here it is left out alone, and told.
 *
 * @scenario mesh/node-without-address
 */

import type { Problem } from '../../base/problem.js';
import { type Cluster, nodeNamed } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { isPeeringOf, isPeeringWith, type Peering } from '../../model/peering.js';
import type { Host } from '../host.js';

/** A problem for each node without an address in either family that `host`, whose record is `own`, would have a session with. */
export function findNodesWithoutAddress(
  cluster: Cluster,
  host: Host,
  own: Node | undefined,
): Problem[] {
  return cluster.unaddressed
    .flatMap((name) => nodeNamed(cluster, name) ?? [])
    .filter((node) => !node.isInDoubt && isNeighbor(node, cluster, { host, own }))
    .map(({ name }) => ({
      code: 'node-address-missing',
      key: `node ${name}`,
      reason: `the node ${name} is in the datastore but has neither an IPv4 nor an IPv6 address`,
      action: 'planned no session with it; every other node is planned for',
    }));
}

/** The host that is planned for. */
interface Local {
  readonly host: Host;
  readonly own: Node | undefined;
}

function isNeighbor(
  node: Node,
  { isMeshEnabled, peerings }: Cluster,
  { host: { role, nodeName, ipv4, ipv6 }, own }: Local,
): boolean {
  if (role === 'node') {
    // This node itself has a problem of its own when it has no address (identity.ts).
    const isInMesh = node.clusterId === undefined && own?.clusterId === undefined;
    return (
      node.name !== nodeName && ((isMeshEnabled && isInMesh) || arePaired(peerings, node, own))
    );
  }
  return (
    arePaired(peerings, node, own) ||
    peerings.some(
      (peering) =>
        isPeeringOf(peering, node) &&
        [ipv4, ipv6].some((address) => address !== undefined && isPeeringWith(peering, address)),
    )
  );
}

/** Whether a peering by labels is between the two nodes, in either direction. */
function arePaired(peerings: readonly Peering[], node: Node, own: Node | undefined): boolean {
  return (
    own !== undefined &&
    peerings.some(
      (peering) =>
        (isPeeringOf(peering, own) && isWithLabels(peering, node)) ||
        (peering.terms.isReversed && isPeeringOf(peering, node) && isWithLabels(peering, own)),
    )
  );
}

function isWithLabels({ remote }: Peering, { labels = {} }: Node): boolean {
  return remote.kind === 'nodes' && remote.selector.matches(labels);
}
