/**
 * Changes in a datastore file that leave the rest of its text, comments too, as it is.
 *
 * The new text is written beside the file and takes its place by a rename: a reader sees the old or the new contents. That
 * the file beside it can be created only once is also what keeps two editors apart.
 */
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Document, isMap, parseAllDocuments } from 'yaml';
import { type Change, DatastoreError, type Edit, type EditOutcome } from '../datastore.js';
import { readText } from './file-reader.js';
import { parseEntries, resourceOf } from './parse-entries.js';

/** A file beside the datastore file that is older was left by an editor that died. */
const STALE_AFTER_MS = 10_000;

/**
 * Makes `edit` in the file at `path`, if its basis still stands there.
 *
 * @throws {DatastoreError} when the file can't be read or written, or isn't what it should be; then nothing was changed
 */
export async function commitToFile(path: string, edit: Edit): Promise<EditOutcome> {
  const target = await realPathOf(path);
  const beside = join(dirname(target), `.${basename(target)}.birdkeeper-edit`);
  const handle = await createBeside(path, beside);
  if (handle === undefined) {
    return 'overtaken';
  }
  // Once it has taken the file's place, what stands at its own is another editor's.
  let isOurs = true;
  try {
    const text = await readText(path);
    if (!standsIn(text, path, edit)) {
      return 'overtaken';
    }
    await handle.writeFile(withChanges(text, edit.changes));
    await handle.sync();
    await keepOwner(target, handle);
    await rename(beside, target);
    isOurs = false;
    return 'committed';
  } catch (error) {
    throw error instanceof DatastoreError ? error : cannotWrite(path, error);
  } finally {
    await handle.close();
    if (isOurs) {
      await rm(beside, { force: true });
    }
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** The new file, opened; undefined while another editor has it. */
async function createBeside(path: string, beside: string): Promise<FileHandle | undefined> {
  try {
    return await open(beside, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw cannotWrite(path, error);
    }
  }
  const age = await stat(beside).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > STALE_AFTER_MS) {
    await rm(beside, { force: true });
  }
  return undefined;
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
