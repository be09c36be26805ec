import type { Change, Snapshot } from '../datastore/datastore.js';
import type { Address } from '../values/address.js';

/** Where an address stands among the records of one kind. */
interface Place {
  readonly address: Address;
  readonly records: readonly { readonly address: Address; readonly origin: string }[];
  /** The key that a record of this address has when it is written. */
  readonly key: string;
  readonly snapshot: Snapshot;
}

/**
 * The keys under which `address` stands: more than one where it is spelled in several ways. Its own key counts also when
 * its value can't be read.
 */
export function keysAt({ address, records, key, snapshot }: Place): readonly string[] {
  const origins = records
    .filter((record) => record.address === address)
    .map(({ origin }) => origin);
  const hasOwn = snapshot.entries.some((entry) => entry.key === key);
  return [...new Set(hasOwn ? [key, ...origins] : origins)];
}

/** What removes the entries at `keys`. */
export function removalOf(keys: readonly string[]): readonly Change[] {
  return keys.map((key) => ({ kind: 'delete', key }));
}
