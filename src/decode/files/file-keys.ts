/** Keys of what stands in files beside the datastore: a setting, a colon, and the file (`datastore/sources/place.ts`). */

/** Which kind of file a key names. */
export type FileKind = 'secrets-dir' | 'endpoint-status' | 'services-file';

const KINDS: readonly FileKind[] = ['secrets-dir', 'endpoint-status', 'services-file'];

/** The kind of the file that `key` names; undefined for a key of the datastore. */
export function fileKindOf(key: string): FileKind | undefined {
  // Those of the datastore are told apart at their first character.
  return key.startsWith('/') ? undefined : KINDS.find((kind) => key.startsWith(`${kind}:`));
}
