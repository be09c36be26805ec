/** What the records say that make sessions of a reflector outside of the nodes. */

import type { Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { type AddressPeering, isOfKeys, isPeeringOf, isPeeringWith } from '../../model/peering.js';
import { obstacleTo } from '../../plan/address-holders.js';
import { newestFirst } from '../../plan/sessions/newest-first.js';
import { originOf } from '../../plan/sessions/reflector.js';
import { reasonOf } from '../explanation.js';
import { passwordObstacle } from './peering-wishes.js';
import { type Ends, reasonsOfNode, type Wish } from './wish.js';

/** The wishes of the other reflectors, and of the peerings that make nodes clients. */
export function reflectorWishes(cluster: Cluster, ends: Ends): readonly Wish[] {
  return [
    ...otherReflector(cluster, ends),
    ...ends.nodes.flatMap((node) => clientWishes(cluster, node, ends)),
  ];
}

function otherReflector({ reflectors }: Cluster, { address, local }: Ends): readonly Wish[] {
  const own = reflectors.find((one) => one.address === local.address);
  return reflectors
    .filter((one) => one.address === address && address !== local.address)
    .map(({ origin }) => ({
      origin,
      reasons: [
        { text: 'reflectors peer with each other', key: origin },
        reasonOf('this reflector', own?.origin),
      ],
      ...(own === undefined && {
        obstacle: {
          text: `the datastore doesn't name this reflector (${local.address}), so it has no session with others`,
        },
      }),
    }));
}

function clientWishes(cluster: Cluster, node: Node, ends: Ends): readonly Wish[] {
  const { local } = ends;
  const at = node.addresses[local.family];
  const peerings = cluster.peerings
    .filter((peering): peering is AddressPeering => isPeeringWith(peering, local.address))
    .filter((peering) => local.node === undefined || isOfKeys(peering))
    .map((peering) => ({ peering }));
  if (at === undefined) {
    return [];
  }
  // The name that the settings give a reflector is no node's.
  const why = obstacleTo(cluster, node, { ...local, nodeName: '' });
  if (peerings.length === 0 || why !== undefined) {
    const text = why ?? `no peering names this reflector (${local.address})`;
    return [{ origin: at.origin, reasons: [], obstacle: { text, key: at.origin } }];
  }
  return newestFirst(peerings).map(({ peering }) => {
    const isClient = peering.scope.kind !== 'selector' && isPeeringOf(peering, node);
    return {
      origin: originOf({ node, at, peering }),
      reasons: [
        { text: 'a peering with this reflector, whose nodes are its clients', key: peering.origin },
        ...reasonsOfNode(cluster, node, local.family),
      ],
      ...(isClient
        ? passwordObstacle(cluster, peering)
        : {
            obstacle: { text: `the peering is not of the node ${node.name}`, key: peering.origin },
          }),
    };
  });
}
