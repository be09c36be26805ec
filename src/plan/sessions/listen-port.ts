import type { Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { BGP_PORT } from '../plan.js';

/** The port that `node` listens on: its own, or the cluster's. */
export function portOf({ bgp }: Cluster, node: Node | undefined): number | undefined {
  return node === undefined ? undefined : (node.listenPort ?? bgp.listenPort);
}

/** A port that has to be said. */
export function withoutDefault(port: number | undefined): number | undefined {
  return port === BGP_PORT ? undefined : port;
}
