/** The keys of Calico 2, as calicoctl wrote them. */

import type { Entry } from '../../datastore/datastore.js';
import {
  defaultAsnEntry,
  keepingOtherFields,
  meshEntry,
  peerEntry,
  reflectorEntry,
} from '../../decode/encode-entry.js';
import type { Address } from '../../values/address.js';
import { changesOf, type KeyLanguage, type Write } from '../key-language.js';
import { peersIn } from '../standing.js';
import type { StoreView } from '../store-view.js';
import {
  keysAt,
  type Place,
  removalOf,
  replacementOf,
  unreadableAmong,
  whyTaken,
} from './keys-at.js';

/** See the head of this file. */
export const CALICO2_KEYS: KeyLanguage = {
  generation: 'v1',
  putMesh({ snapshot, cluster, problems }, isEnabled) {
    const { key, value } = meshEntry(isEnabled);
    const standing = snapshot.entries.find((entry) => entry.key === key);
    const warnings = unreadableAmong([key], problems);
    const isSaid = standing !== undefined && warnings.length === 0;
    if (isSaid && cluster.isMeshEnabled === isEnabled) {
      return { kind: 'nothing' };
    }
    const entry = keepingOtherFields({ key, value }, standing?.value);
    return changesOf([{ kind: 'put', ...entry }], { warnings });
  },
  putDefaultAsn({ snapshot }, asn) {
    const { key, value } = defaultAsnEntry(asn);
    return snapshot.entries.some((entry) => entry.key === key && entry.value === value)
      ? { kind: 'nothing' }
      : changesOf([{ kind: 'put', key, value }]);
  },
  putPeer(view, { address, asn, nodeName }) {
    const records = peersIn(view.cluster, 'v1', nodeName);
    const isAsWanted = records.find((peer) => peer.address === address)?.asn === asn;
    return put(view, peerEntry(address, asn, nodeName), { address, records, isAsWanted });
  },
  removePeer(view, { address, nodeName }) {
    const records = peersIn(view.cluster, 'v1', nodeName);
    return remove(view, peerEntry(address, 1, nodeName), { address, records });
  },
  putReflector(view, { address, clusterId, nodeName }) {
    if (nodeName !== undefined) {
      const reason =
        'the keys of Calico 2 know no name of a reflector: --node goes with resources of Calico 3';
      return { kind: 'refused', reason };
    }
    const records = view.cluster.reflectors;
    const standing = records.find((reflector) => reflector.address === address);
    const isAsWanted = standing !== undefined && standing.clusterId === clusterId;
    return put(view, reflectorEntry(address, clusterId), { address, records, isAsWanted });
  },
  removeReflector(view, address) {
    return remove(view, reflectorEntry(address), { address, records: view.cluster.reflectors });
  },
};

/** An address among the records of its kind. */
type Among = Pick<Place, 'records'> & { readonly address: Address };

function put(
  { snapshot, problems }: StoreView,
  entry: Entry,
  { isAsWanted, ...among }: Among & { readonly isAsWanted: boolean },
): Write {
  const place = { ...among, key: entry.key, snapshot };
  const taken = whyTaken(place);
  if (taken !== undefined) {
    return { kind: 'refused', reason: taken };
  }
  const keys = keysAt(place);
  if (keys.length === 1 && isAsWanted) {
    return { kind: 'nothing' };
  }
  const warnings = unreadableAmong(keys, problems);
  return changesOf(replacementOf(entry, keys, snapshot), { isNew: keys.length === 0, warnings });
}

function remove({ snapshot }: StoreView, { key }: Entry, among: Among): Write {
  const keys = keysAt({ ...among, key, snapshot });
  return keys.length === 0 ? { kind: 'nothing' } : changesOf(removalOf(keys));
}
