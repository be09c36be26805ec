import type { Problem } from '../base/problem.js';
import type { Change, Edit, Snapshot } from '../datastore/datastore.js';
import { DecodedStore } from '../decode/decoded-store.js';
import { meshEntry } from '../decode/encode-entry.js';
import type { Cluster } from '../model/cluster.js';

/** What a datastore holds, raw and decoded. */
export interface StoreView {
  readonly snapshot: Snapshot;
  readonly cluster: Cluster;
  /** Entries that can't be read, and so say nothing in the cluster. */
  readonly problems: readonly Problem[];
}

/** The view of what was read. */
export function viewOf(snapshot: Snapshot): StoreView {
  const store = new DecodedStore();
  store.replace(snapshot);
  return { snapshot, cluster: store.cluster(), problems: store.problems() };
}

/** The view as it will be after `changes`. */
export function viewAfter({ snapshot }: StoreView, changes: readonly Change[]): StoreView {
  const values = new Map(snapshot.entries.map(({ key, value }) => [key, value]));
  for (const change of changes) {
    if (change.kind === 'put') {
      values.set(change.key, change.value);
    } else {
      values.delete(change.key);
    }
  }
  const entries = [...values].map(([key, value]) => ({ key, value }));
  return viewOf({ revision: snapshot.revision, entries });
}

/**
 * `changes`, to be made only if everything that decides who hears of whose routes is still as it was read: what the edit
 * costs was worked out from it. That is the mesh, AS numbers, addresses, peers, reflectors and filters, and that no more have come.
 *
 * @param keyPrefixes - what was read
 */
export function editOf(
  { snapshot, cluster }: StoreView,
  changes: readonly Change[],
  keyPrefixes: readonly string[],
): Edit {
  const { defaultAsn, nodes, peerings, reflectors, bgpFilters } = cluster;
  const ofNodes = nodes.flatMap(({ addresses, asn }) => [...Object.values(addresses), asn]);
  const others = [...reflectors, ...peerings, ...bgpFilters, ...ofNodes];
  const origins = new Set([defaultAsn, ...others].map((one) => one?.origin));
  return {
    basis: snapshot,
    changes,
    reliesOn: [meshEntry(true).key, ...[...origins].filter((origin) => origin !== undefined)],
    unchangedBelow: keyPrefixes,
  };
}
