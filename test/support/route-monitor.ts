/** `ip monitor route` in a namespace: the kernel's account of every change of its routes, however short-lived. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BirdKind, birdOf } from './birds.js';
import type { Namespace } from './netns.js';
import { waitFor } from './wait-for.js';

/** Added and removed to see that the monitor listens: an address range for documentation (RFC 5737). */
const PROBE = '203.0.113.0/24';

/**
 * How long a route may be away while BIRD of this kind replaces it. BIRD 1.6 deletes it and adds it, measured below 2 ms; when the
 * machine gives its time to others in between, it is longer, and still less than a session takes to come back.
 */
export function longestGapMs(kind: BirdKind): number {
  return birdOf(kind).replacesByDeleting ? 1_000 : 0;
}

/** Writes down what becomes of the routes, from `started` on until the network is disposed of. */
export class RouteMonitor {
  readonly #namespace: Namespace;
  readonly #logFile: string;

  /** Starts it. @param dir - for its file */
  constructor(namespace: Namespace, dir: string) {
    this.#namespace = namespace;
    this.#logFile = join(dir, 'route-monitor.log');
    namespace.start('ip', ['-ts', 'monitor', 'route'], this.#logFile);
  }

  /** Waits until it has seen a route come and go. */
  async started(): Promise<void> {
    await waitFor(
      async () => {
        await this.#namespace.ip('route', 'add', 'blackhole', PROBE);
        await this.#namespace.ip('route', 'delete', 'blackhole', PROBE);
        return (await this.#lines()).some((line) => line.includes(PROBE));
      },
      { what: `the route monitor of ${this.#namespace.name}` },
    );
  }

  /** The routes that were deleted so far, as `ip monitor` prints them. @param since - leaves out so many of them */
  async deleted(since = 0): Promise<readonly string[]> {
    const texts = (await this.#events()).filter(({ isDeleted }) => isDeleted);
    return texts.slice(since).map(({ text }) => text);
  }

  /** For each route that was deleted so far, how long it was away, in milliseconds; for good is infinitely long. */
  async gapsMs(): Promise<readonly number[]> {
    const events = await this.#events();
    return events.flatMap(({ isDeleted, prefix, at }, i) => {
      if (!isDeleted) {
        return [];
      }
      const back = events.slice(i).find((e) => !e.isDeleted && e.prefix === prefix);
      return [back === undefined ? Number.POSITIVE_INFINITY : back.at - at];
    });
  }

  /** Everything that was seen but our own probing. */
  async #events(): Promise<readonly RouteEvent[]> {
    const lines = await this.#lines();
    return lines.flatMap((line) => {
      const [, time, text = ''] = /^\[(\S+)\] (.*)$/.exec(line) ?? [];
      if (time === undefined || text.includes(PROBE)) {
        return [];
      }
      const isDeleted = text.startsWith('Deleted ');
      const words = text.replace(/^Deleted /, '').replace(/^(blackhole|unreachable) /, '');
      return [{ at: millisecondsOf(time), isDeleted, prefix: words.split(' ', 1)[0] ?? '', text }];
    });
  }

  async #lines(): Promise<readonly string[]> {
    return (await readFile(this.#logFile, 'utf8')).split('\n');
  }
}

/** One change of a route. */
interface RouteEvent {
  /** Milliseconds since 1970, with a fraction. */
  readonly at: number;
  readonly isDeleted: boolean;
  readonly prefix: string;
  readonly text: string;
}

/** `2026-11-23T10:31:08.123456`, to the microsecond. */
function millisecondsOf(time: string): number {
  const [seconds = '', fraction = '0'] = time.split('.');
  return Date.parse(seconds) + Number(fraction) / 1000;
}
