/**
 * Node-to-node mesh: one iBGP session to every other node, seen from this node.
 *
 * In:  the cluster, this node's name and address, one family.
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

import type { Cluster } from '../../model/cluster.js';
import type { Node, NodeAddress } from '../../model/node.js';
import type { Address } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import type { Session } from '../plan.js';
import { protocolNameOf } from './protocol-name.js';
import type { SessionCache } from './session-cache.js';

/** The end of a session that is planned for. */
export interface LocalEnd {
  readonly nodeName: string;
  readonly family: Family;
  readonly address: Address;
}

/** Mesh sessions of `local`; none when the mesh is off. */
export function planMesh(
  { isMeshEnabled, nodes, defaultAsn }: Cluster,
  local: LocalEnd,
  cache: SessionCache,
): Session[] {
  if (!isMeshEnabled) {
    return [];
  }
  const terms = `${local.nodeName} ${local.address} ${defaultAsn}`;
  return cache.map(nodes, terms, (node) => {
    const remote = node.addresses[local.family];
    const isSelf = node.name === local.nodeName || remote?.address === local.address;
    return remote === undefined || isSelf
      ? undefined
      : sessionWith(node, remote, { family: local.family, defaultAsn, cache });
  });
}

function sessionWith(
  node: Node,
  { address, origin }: NodeAddress,
  { family, defaultAsn, cache }: { family: Family; defaultAsn: number; cache: SessionCache },
): Session {
  const remoteAsn = node.asn ?? defaultAsn;
  const known = cache.find('Mesh', node);
  const isKnown = known?.remoteAsn === remoteAsn && known.origin === origin;
  return isKnown
    ? known
    : cache.keep('Mesh', node, {
        protocolName: protocolNameOf('Mesh', address),
        family,
        isIpv6: family === 'ipv6',
        remoteAddress: address,
        remoteAsn,
        isReflectorClient: false,
        origin,
      });
}
