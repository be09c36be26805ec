/**
 * One birdkeeper for each output directory and for each state directory: two would swap files under each other.
 *
 * The lock is a unix socket that its owner listens on, since Node has no flock(2). The kernel drops the listener with the
 * process, however that ends. A connection tells a living owner from a dead one, also across containers, where process ids
 * mean nothing. Binding makes the socket under a name of its own. Then link(2) gives it the lock's name, or fails when that
 * is taken.
 */

import { once } from 'node:events';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';

import { type Clock, delay } from '../base/clock.js';
import { ApplyError, fileError } from './apply-error.js';
import { systemErrorCode } from './disk/system-error.js';
import { type Layout, newLockName, OUTPUT_LOCK_NAME, STATE_LOCK_NAME } from './layout.js';

/** How often a dead lock is moved away before somebody else is faster. */
const ATTEMPTS = 3;
const ANSWER_TIMEOUT_MS = 1_000;

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

/** Locks both folders that are written to: two daemons with one output directory may have two state directories. */
export async function takeLocks({ outputDir, stateDir }: Layout, clock: Clock): Promise<Lock> {
  const output = await takeLock(
    { folder: outputDir, name: OUTPUT_LOCK_NAME, what: 'output' },
    clock,
  );
  try {
    const state = await takeLock({ folder: stateDir, name: STATE_LOCK_NAME, what: 'state' }, clock);
    return {
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

interface LockPlace {
  readonly folder: string;
  readonly name: string;
  /** What the folder is called to people. */
  readonly what: 'output' | 'state';
}

/**
 * Takes the lock of a folder; that of a process that is gone is taken over.
 *
 * @throws {ApplyError} when another birdkeeper holds it, or it can't be made
 */
async function takeLock(place: LockPlace, clock: Clock): Promise<Lock> {
  const { folder, name } = place;
  const server = createServer((connection) => {
    connection.on('error', () => {});
    connection.end(`${process.pid}\n`);
  });
  let handle: FileHandle | undefined;
  try {
    // Paths of sockets have at most 107 bytes (unix(7)); by way of the open folder any path is short enough.
    handle = await open(folder);
    const attempt = new LockAttempt(`/proc/self/fd/${handle.fd}`, place, clock);
    await attempt.take(server);
  } catch (error) {
    server.close();
    await handle?.close();
    throw fileError(`cannot lock the folder ${folder}`, error);
  }
  const held = handle;
  server.unref();
  return {
    release: async () => {
      await rm(`${folder}/${name}`, { force: true });
      server.close();
      await held.close();
    },
  };
}

class LockAttempt {
  readonly #folder: string;
  readonly #place: LockPlace;
  readonly #clock: Clock;

  /** @param folder - a path of the folder that is short enough for a socket */
  constructor(folder: string, place: LockPlace, clock: Clock) {
    this.#folder = folder;
    this.#place = place;
    this.#clock = clock;
  }

  async take(server: Server): Promise<void> {
    const own = this.#path(newLockName(this.#place.name));
    server.listen(own);
    await once(server, 'listening');
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if (await this.#name(own)) {
          return;
        }
        await this.#removeDead();
      }
    } finally {
      await rm(own, { force: true });
    }
    throw this.#inUse('other processes');
  }

  async #name(own: string): Promise<boolean> {
    try {
      await link(own, this.#path(this.#place.name));
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') {
        return false;
      }
      throw error;
    }
  }

  /** Moves a lock that nobody holds out of the way. @throws {ApplyError} when somebody holds it */
  async #removeDead(): Promise<void> {
    await this.#refuseIfHeld(this.#place.name);
    // Somebody else may be doing the same: only one of us gets to move it, and looks again at what it moved.
    const moved = newLockName(this.#place.name);
    try {
      await rename(this.#path(this.#place.name), this.#path(moved));
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') {
        return;
      }
      throw error;
    }
    try {
      await this.#refuseIfHeld(moved);
    } catch (error) {
      await link(this.#path(moved), this.#path(this.#place.name));
      throw error;
    } finally {
      await rm(this.#path(moved), { force: true });
    }
  }

  async #refuseIfHeld(name: string): Promise<void> {
    const socket = createConnection(this.#path(name));
    const timeout = new AbortController();
    try {
      await once(socket, 'connect');
    } catch (error) {
      if (isDead(error)) {
        return;
      }
      throw this.#inUse(
        `one that can't be asked: ${error instanceof Error ? error.message : error}`,
      );
    }
    const answered = once(socket.setEncoding('utf8'), 'data').catch(() => []);
    const [pid] = await Promise.race([
      answered,
      delay(this.#clock, ANSWER_TIMEOUT_MS, timeout.signal).then(() => []),
    ]);
    timeout.abort();
    socket.destroy();
    throw this.#inUse(typeof pid === 'string' ? `process ${pid.trim()}` : 'a process that is busy');
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  #inUse(owner: string): ApplyError {
    const { what, folder } = this.#place;
    return new ApplyError(
      `another birdkeeper (${owner}) works on the same ${what} directory ${folder}`,
      { advice: `stop it, or set another --${what}-dir`, isRetryable: true },
    );
  }
}

/** Nobody listens there, or there is nothing. Any other error leaves open who holds it: a busy owner, or rights that we lack. */
function isDead(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT'].includes(systemErrorCode(error) ?? '');
}
