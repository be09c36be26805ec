/** `ip monitor route` in a namespace: the kernel's account of every change of its routes, however short-lived. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Namespace } from './netns.js';
import { waitFor } from './wait-for.js';

/** Added and removed to see that the monitor listens: an address range for documentation (RFC 5737). */
const PROBE = '203.0.113.0/24';

/** Writes down what becomes of the routes, from `started` on until the network is disposed of. */
export class RouteMonitor {
  readonly #namespace: Namespace;
  readonly #logFile: string;

  /** Starts it. @param dir - for its file */
  constructor(namespace: Namespace, dir: string) {
    this.#namespace = namespace;
    this.#logFile = join(dir, 'route-monitor.log');
    namespace.start('ip', ['monitor', 'route'], this.#logFile);
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

  /** The routes that were deleted so far, as `ip monitor` prints them. */
  async deleted(): Promise<readonly string[]> {
    const lines = await this.#lines();
    return lines.filter((line) => line.startsWith('Deleted ') && !line.includes(PROBE));
  }

  async #lines(): Promise<readonly string[]> {
    return (await readFile(this.#logFile, 'utf8')).split('\n');
  }
}
