/**
 * One birdkeeper for each output directory: two would swap files under each other.
 *
 * The lock is a unix socket that its owner listens on, since Node has no flock(2): the kernel drops the listener with the
 * process, however that ends, and a connection tells a living owner from a dead one across containers, where process ids
 * mean nothing. Binding makes the socket under a name of its own; link(2) gives it the lock's name, or fails when that is
 * taken.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';

import { type Clock, delay } from '../base/clock.js';
import { ApplyError, fileError } from './apply-error.js';
import { systemErrorCode } from './disk/system-error.js';

const LOCK_NAME = 'lock';
/** How often a dead lock is moved away before somebody else is faster. */
const ATTEMPTS = 3;
const ANSWER_TIMEOUT_MS = 1_000;

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder; that of a process that is gone is taken over.
 *
 * @throws {ApplyError} when another birdkeeper holds it, or it can't be made
 */
export async function takeLock(folder: string, clock: Clock): Promise<Lock> {
  const server = createServer((connection) => {
    connection.on('error', () => {});
    connection.end(`${process.pid}\n`);
  });
  let handle: FileHandle | undefined;
  try {
    // Paths of sockets have at most 107 bytes (unix(7)); by way of the open folder any path is short enough.
    handle = await open(folder);
    const attempt = new LockAttempt(`/proc/self/fd/${handle.fd}`, clock);
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
      await rm(`${folder}/${LOCK_NAME}`, { force: true });
      server.close();
      await held.close();
    },
  };
}

class LockAttempt {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  async take(server: Server): Promise<void> {
    const own = this.#path(`${LOCK_NAME}.${randomUUID()}.new`);
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
    throw inUse('other processes');
  }

  async #name(own: string): Promise<boolean> {
    try {
      await link(own, this.#path(LOCK_NAME));
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
    await this.#refuseIfHeld(LOCK_NAME);
    // Somebody else may be doing the same: only one of us gets to move it, and looks again at what it moved.
    const moved = `${LOCK_NAME}.${randomUUID()}.new`;
    try {
      await rename(this.#path(LOCK_NAME), this.#path(moved));
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') {
        return;
      }
      throw error;
    }
    try {
      await this.#refuseIfHeld(moved);
    } catch (error) {
      await link(this.#path(moved), this.#path(LOCK_NAME));
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
    } catch {
      return;
    }
    const answered = once(socket.setEncoding('utf8'), 'data').catch(() => []);
    const [pid] = await Promise.race([
      answered,
      delay(this.#clock, ANSWER_TIMEOUT_MS, timeout.signal).then(() => []),
    ]);
    timeout.abort();
    socket.destroy();
    throw inUse(typeof pid === 'string' ? `process ${pid.trim()}` : 'a process that is busy');
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }
}

function inUse(owner: string): ApplyError {
  return new ApplyError(`another birdkeeper (${owner}) works on the same output directory`, {
    advice: 'stop it, or set another --output-dir',
    isRetryable: true,
  });
}
