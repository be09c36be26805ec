/**
 * Sessions of a route reflector outside of the nodes (RFC 4456), as Calico's routereflector container has them.
 *
 * - With every other reflector, whatever its cluster: plain iBGP, so that each learns what the others' clients
 *   announce. Only when the datastore names this reflector (a standalone one has no such sessions).
 * - With every node, when a global peering names this reflector: as clients.
 * - With each node that has a peering of its own with this reflector: as clients.
 *
 * The AS number of a client session is the peering's, on both ends: a client is internal by definition, and BIRD
 * refuses a whole file with an external one ("Only internal neighbor can be RR client").
 *
 * @scenario reflector/global-clients
 * @scenario reflector/node-clients
 * @scenario reflector/two-clusters
 * @scenario reflector/standalone
 * @scenario reflector/ipv6
 * @scenario reflector/node-as-differs
 */

import type { BgpPeer } from '../../model/bgp-peer.js';
import type { Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import type { RouteReflector } from '../../model/route-reflector.js';
import { familyOf } from '../../values/address.js';
import type { Session } from '../plan.js';
import type { LocalEnd } from './mesh.js';
import { protocolNameOf, type SessionSource } from './protocol-name.js';
import type { SessionCache } from './session-cache.js';

/** The sessions of the reflector `local`, in the order reflectors, global clients, clients of their own. */
export function planReflector(cluster: Cluster, local: LocalEnd, cache: SessionCache): Session[] {
  const own = cluster.reflectors.find(({ address }) => address === local.address);
  const client = (source: SessionSource, node: Node, peer: BgpPeer): Session[] =>
    planClient({ source, node, peer, own, local, cache });
  const isForUs = ({ address }: BgpPeer): boolean => address === local.address;
  const globalPeers = cluster.globalPeers.filter(isForUs).slice(0, 1);
  return [
    ...(own === undefined ? [] : planOtherReflectors(cluster, local, cache)),
    ...globalPeers.flatMap((peer) => cluster.nodes.flatMap((node) => client('Global', node, peer))),
    ...cluster.nodes.flatMap((node) =>
      node.peers.filter(isForUs).flatMap((peer) => client('Node', node, peer)),
    ),
  ];
}

function planOtherReflectors(
  { reflectors, defaultAsn }: Cluster,
  local: LocalEnd,
  cache: SessionCache,
): Session[] {
  return reflectors
    .filter(({ address }) => familyOf(address) === local.family && address !== local.address)
    .map((reflector) => {
      const known = cache.find('Mesh', reflector);
      return known?.remoteAsn === defaultAsn
        ? known
        : cache.keep('Mesh', reflector, {
            protocolName: protocolNameOf('Mesh', reflector.address),
            family: local.family,
            isIpv6: local.family === 'ipv6',
            localAsn: defaultAsn,
            remoteAddress: reflector.address,
            remoteAsn: defaultAsn,
            isReflectorClient: false,
            origin: reflector.origin,
          });
    });
}

function planClient({
  source,
  node,
  peer,
  own,
  local,
  cache,
}: {
  source: SessionSource;
  node: Node;
  peer: BgpPeer;
  own: RouteReflector | undefined;
  local: LocalEnd;
  cache: SessionCache;
}): Session[] {
  const remote = node.addresses[local.family];
  if (remote === undefined || remote.address === local.address) {
    return [];
  }
  const clusterId = own?.clusterId;
  const origin = source === 'Global' ? remote.origin : peer.origin;
  const known = cache.find(source, node);
  const isKnown =
    known?.remoteAsn === peer.asn && known.clusterId === clusterId && known.origin === origin;
  if (isKnown) {
    return [known];
  }
  const session: Session = {
    protocolName: protocolNameOf(source, remote.address),
    family: local.family,
    isIpv6: local.family === 'ipv6',
    localAsn: peer.asn,
    remoteAddress: remote.address,
    remoteAsn: peer.asn,
    isReflectorClient: true,
    ...(clusterId !== undefined && { clusterId }),
    origin,
  };
  return [cache.keep(source, node, session)];
}
