/**
 * Changes in a datastore file that leave the rest of its text, comments too, as it is.
 *
 * The new text takes the file's place by a rename: a reader sees the old or the new contents. See edit-lock.ts for what keeps
 * two editors apart.
 */
import { type FileHandle, realpath, stat } from 'node:fs/promises';
import { Document, isMap, parseAllDocuments } from 'yaml';
import { type Change, DatastoreError, type Edit, type EditOutcome } from '../datastore.js';
import { takeLock } from './edit-lock.js';
import { readText } from './file-reader.js';
import { parseEntries, resourceOf } from './parse-entries.js';

/**
 * Makes `edit` in the file at `path`, if its basis still stands there.
 *
 * @throws {DatastoreError} when the file can't be read or written, or isn't what it should be; then nothing was changed
 */
export async function commitToFile(path: string, edit: Edit): Promise<EditOutcome> {
  const target = await realPathOf(path);
  const lock = await takeLock(target).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  if (lock === undefined) {
    return 'overtaken';
  }
  try {
    const text = await readText(path);
    if (!standsIn(text, path, edit)) {
      return 'overtaken';
    }
    await lock.file.writeFile(withChanges(text, edit.changes));
    await lock.file.sync();
    await keepOwner(target, lock.file);
    return (await lock.publish()) ? 'committed' : 'overtaken';
  } catch (error) {
    throw error instanceof DatastoreError ? error : cannotWrite(path, error);
  } finally {
    await lock.release();
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function standsIn(text: string, path: string, edit: Edit): boolean {
  const { basis, changes, reliesOn, unchangedBelow = [] } = edit;
  const parsed = parseEntries(text);
  if (!parsed.ok) {
    throw new DatastoreError(`${path}:${parsed.reason}`, {
      advice: 'mend the file first; nothing was changed',
      isRetryable: false,
    });
  }
  const before = new Map(basis.entries.map(({ key, value }) => [key, value]));
  const now = parsed.value.entries;
  const isBelow = (key: string): boolean => unchangedBelow.some((one) => key.startsWith(one));
  const below = [...before.keys(), ...now.keys()].filter(isBelow);
  return [...changes.map(({ key }) => key), ...reliesOn, ...below].every(
    (key) => before.get(key) === now.get(key),
  );
}

/** `text` with `changes` made; a new key goes to the end of the first map of keys. */
function withChanges(text: string, changes: readonly Change[]): string {
  const parsed = parseAllDocuments(text);
  const documents: Document[] = Array.isArray(parsed) ? parsed : [];
  // Comments alone make no document.
  const head = documents.length === 0 ? text : '';
  for (const change of changes) {
    const maps = documents.filter(holdsKeys);
    const home = maps.find((document) => document.has(change.key)) ?? maps[0];
    if (change.kind === 'delete') {
      home?.delete(change.key);
    } else {
      (home ?? roomFor(documents)).set(change.key, change.value);
    }
  }
  return head + documents.map((document) => document.toString({ lineWidth: 0 })).join('');
}

function holdsKeys({ contents }: Document): boolean {
  return isMap(contents) && resourceOf(contents) === undefined;
}

/** Where keys can go when there is no map of keys: in a document without contents, or else a new one. */
function roomFor(documents: Document[]): Document {
  const bare = documents.find(({ contents }) => !isMap(contents));
  const room = bare ?? new Document();
  room.contents = room.createNode({});
  if (bare === undefined) {
    if (room.directives && documents.length > 0) {
      room.directives.docStart = true;
    }
    documents.push(room);
  }
  return room;
}

async function keepOwner(target: string, handle: FileHandle): Promise<void> {
  const { mode, uid, gid } = await stat(target);
  await handle.chmod(mode & 0o7777);
  // Who may write to the folder need not be who owns the file; then the file becomes theirs.
  await handle.chown(uid, gid).catch(() => undefined);
}

function cannotWrite(path: string, cause: unknown): DatastoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatastoreError(`can't change the datastore file ${path}: ${reason}`, {
    advice:
      'create the file, let birdkeeper write to its folder, or correct --file; nothing was changed',
    isRetryable: false,
    cause,
  });
}
