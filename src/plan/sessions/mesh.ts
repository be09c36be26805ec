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
import type { Address } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import type { AddressHolders } from '../address-holders.js';
import type { Session } from '../plan.js';
import { sessionOf } from './session-of.js';

/** The end of a session that is planned for. */
export interface LocalEnd {
  readonly nodeName: string;
  readonly family: Family;
  readonly address: Address;
}

/** Mesh sessions of `local`; none when the mesh is off. */
export function planMesh(
  cluster: Cluster,
  { byAddress }: AddressHolders,
  local: LocalEnd,
): readonly Session[] {
  const sessions: Session[] = [];
  if (cluster.isMeshEnabled) {
    for (const [remoteAddress, { node, at }] of byAddress) {
      if (node.name !== local.nodeName && remoteAddress !== local.address) {
        const request = { source: 'Mesh', remoteAddress, origin: at.origin } as const;
        sessions.push(sessionOf(request, { remoteAsn: asnOf(node, cluster).asn }));
      }
    }
  }
  return sessions;
}
