import type { Problem } from '../../base/problem.js';
import type { Change, Entry, Snapshot } from '../../datastore/datastore.js';
import { keepingOtherFields } from '../../decode/encode-entry.js';
import type { Address } from '../../values/address.js';

/** Where an address stands among the records of one kind. */
export interface Place {
  readonly address: Address;
  readonly records: readonly { readonly address: Address; readonly origin: string }[];
  /** The key that a record of this address has when it is written. */
  readonly key: string;
  readonly snapshot: Snapshot;
}

/**
 * The keys under which `address` stands: more than one where it is spelled in several ways. Its own key counts also when
 * its value can't be read, but not when its value is about another address.
 */
export function keysAt(place: Place): readonly string[] {
  const { address, records, key, snapshot } = place;
  const origins = records
    .filter((record) => record.address === address)
    .map(({ origin }) => origin);
  const hasOwn =
    strangerAt(place) === undefined && snapshot.entries.some((entry) => entry.key === key);
  return [...new Set(hasOwn ? [key, ...origins] : origins)];
}

/**
 * Why nothing can be written for `address`: its key is taken by a record whose field `ip` is another address. To write there
 * would silently end what that record asks for.
 */
export function whyTaken(place: Place): string | undefined {
  const stranger = strangerAt(place);
  return stranger === undefined
    ? undefined
    : `${place.key} holds a record of ${stranger} (its field "ip"), which would be lost; remove ${stranger} first`;
}

/** The address of the record that stands under the key of another one. */
function strangerAt({ address, records, key }: Place): Address | undefined {
  return records.find((record) => record.origin === key && record.address !== address)?.address;
}

/** What removes the entries at `keys`. */
export function removalOf(keys: readonly string[]): readonly Change[] {
  return keys.map((key) => ({ kind: 'delete', key }));
}

/**
 * What puts `entry` in the place of those at `keys`. Of the first of them it keeps the fields that we don't know. One under
 * another spelling of the address would stand beside the new one, and goes.
 */
export function replacementOf(
  entry: Entry,
  keys: readonly string[],
  { entries }: Snapshot,
): readonly Change[] {
  const standing = entries.find(({ key }) => key === keys[0]);
  const { key, value } = keepingOtherFields(entry, standing?.value);
  return [{ kind: 'put', key, value }, ...removalOf(keys.filter((other) => other !== key))];
}

/** A warning for each of `keys` whose value can't be read, and so is lost when it is written anew. */
export function unreadableAmong(
  keys: readonly string[],
  problems: readonly Problem[],
): readonly string[] {
  return problems
    .filter(({ key }) => keys.includes(key))
    .map(({ key, reason }) => `${key} could not be read (${reason}): its value is replaced`);
}
