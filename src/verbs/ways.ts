/** Which nodes a BGPPeer of Calico 3 brings together by its selectors. */

import type { Cluster } from '../model/cluster.js';
import type { Node } from '../model/node.js';
import { isPeeringOf, type Peering } from '../model/peering.js';
import { type Address, familyOf } from '../values/address.js';
import type { Labels } from '../values/selector.js';

/** A node as selectors see it. */
export interface LabeledNode {
  readonly name: string;
  readonly labels?: Labels;
}

/** The nodes at `address`, by name. */
export function nodesAt({ nodes }: Pick<Cluster, 'nodes'>, address: Address): readonly Node[] {
  const family = familyOf(address);
  return nodes.filter((node) => node.addresses[family]?.address === address);
}

/** Whether `node` has sessions with `remote` by selectors: its own, or given back to it. */
export function peersWithNode(
  { peerings }: Pick<Cluster, 'peerings'>,
  node: LabeledNode,
  remote: LabeledNode,
): boolean {
  return peerings.some(
    (peering) =>
      leads(peering, node, remote) || (peering.terms.isReversed && leads(peering, remote, node)),
  );
}

function leads(peering: Peering, from: LabeledNode, to: LabeledNode): boolean {
  return (
    peering.remote.kind === 'nodes' &&
    isPeeringOf(peering, from) &&
    peering.remote.selector.matches(to.labels ?? {})
  );
}
