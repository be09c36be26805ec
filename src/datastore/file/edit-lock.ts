/**
 * Keeps two editors of a file apart, and a third from waiting for one that died.
 *
 * The lock is a folder beside the file, with the holder's new file in it. It is taken by renaming a folder that was made
 * aside to the name of the lock, which fails while a folder with something in it stands there. The new file's rename to the
 * place of the old one publishes it and empties the lock, in one step. A lock that is older than its lease is renamed away: a
 * holder that was only stalled then finds its file gone and publishes nothing, neither its own text nor a rival's.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../../base/system-error.js';

/** An edit takes milliseconds; a lock that is older was left by an editor that died, or stalls. */
const LEASE_MS = 10_000;

/** A lock that is held. */
export interface EditLock {
  /** The new file, still empty and only for its owner. */
  readonly file: FileHandle;
  /** Puts the new file in the place of the old one; false when the lock was taken away meanwhile. */
  publish(): Promise<boolean>;
  /** Gives the lock back, published or not. */
  release(): Promise<void>;
}

/** The lock of the file at `target`; undefined while another editor has it. @throws what the file system says */
export async function takeLock(target: string): Promise<EditLock | undefined> {
  const folder = join(dirname(target), `.${basename(target)}.birdkeeper-edit`);
  const name = randomUUID();
  const aside = `${folder}.${name}`;
  await mkdir(aside, { mode: 0o700 });
  const file = await open(join(aside, name), 'wx', 0o600);
  try {
    await rename(aside, folder);
  } catch (error) {
    await file.close();
    await rm(aside, { recursive: true, force: true });
    if (!isHeld(error)) {
      throw error;
    }
    await breakStale(folder);
    return undefined;
  }
  return lockOf({ target, folder, file, path: join(folder, name) });
}

interface Held {
  readonly target: string;
  readonly folder: string;
  readonly file: FileHandle;
  /** Where the new file is, as long as the lock is ours. */
  readonly path: string;
}

function lockOf({ target, folder, file, path }: Held): EditLock {
  return {
    file,
    async publish() {
      try {
        await rename(path, target);
        return true;
      } catch (error) {
        if (systemErrorCode(error) === 'ENOENT') {
          return false;
        }
        throw error;
      }
    },
    async release() {
      await file.close();
      await rm(path, { force: true });
      // Empty, it is free already; and another editor's isn't empty.
      await rmdir(folder).catch(() => undefined);
    },
  };
}

/** Frees a lock whose lease is over. Should a new one have taken its place just now, that editor tries again. */
async function breakStale(folder: string): Promise<void> {
  const age = await stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age <= LEASE_MS) {
    return;
  }
  const stale = `${folder}.${randomUUID()}`;
  await rename(folder, stale).catch(() => undefined);
  await rm(stale, { recursive: true, force: true });
}

/** Linux says ENOTEMPTY or EEXIST for a folder in which something is, and ENOTDIR for a file of that name. */
function isHeld(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
}
