/**
 * Node-to-node mesh: one iBGP session to every other node, seen from this node.
 *
 * In:  the cluster, who holds which address, this node's name and address.
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
import type { Node } from '../../model/node.js';
import type { Address } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import type { Session } from '../plan.js';
import { sessionOf } from './session-of.js';

/** The end of a session that is planned for. */
export interface LocalEnd {
  readonly nodeName: string;
  readonly family: Family;
  readonly address: Address;
}

/** Mesh sessions of `local` with the other `holders` of addresses; none when the mesh is off. */
export function planMesh(
  cluster: Cluster,
  holders: readonly Node[],
  local: LocalEnd,
): readonly Session[] {
  const sessions: Session[] = [];
  if (cluster.isMeshEnabled) {
    for (const node of holders) {
      const at = node.addresses[local.family];
      if (at !== undefined && node.name !== local.nodeName && at.address !== local.address) {
        const request = { source: 'Mesh', remoteAddress: at.address, origin: at.origin } as const;
        sessions.push(sessionOf(request, { remoteAsn: asnOf(node, cluster).asn }));
      }
    }
  }
  return sessions;
}
