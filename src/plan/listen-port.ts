import type { Cluster } from '../model/cluster.js';
import type { Node } from '../model/node.js';

/** The port that `node` listens on: its own, or the cluster's; undefined where neither says, which is BGP's own. */
export function portOf(
  { bgp }: Pick<Cluster, 'bgp'>,
  node: Pick<Node, 'listenPort'>,
): number | undefined {
  return node.listenPort ?? bgp.listenPort;
}
