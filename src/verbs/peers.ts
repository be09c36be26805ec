/** The verbs `bgp peer add`, `remove` and `show`. Texts that old scripts know are calicoctl's own (v0.23). */

import { peerEntry } from '../decode/encode-entry.js';
import { type Cluster, nodeNamed } from '../model/cluster.js';
import { isWithAddress } from '../model/peering.js';
import { type Address, compareAddresses } from '../values/address.js';
import { keysAt, removalOf, replacementOf, unreadableAmong, whyTaken } from './keys-at.js';
import type { Verb } from './verb.js';

/** A peer that is to be there. Without `nodeName` it is one of all nodes. */
export interface WantedPeer {
  readonly address: Address;
  readonly asn: number;
  readonly nodeName?: string;
}

/** A peer that is there. */
export interface StandingPeer {
  readonly address: Address;
  readonly asn: number;
  readonly origin: string;
}

/** Adds a peer, or gives one that is there another AS number. */
export function addPeer({ address, asn, nodeName }: WantedPeer): Verb {
  return ({ cluster, snapshot, problems }) => {
    const records = peersOf(cluster, nodeName);
    const entry = peerEntry(address, asn, nodeName);
    const place = { address, records, key: entry.key, snapshot };
    const taken = whyTaken(place);
    if (taken !== undefined) {
      return { kind: 'impossible', reason: taken };
    }
    const keys = keysAt(place);
    const standing = records.find((peer) => peer.address === address);
    const what = nodeName === undefined ? 'a global peer' : `a peer of node ${nodeName}`;
    if (keys.length === 1 && standing?.asn === asn) {
      const note = `${address} is ${what} with AS number ${asn} already`;
      return { kind: 'nothing-to-do', notes: [note] };
    }
    const before = standing === undefined ? '' : ` (before: ${standing.asn})`;
    const note = `${address} was ${what} already; its AS number is now ${asn}${before}`;
    return {
      kind: 'edit',
      changes: replacementOf(entry, keys, snapshot),
      notes: keys.length === 0 ? [] : [note],
      warnings: [...doubtsAbout(cluster, nodeName), ...unreadableAmong(keys, problems)],
    };
  };
}

/** Removes a peer, also one whose value can't be read. */
export function removePeer({ address, nodeName }: Omit<WantedPeer, 'asn'>): Verb {
  const owner = nodeName === undefined ? 'global' : 'node';
  return ({ cluster, snapshot }) => {
    const records = peersOf(cluster, nodeName);
    const { key } = peerEntry(address, 1, nodeName);
    const keys = keysAt({ address, records, key, snapshot });
    if (keys.length === 0) {
      const what = nodeName === undefined ? 'globally configured peer' : `peer of node ${nodeName}`;
      return { kind: 'impossible', reason: `${address} is not a ${what}` };
    }
    const notes = [`BGP peer removed from ${owner} configuration`];
    return { kind: 'edit', changes: removalOf(keys), notes, warnings: [] };
  };
}

/** The global peers, or those of one node alone, by address. */
export function listPeers(cluster: Cluster, nodeName?: string): readonly StandingPeer[] {
  return peersOf(cluster, nodeName).toSorted((a, b) => compareAddresses(a.address, b.address));
}

/** What makes the name of a node doubtful; empty when nothing does. */
export function doubtsAbout(cluster: Cluster, nodeName: string | undefined): readonly string[] {
  return nodeName === undefined || nodeNamed(cluster, nodeName) !== undefined
    ? []
    : [`there is no node ${nodeName} in the datastore: check the name`];
}

function peersOf({ peerings }: Cluster, nodeName?: string): readonly StandingPeer[] {
  return peerings
    .filter(isWithAddress)
    .filter(({ scope }) =>
      nodeName === undefined
        ? scope.kind === 'all-nodes'
        : scope.kind === 'node' && scope.nodeName === nodeName,
    )
    .map(({ remote: { address, asn }, origin }) => ({ address, asn, origin }));
}
