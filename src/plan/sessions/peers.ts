/**
 * Sessions that an operator asked for by name: peerings of every node, and peerings of one node.
 *
 * @scenario peers/global-and-node
 * @scenario peers/peer-is-ourselves
 */

import type { Cluster } from '../../model/cluster.js';
import { isPeeringOf, isWithAddress } from '../../model/peering.js';
import { familyOf } from '../../values/address.js';
import type { LocalEnd } from './mesh.js';
import { askFor } from './session-of.js';
import type { AskedSession } from './terms.js';

/**
 * Sessions of `local` by the peerings that are its own: those of all nodes first, then those of this node alone, each in the
 * order of keys. A peer that is `local` itself is nobody to peer with.
 */
export function planPeers({ peerings }: Cluster, local: LocalEnd): readonly AskedSession[] {
  const ours = peerings
    .filter(isWithAddress)
    .filter(
      (peering) =>
        isPeeringOf(peering, { name: local.nodeName }) &&
        familyOf(peering.remote.address) === local.family &&
        peering.remote.address !== local.address,
    );
  const ofAll = ours.filter(({ scope }) => scope.kind === 'all-nodes');
  const ofOne = ours.filter(({ scope }) => scope.kind !== 'all-nodes');
  return [...ofAll, ...ofOne].map(({ scope, remote, origin }) =>
    askFor(
      {
        source: scope.kind === 'all-nodes' ? 'Global' : 'Node',
        remoteAddress: remote.address,
        origin,
      },
      { remoteAsn: remote.asn },
    ),
  );
}
