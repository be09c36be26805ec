/** The verbs `bgp peer add` and `remove`. Texts that old scripts know are calicoctl's own (v0.23). */

import { type Cluster, type Generation, nodeNamed } from '../model/cluster.js';
import { isOfKeys, isPeeringOf, isPeeringWith } from '../model/peering.js';
import { unlessDefault } from '../values/bgp-port.js';
import type { PeerPlace, WantedPeer } from './key-language.js';
import { peerAt } from './standing.js';
import { otherThan, RECORDS, type Verb } from './verb.js';
import { nodesAt, peersWithNode } from './ways.js';

/** Adds a peer, or gives one that is there another AS number. */
export function addPeer(peer: WantedPeer): Verb {
  const { address, asn, nodeName } = peer;
  const what = nodeName === undefined ? 'a global peer' : `a peer of node ${nodeName}`;
  return (view, keys) => {
    const { cluster } = view;
    const standing = peerAt(cluster, keys.generation, peer);
    if (standing === undefined && isNeighborAlready(cluster, peer)) {
      const note = `${address} is ${what} already, with AS number ${asn}: a BGPPeer selects its node`;
      return { kind: 'nothing-to-do', notes: [note] };
    }
    const write = keys.putPeer(view, peer);
    if (write.kind === 'refused') {
      return { kind: 'impossible', reason: write.reason };
    }
    const others = twinWarnings(cluster, keys.generation, peer);
    if (write.kind === 'nothing') {
      const note = `${address} is ${what} with AS number ${asn} already`;
      return { kind: 'nothing-to-do', notes: [note, ...others] };
    }
    const before = standing === undefined ? '' : ` (before: ${standing.asn})`;
    const note = `${address} was ${what} already; its AS number is now ${asn}${before}`;
    return {
      kind: 'edit',
      changes: write.changes,
      notes: write.isNew ? write.notes : [note, ...write.notes],
      warnings: [
        ...doubtsAbout(cluster, nodeName),
        ...others,
        ...(keys.generation === 'v3' ? besideWarnings(cluster, peer) : []),
        ...write.warnings,
      ],
    };
  };
}

/** Removes a peer, also one whose value can't be read. */
export function removePeer(peer: PeerPlace): Verb {
  const { address, nodeName } = peer;
  const owner = nodeName === undefined ? 'global' : 'node';
  return (view, keys) => {
    const { cluster } = view;
    const write = keys.removePeer(view, peer);
    if (write.kind === 'refused') {
      return { kind: 'impossible', reason: write.reason };
    }
    const other = otherThan(keys.generation);
    const twin = peerAt(cluster, other, peer);
    if (write.kind === 'nothing') {
      const what = nodeName === undefined ? 'globally configured peer' : `peer of node ${nodeName}`;
      const elsewhere = twin
        ? `by ${RECORDS[keys.generation]}; it is by ${twin.origin}: use --keys ${other}`
        : placesOf(cluster, address);
      return {
        kind: 'impossible',
        reason: `${address} is not a ${what}${elsewhere && ` ${elsewhere}`}`,
      };
    }
    return {
      kind: 'edit',
      changes: write.changes,
      notes: [`BGP peer removed from ${owner} configuration`, ...write.notes],
      warnings: [
        ...(twin ? [`${twin.origin} still asks for it: remove it with --keys ${other}`] : []),
        ...write.warnings,
      ],
    };
  };
}

/** What makes the name of a node doubtful; empty when nothing does. */
export function doubtsAbout(cluster: Cluster, nodeName: string | undefined): readonly string[] {
  return nodeName === undefined || nodeNamed(cluster, nodeName) !== undefined
    ? []
    : [`there is no node ${nodeName} in the datastore: check the name`];
}

/** Which of two records counts where each generation has one for the same peer. */
function twinWarnings(
  cluster: Cluster,
  generation: Generation,
  peer: PeerPlace,
): readonly string[] {
  const twin = peerAt(cluster, otherThan(generation), peer);
  if (twin === undefined) {
    return [];
  }
  return generation === 'v3'
    ? [`this counts, and ${twin.origin} for the same peer does not: remove it with --keys v1`]
    : [
        `in vain as long as ${twin.origin} asks for the same peer with AS number ${twin.asn}, which counts: use --keys v3`,
      ];
}

/** What tells of BGPPeers of another scope that lead to the peer's address too, without a port of their own or by its node's labels. */
function besideWarnings(cluster: Cluster, { address, nodeName }: WantedPeer): readonly string[] {
  const [remote] = nodesAt(cluster, address);
  const named = nodeName === undefined ? undefined : { name: nodeName };
  const node = nodeName === undefined ? undefined : (nodeNamed(cluster, nodeName) ?? named);
  const others = cluster.peerings.filter((peering) => {
    const { scope, remote: to } = peering;
    const isSame =
      to.kind === 'address' &&
      (nodeName === undefined ? scope.kind === 'all-nodes' : scope.kind === 'node');
    const leadsThere =
      to.kind === 'address'
        ? to.address === address && unlessDefault(to.port) === undefined
        : to.kind === 'nodes' && remote !== undefined && to.selector.matches(remote.labels ?? {});
    return (
      leadsThere &&
      !isSame &&
      !isOfKeys(peering) &&
      (node === undefined || isPeeringOf(peering, node))
    );
  });
  return others.map(
    ({ origin }) =>
      `${origin} makes ${address} a peer too: a node that both are for has one session with it, by the BGPPeer for all nodes if there is one, else by the first by name`,
  );
}

/** Whether a BGPPeer gives the nodes that are meant a session with the node at the peer's address. */
function isNeighborAlready(cluster: Cluster, { address, asn, nodeName }: WantedPeer): boolean {
  const [remote] = nodesAt(cluster, address);
  if (remote === undefined || (remote.asn?.asn ?? cluster.defaultAsn.asn) !== asn) {
    return false;
  }
  const named = nodeName === undefined ? undefined : nodeNamed(cluster, nodeName);
  const meant = nodeName === undefined ? cluster.nodes : named ? [named] : [];
  const ends = meant.filter(({ name }) => name !== remote.name);
  return ends.length > 0 && ends.every((node) => peersWithNode(cluster, node, remote));
}

/** Which BGPPeers make the address somebody's peer, by selectors or with a port of its own. */
function placesOf({ peerings }: Cluster, address: PeerPlace['address']): string {
  const origins = peerings
    .filter((peering) => isPeeringWith(peering, address) && !isOfKeys(peering))
    .map(({ origin }) => origin);
  return origins.length === 0 ? '' : `(${origins.join(', ')})`;
}
