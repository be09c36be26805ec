/** Peers at addresses in Calico 3: BGPPeers with `peerIP`, of all nodes or with `node`. */

import type { Change } from '../../datastore/datastore.js';
import {
  type Births,
  newResourceEntry,
  resourceKey,
  withField,
} from '../../decode/encode-resource.js';
import { changesOf, type PeerPlace, type WantedPeer, type Write } from '../key-language.js';
import { peersIn, type StandingPeer } from '../standing.js';
import type { StoreView } from '../store-view.js';
import { documentAt, valueAt } from './documents.js';
import { peerName } from './names.js';

/** What gives the peer its AS number: in every BGPPeer that asks for just this peer, or in a new one. */
export function putPeer(view: StoreView, peer: WantedPeer, births: Births): Write {
  const { address, asn, nodeName } = peer;
  const standing = standingAt(view, peer);
  if (standing.length === 0) {
    const name = peerName(peer);
    const key = resourceKey('bgppeers', name);
    if (valueAt(view, key) !== undefined) {
      const reason = `${key} is there already, and can not be read or is another peering: mend or remove it first`;
      return { kind: 'refused', reason };
    }
    const spec = {
      ...(nodeName !== undefined && { node: nodeName }),
      peerIP: address,
      asNumber: asn,
    };
    const entry = newResourceEntry({ plural: 'bgppeers', name, spec }, births());
    return changesOf([{ kind: 'put', ...entry }], { isNew: true, notes: [`BGPPeer ${name} made`] });
  }
  const others = standing.filter((one) => one.asn !== asn);
  const changes = others.flatMap(({ origin }): readonly Change[] => {
    // A record that gives a peer is a document.
    const document = documentAt(view, origin);
    return document.ok && document.value !== undefined
      ? [{ kind: 'put', key: origin, value: withField(document.value, ['spec', 'asNumber'], asn) }]
      : [];
  });
  return changes.length === 0
    ? { kind: 'nothing' }
    : changesOf(changes, {
        notes: others.map(({ origin }) => `BGPPeer ${nameIn(origin)} changed`),
      });
}

/** What removes every BGPPeer that asks for just this peer, and one of its name that can't be read. */
export function removePeer(view: StoreView, peer: PeerPlace): Write {
  const own = resourceKey('bgppeers', peerName(peer));
  const isUnreadable =
    view.problems.some(({ key }) => key === own) &&
    !view.cluster.peerings.some(({ origin }) => origin === own);
  const keys = [
    ...standingAt(view, peer).map(({ origin }) => origin),
    ...(isUnreadable ? [own] : []),
  ];
  return keys.length === 0
    ? { kind: 'nothing' }
    : changesOf(
        keys.map((key) => ({ kind: 'delete', key })),
        { notes: keys.map((key) => `BGPPeer ${nameIn(key)} removed`) },
      );
}

function standingAt(
  { cluster }: StoreView,
  { address, nodeName }: PeerPlace,
): readonly StandingPeer[] {
  return peersIn(cluster, 'v3', nodeName).filter((peer) => peer.address === address);
}

/** The name of the resource at `key`. */
function nameIn(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
