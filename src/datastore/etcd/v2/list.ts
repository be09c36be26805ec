import type { Entry } from '../../datastore.js';
import type { Etcd2Client, Got, Head } from './client.js';
import type { Node } from './messages.js';

/** One directory as it was at one index. */
export interface ListedDirectory {
  readonly directory: string;
  readonly head: Head;
  readonly entries: readonly Entry[];
  /** The last change of each entry, as one text. */
  readonly fingerprint: string;
}

/** All directories that were asked for. */
export interface Listing {
  /** In order of the directories, and in one by key. */
  readonly entries: readonly Entry[];
  readonly directories: readonly ListedDirectory[];
  /** The highest index of the directories', with its cluster. */
  readonly head: Head;
  /** Whether all directories were as listed at one time. */
  readonly isConsistent: boolean;
}

/** Directories change under a reader's hands; after so many lists of a store that never stands still it gives up. */
const MAX_PASSES = 10;

/** The directories of some key prefixes: sorted, and none inside another, so that each key belongs to one. */
export function directoriesOf(keyPrefixes: readonly string[]): readonly string[] {
  const all = keyPrefixes.map((prefix) => (prefix.endsWith('/') ? prefix : `${prefix}/`));
  return [...new Set(all)]
    .filter((one) => !all.some((other) => other !== one && one.startsWith(other)))
    .sort();
}

/**
 * Lists all directories. v2 lists one at a time; so they are listed until nothing changed between two passes, and then
 * all were so when the first of the two ended.
 */
export async function list(
  client: Etcd2Client,
  directories: readonly string[],
  signal?: AbortSignal,
): Promise<Listing> {
  let last = await listOnce(client, directories, signal);
  for (let pass = 1; !last.isConsistent && pass < MAX_PASSES; pass++) {
    const next = await listOnce(client, directories, signal);
    const isConsistent = next.isConsistent || fingerprintOf(next) === fingerprintOf(last);
    last = { ...next, isConsistent };
  }
  return last;
}

async function listOnce(
  client: Etcd2Client,
  directories: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Listing> {
  const listed = await Promise.all(
    directories.map(async (directory) =>
      listedOf(directory, await client.getAll(directory, signal)),
    ),
  );
  const heads = listed.map(({ head }) => head);
  const head = heads.reduce((a, b) => (b.index > a.index ? b : a));
  return {
    entries: listed.flatMap(({ entries }) => entries),
    directories: listed,
    head,
    isConsistent: heads.every(({ index }) => index === head.index),
  };
}

function fingerprintOf({ directories }: Listing): string {
  return directories.map(({ fingerprint }) => fingerprint).join('\n\n');
}

function listedOf(directory: string, { head, node }: Got): ListedDirectory {
  const files = node === undefined ? [] : filesOf(node, directory);
  files.sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    directory,
    head,
    entries: files.map(({ key, value }) => ({ key, value })),
    fingerprint: files.map(({ key, modifiedIndex }) => `${modifiedIndex} ${key}`).join('\n'),
  };
}

function filesOf(root: Node, directory: string) {
  const files: { key: string; value: string; modifiedIndex: number }[] = [];
  const add = ({ key = '', value, dir, nodes = [], modifiedIndex = 0 }: Node): void => {
    if (dir) {
      nodes.forEach(add);
    } else if (key.startsWith(directory)) {
      files.push({ key, value: value ?? '', modifiedIndex });
    }
  };
  add(root);
  return files;
}
