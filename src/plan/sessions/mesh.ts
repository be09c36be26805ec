/**
 * Node-to-node mesh: one iBGP session to every other node, seen from this node.
 *
 * In:  the cluster, this node's name and address.
 * Out: sessions in the order of node names.
 *
 * Always true of the result:
 * - Symmetric: A plans a session to B exactly when B plans one to A.
 * - The remote AS number is the remote node's own, else the cluster's. (Calico 3.32 takes the local node's instead,
 *   which is a bug: both ends must agree on each other's number.)
 *
 * @scenario mesh/three-nodes
 * @scenario mesh/own-as-number
 * @scenario mesh/mesh-off
 * @scenario mesh/dual-stack
 */

import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Address } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import { isHolder } from '../address-holders.js';
import { askFor } from './session-of.js';
import type { AskedSession } from './terms.js';

/** The end of a session that is planned for. */
export interface LocalEnd {
  readonly nodeName: string;
  readonly family: Family;
  readonly address: Address;
}

/** Mesh sessions of `local` with the other holders of addresses; none when the mesh is off. */
export function* planMesh(cluster: Cluster, local: LocalEnd): Iterable<AskedSession> {
  if (!cluster.isMeshEnabled) {
    return;
  }
  for (const node of cluster.nodes) {
    const at = node.addresses[local.family];
    if (
      at !== undefined &&
      node.name !== local.nodeName &&
      at.address !== local.address &&
      isHolder(cluster, node, at)
    ) {
      const request = { source: 'Mesh', remoteAddress: at.address, origin: at.origin } as const;
      yield askFor(request, { remoteAsn: asnOf(node, cluster).asn });
    }
  }
}
