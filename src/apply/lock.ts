/**
 * One birdkeeper for each output directory and for each state directory: two would swap files under each other.
 *
 * The lock is a unix socket that its owner listens on, since Node has no flock(2). The kernel drops the listener with the
 * process, however that ends. A connection tells a living owner from a dead one, also across containers, where process ids
 * mean nothing. Binding makes the socket under a name of its own. Then link(2) gives it the lock's name, or fails when that
 * is taken.
 */

import { existsSync, lstatSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';

import type { Clock } from '../base/clock.js';
import { fileError } from './apply-error.js';
import { type Layout, OUTPUT_LOCK_NAME, STATE_LOCK_NAME } from './layout.js';
import { isDead, LockAttempt, type LockPlace } from './lock-attempt.js';

/** A lock that is held. */
export interface Lock {
  /**
   * Takes it again where somebody has removed its file: another birdkeeper could take it otherwise.
   *
   * @throws {ApplyError} when another one has taken it meanwhile, or it can't be made
   */
  uphold(): Promise<void>;
  release(): Promise<void>;
}

/** Locks both folders that are written to: two daemons with one output directory may have two state directories. */
export async function takeLocks({ outputDir, stateDir }: Layout, clock: Clock): Promise<Lock> {
  const output = await FolderLock.take(
    { folder: outputDir, name: OUTPUT_LOCK_NAME, what: 'output' },
    clock,
  );
  try {
    const place = { folder: stateDir, name: STATE_LOCK_NAME, what: 'state' } as const;
    const state = await FolderLock.take(place, clock);
    return {
      uphold: async () => {
        await output.uphold();
        await state.uphold();
      },
      release: async () => {
        await state.release();
        await output.release();
      },
    };
  } catch (error) {
    await output.release();
    throw error;
  }
}

/** Whether a birdkeeper works on a state directory; also when that can't be told. @throws an error of the file system */
export async function isStateLocked(stateDir: string): Promise<boolean> {
  const folder = await open(stateDir);
  try {
    return await new Promise((resolve) => {
      const socket = createConnection(`/proc/self/fd/${folder.fd}/${STATE_LOCK_NAME}`);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', (error) => resolve(!isDead(error)));
    });
  } finally {
    await folder.close();
  }
}

/** A socket that has the lock's name. */
interface HeldSocket {
  readonly server: Server;
  readonly folder: FileHandle;
  readonly inode: number;
}

/** The lock of one folder. */
class FolderLock implements Lock {
  readonly #place: LockPlace;
  readonly #clock: Clock;
  #held: HeldSocket;

  /**
   * Takes the lock of a folder; that of a process that is gone is taken over.
   *
   * @throws {ApplyError} when another birdkeeper holds it, or it can't be made
   */
  static async take(place: LockPlace, clock: Clock): Promise<FolderLock> {
    return new FolderLock(place, clock, await takeSocket(place, clock));
  }

  private constructor(place: LockPlace, clock: Clock, held: HeldSocket) {
    this.#place = place;
    this.#clock = clock;
    this.#held = held;
  }

  async uphold(): Promise<void> {
    // Where the folder is gone, whoever writes to it makes it anew. Then the lock is taken the next time.
    if (existsSync(this.#place.folder) && inodeOf(this.#place) !== this.#held.inode) {
      const former = this.#held;
      this.#held = await takeSocket(this.#place, this.#clock);
      await close(former);
    }
  }

  async release(): Promise<void> {
    if (inodeOf(this.#place) === this.#held.inode) {
      await rm(pathOf(this.#place), { force: true });
    }
    await close(this.#held);
  }
}

async function takeSocket(place: LockPlace, clock: Clock): Promise<HeldSocket> {
  const server = createServer((connection) => {
    connection.on('error', () => {});
    connection.end(`${process.pid}\n`);
  });
  let folder: FileHandle | undefined;
  try {
    // Paths of sockets have at most 107 bytes (unix(7)); by way of the open folder any path is short enough.
    folder = await open(place.folder);
    const attempt = new LockAttempt(`/proc/self/fd/${folder.fd}`, place, clock);
    await attempt.take(server);
    server.unref();
    return { server, folder, inode: inodeOf(place) ?? 0 };
  } catch (error) {
    server.close();
    await folder?.close();
    throw fileError(`cannot lock the folder ${place.folder}`, error);
  }
}

async function close({ server, folder }: HeldSocket): Promise<void> {
  server.close();
  await folder.close();
}

/** What has the lock's name; `undefined` when nothing has. A socket keeps its number for as long as it is listened on. */
function inodeOf(place: LockPlace): number | undefined {
  return lstatSync(pathOf(place), { throwIfNoEntry: false })?.ino;
}

function pathOf({ folder, name }: LockPlace): string {
  return `${folder}/${name}`;
}
