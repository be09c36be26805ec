/**
 * Who is at the other end of a peering, seen from one node by Calico's rules (confd's client.go).
 *
 * @scenario v3/node-reflector
 * @scenario v3/reverse-peering
 * @scenario v3/workloads
 */

import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { isPeeringOf, type Peering } from '../../model/peering.js';
import { type Address, familyOf } from '../../values/address.js';
import { BGP_PORT } from '../../values/bgp-port.js';
import { FAMILY_LABELS, type Family } from '../../values/family.js';
import type { RouterId } from '../../values/router-id.js';
import { obstacleTo } from '../address-holders.js';
import { portOf } from '../listen-port.js';
import type { LocalEnd } from './mesh.js';
import { isSelected, selectedNodes } from './selected-nodes.js';

/** The end of a session that is planned for. */
export interface LocalSpeaker extends LocalEnd {
  /** Its record; absent where the datastore has none. */
  readonly node?: Node | undefined;
}

/** Another speaker, as a peering gives it. */
export interface RemoteSpeaker {
  readonly address: Address;
  readonly asn: number;
  readonly port?: number | undefined;
  /** Its cluster, where it is a node of a selector. */
  readonly clusterId?: RouterId | undefined;
  /** Whether a peering by address leads to a node. */
  readonly isKnownNode?: boolean;
}

/** The remotes of `peering`, which is one of `local`. None has the address of `local`. */
export function remotesOf(
  cluster: Cluster,
  peering: Peering,
  local: LocalSpeaker,
): readonly RemoteSpeaker[] {
  const { remote, terms } = peering;
  switch (remote.kind) {
    case 'nodes':
      return speakersAmong(cluster, selectedNodes(cluster.nodes, remote.selector), local);
    case 'workloads':
      return cluster.workloads
        .filter(({ peerName }) => peerName === remote.peerName)
        .flatMap(({ addresses }) => addresses)
        .filter((address) => familyOf(address) === local.family && address !== local.address)
        .map((address) => ({ address, asn: remote.asn }));
    case 'address': {
      const { address, asn } = remote;
      if (obstacleAt(address, terms, local) !== undefined) {
        return [];
      }
      const at = cluster.generation === 'v3' ? nodesAt(cluster, address) : [];
      const node = at.find((one) => asnOf(one, cluster).asn === asn);
      const port = remote.port ?? (node && portOf(cluster, node));
      return [{ address, asn, port, isKnownNode: at.length > 0 }];
    }
  }
}

/** Why `local` can have no session with the speaker at `address` by a peering on `terms`; undefined where it can. */
export function obstacleAt(
  address: Address,
  { reachableBy }: Pick<Peering['terms'], 'reachableBy'>,
  local: LocalEnd,
): string | undefined {
  if (familyOf(address) !== local.family) {
    return `${address} is no ${FAMILY_LABELS[local.family]} address`;
  }
  if (address === local.address) {
    return `${address} is this host's own address`;
  }
  return reachableBy === undefined || familyOf(reachableBy) === local.family
    ? undefined
    : `its gateway ${reachableBy} is of the other family`;
}

/** The nodes that ask for a session with `local` by `peering`, where it gives the other end the peering back. */
export function reverseRemotesOf(
  cluster: Cluster,
  peering: Peering,
  local: LocalSpeaker,
): readonly RemoteSpeaker[] {
  const { node } = local;
  const { scope, remote, terms } = peering;
  const isOtherFamily = remote.kind === 'address' && familyOf(remote.address) !== local.family;
  if (
    !terms.isReversed ||
    node === undefined ||
    isOtherFamily ||
    !isRemoteOf(cluster, peering, node)
  ) {
    return [];
  }
  const asking =
    scope.kind === 'selector'
      ? selectedNodes(cluster.nodes, scope.selector)
      : cluster.nodes.filter((one) => isPeeringOf(peering, one));
  return speakersAmong(cluster, asking, local);
}

/** Whether `node` is at the other end of `peering`: by its labels, or by its address, AS number and port. */
export function isRemoteOf(cluster: Cluster, { remote }: Peering, node: Node): boolean {
  switch (remote.kind) {
    case 'nodes':
      return isSelected(remote.selector, node);
    case 'workloads':
      return false;
    case 'address':
      return (
        remote.address === node.addresses[familyOf(remote.address)]?.address &&
        remote.asn === asnOf(node, cluster).asn &&
        (remote.port === undefined || remote.port === (portOf(cluster, node) ?? BGP_PORT))
      );
  }
}

/** Nodes as speakers, and what that goes by beside each node. */
interface Speakers {
  readonly basis: readonly unknown[];
  readonly byNode: WeakMap<Node, readonly RemoteSpeaker[]>;
}

const lastSpeakers = new Map<Family, Speakers>();

/**
 * Those of `nodes` that another end than `local` can have a session with; the same object while a node is the same. By 200 selectors
 * a node may have 10,000 of them.
 */
function speakersAmong(
  cluster: Cluster,
  nodes: readonly Node[],
  local: LocalSpeaker,
): readonly RemoteSpeaker[] {
  const { byNode } = speakersBy(cluster, local);
  return nodes.flatMap((node) => {
    const known = byNode.get(node) ?? speakerOf(cluster, node, local);
    byNode.set(node, known);
    return known;
  });
}

function speakersBy({ defaultAsn, contested, bgp }: Cluster, local: LocalSpeaker): Speakers {
  const basis = [local.nodeName, local.address, defaultAsn, contested, bgp];
  const last = lastSpeakers.get(local.family);
  if (last?.basis.every((value, index) => value === basis[index])) {
    return last;
  }
  const fresh = { basis, byNode: new WeakMap<Node, readonly RemoteSpeaker[]>() };
  lastSpeakers.set(local.family, fresh);
  return fresh;
}

/** `node` as a speaker; none where `local` can't have a session with it. */
function speakerOf(cluster: Cluster, node: Node, local: LocalSpeaker): readonly RemoteSpeaker[] {
  const at = node.addresses[local.family];
  return at === undefined || obstacleTo(cluster, node, local) !== undefined
    ? []
    : [
        {
          address: at.address,
          asn: asnOf(node, cluster).asn,
          port: portOf(cluster, node),
          clusterId: node.clusterId,
        },
      ];
}

function nodesAt({ nodes }: Cluster, address: Address): readonly Node[] {
  const family = familyOf(address);
  return nodes.filter((node) => node.addresses[family]?.address === address);
}
