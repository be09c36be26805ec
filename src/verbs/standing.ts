/** What stands already of what the verbs change, by the generation of Calico that says it. */

import type { Cluster, Generation } from '../model/cluster.js';
import { type AddressPeering, isOfKeys, isWithAddress, type Peering } from '../model/peering.js';
import { type Address, compareAddresses } from '../values/address.js';
import { unlessDefault } from '../values/bgp-port.js';
import { FAMILIES } from '../values/family.js';
import type { RouterId } from '../values/router-id.js';
import type { PeerPlace } from './key-language.js';

/** A peer at an address, of all nodes or of one by its name. */
export interface StandingPeer {
  readonly address: Address;
  readonly asn: number;
  readonly origin: string;
}

/** A route reflector: one of Calico 2's keys, or a node of Calico 3. */
export interface StandingReflector {
  readonly address: Address;
  readonly clusterId?: RouterId;
  /** Of Calico 3. */
  readonly nodeName?: string;
  readonly origin: string;
}

/** The generation whose record asks for `peering`. */
export function generationOfPeering(peering: Peering): Generation {
  return isOfKeys(peering) ? 'v1' : 'v3';
}

/** The peers of all nodes, or of the one that is named, by address. Such as have a port of their own aren't meant. */
export function peersIn(
  { peerings }: Pick<Cluster, 'peerings'>,
  generation: Generation,
  nodeName?: string,
): readonly StandingPeer[] {
  return peerings
    .filter((peering): peering is AddressPeering => isWithAddress(peering))
    .filter(({ remote }) => unlessDefault(remote.port) === undefined)
    .filter((peering) => generationOfPeering(peering) === generation)
    .filter(({ scope }) =>
      nodeName === undefined
        ? scope.kind === 'all-nodes'
        : scope.kind === 'node' && scope.nodeName === nodeName,
    )
    .map(({ remote: { address, asn }, origin }) => ({ address, asn, origin }))
    .sort((a, b) => compareAddresses(a.address, b.address));
}

/** The peer at `place`; undefined when there is none. */
export function peerAt(
  cluster: Pick<Cluster, 'peerings'>,
  generation: Generation,
  { address, nodeName }: PeerPlace,
): StandingPeer | undefined {
  return peersIn(cluster, generation, nodeName).find((peer) => peer.address === address);
}

/** The route reflectors by address. A node with addresses of both families is two. */
export function reflectorsIn(
  { reflectors, nodes }: Cluster,
  generation: Generation,
): readonly StandingReflector[] {
  const ofNodes = nodes.flatMap(({ name, addresses, clusterId }) =>
    clusterId === undefined
      ? []
      : FAMILIES.flatMap((family) => {
          const at = addresses[family];
          return at === undefined ? [] : [{ ...at, clusterId, nodeName: name }];
        }),
  );
  const standing = generation === 'v1' ? reflectors : ofNodes;
  return standing.toSorted((a, b) => compareAddresses(a.address, b.address));
}
