/** Looks on while something happens to BIRD: routes in the kernel of two nodes, and pings from one to the other, 100 a second. */
import { expect } from 'vitest';
import type { LabHost } from './lab-host.js';
import { Pinging } from './pinging.js';
import { RouteMonitor } from './route-monitor.js';

const EVERY_MS = 10;

/** What is seen from its start on. */
export class RouteWatch {
  readonly #monitors: readonly RouteMonitor[];
  readonly #pinging: Pinging;

  private constructor(monitors: readonly RouteMonitor[], pinging: Pinging) {
    this.#monitors = monitors;
    this.#pinging = pinging;
  }

  /** Starts on kube-node1, which pings, and kube-node2, which answers; waits until both are watched. */
  static async start([node, peer]: readonly [LabHost, LabHost]): Promise<RouteWatch> {
    const monitors = [node, peer].map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
    await Promise.all(monitors.map((monitor) => monitor.started()));
    const pinging = new Pinging(node, EVERY_MS);
    await pinging.goesOn();
    return new RouteWatch(monitors, pinging);
  }

  /** Fails unless no route was deleted on either node, and all pings were answered, until now. */
  async expectNothingLost(): Promise<void> {
    await this.#pinging.goesOn();
    const deleted = await Promise.all(this.#monitors.map((monitor) => monitor.deleted()));
    expect(deleted).toEqual([[], []]);
    expect(await this.#pinging.lost()).toBe(0);
  }
}
