/** Gives a socket the name of a folder's lock (lock.ts), unless a living process has it. */

import { once } from 'node:events';
import { link, readdir, rm } from 'node:fs/promises';
import { createConnection, type Server } from 'node:net';

import { type Clock, delay } from '../base/clock.js';
import { systemErrorCode } from '../base/system-error.js';
import { ApplyError } from './apply-error.js';
import { isNewLock, newLockName } from './layout.js';

/** How often a dead lock is removed before somebody else is faster. */
const ATTEMPTS = 3;
/** How often it is looked whether others who try at the same time have given up, and how long between. */
const LOOKS = 100;
const LOOK_MS = 20;
const ANSWER_TIMEOUT_MS = 1_000;

/** Which lock. */
export interface LockPlace {
  readonly folder: string;
  readonly name: string;
  /** What the folder is called to people. */
  readonly what: 'output' | 'state';
}

/** See the head of this file. */
export class LockAttempt {
  readonly #folder: string;
  readonly #place: LockPlace;
  readonly #clock: Clock;

  /** @param folder - a path of the folder that is short enough for a socket */
  constructor(folder: string, place: LockPlace, clock: Clock) {
    this.#folder = folder;
    this.#place = place;
    this.#clock = clock;
  }

  /** @throws {ApplyError} when another birdkeeper holds it, or is faster; an error of the file system */
  async take(server: Server): Promise<void> {
    const own = newLockName(this.#place.name);
    server.listen(this.#path(own));
    await once(server, 'listening');
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if (await this.#name(own)) {
          return;
        }
        await this.#refuseIfHeld();
        await this.#waitToBeAlone(own);
        // Somebody may have taken it over just before we were alone.
        await this.#refuseIfHeld();
        await rm(this.#path(this.#place.name), { force: true });
      }
    } finally {
      await rm(this.#path(own), { force: true });
    }
    throw this.#inUse('other processes');
  }

  async #name(own: string): Promise<boolean> {
    try {
      await link(this.#path(own), this.#path(this.#place.name));
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Waits until nobody else tries. Whoever is alone in this sense stays so, and may remove a dead lock: all others bind their
   * socket before they look, and see ours. Of several the one with the first name waits for the others to give up.
   *
   * @throws {ApplyError} when another one is to go first
   */
  async #waitToBeAlone(own: string): Promise<void> {
    for (let look = 0; look < LOOKS; look += 1) {
      const [first, ...others] = await this.#contenders();
      if (first !== own) {
        break;
      }
      if (others.length === 0) {
        return;
      }
      await delay(this.#clock, LOOK_MS);
    }
    throw this.#inUse('one that is starting');
  }

  /** The names of the sockets of all who try now, sorted. Those of processes that are gone are removed. */
  async #contenders(): Promise<readonly string[]> {
    const names = (await readdir(this.#folder)).filter((name) => isNewLock(name, this.#place.name));
    const living = await Promise.all(
      names.map(async (name) => {
        const { isDead, socket } = await this.#connect(name);
        socket.destroy();
        if (isDead) {
          // Nobody else will ever have this name.
          await rm(this.#path(name), { force: true });
        }
        return isDead ? [] : [name];
      }),
    );
    return living.flat().sort();
  }

  /** @throws {ApplyError} when a living process holds the lock, or when that can't be told */
  async #refuseIfHeld(): Promise<void> {
    const { socket, isDead, error } = await this.#connect(this.#place.name);
    if (isDead) {
      return;
    }
    if (error !== undefined) {
      throw this.#inUse(
        `one that can't be asked: ${error instanceof Error ? error.message : error}`,
      );
    }
    const timeout = new AbortController();
    const answered = once(socket.setEncoding('utf8'), 'data').catch(() => []);
    const [pid] = await Promise.race([
      answered,
      delay(this.#clock, ANSWER_TIMEOUT_MS, timeout.signal).then(() => []),
    ]);
    timeout.abort();
    socket.destroy();
    throw this.#inUse(typeof pid === 'string' ? `process ${pid.trim()}` : 'a process that is busy');
  }

  async #connect(name: string) {
    const socket = createConnection(this.#path(name));
    try {
      await once(socket, 'connect');
      return { socket, isDead: false };
    } catch (error) {
      return { socket, isDead: isDead(error), error };
    }
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
export function isDead(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT'].includes(systemErrorCode(error) ?? '');
}
