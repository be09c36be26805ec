/** Looks on while something happens to BIRD: routes in the kernel of two nodes, and pings from one to the other, 100 a second. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { LabHost } from './lab-host.js';
import { Pinging } from './pinging.js';
import { RouteMonitor } from './route-monitor.js';

const EVERY_MS = 10;

/**
 * The connections of both ends of a session crossed, so that it came up twice (RFC 4271, 6.8). BIRD takes that for a second restart,
 * and drops what it kept over the first one.
 */
class ConnectionsCrossedError extends Error {
  override readonly name = 'ConnectionsCrossedError';
}

/** Runs `work`, and once more when connections have crossed meanwhile. */
export async function againWhenCrossed(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConnectionsCrossedError)) {
      throw error;
    }
    await work();
  }
}

/** What is seen from its start on. */
export class RouteWatch {
  readonly #nodes: readonly LabHost[];
  readonly #monitors: readonly RouteMonitor[];
  readonly #pinging: Pinging;
  readonly #upBefore: ReadonlyMap<string, number>;

  private constructor(
    nodes: readonly LabHost[],
    seen: { monitors: readonly RouteMonitor[]; pinging: Pinging; up: ReadonlyMap<string, number> },
  ) {
    this.#nodes = nodes;
    this.#monitors = seen.monitors;
    this.#pinging = seen.pinging;
    this.#upBefore = seen.up;
  }

  /** Starts on kube-node1, which pings, and kube-node2, which answers; waits until both are watched. */
  static async start(nodes: readonly [LabHost, LabHost]): Promise<RouteWatch> {
    const monitors = nodes.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
    await Promise.all(monitors.map((monitor) => monitor.started()));
    const pinging = new Pinging(nodes[0], EVERY_MS);
    await pinging.goesOn();
    return new RouteWatch(nodes, { monitors, pinging, up: await timesUp(nodes) });
  }

  /**
   * Fails unless no route was deleted on either node, and all pings were answered, until now.
   *
   * @throws {ConnectionsCrossedError} when routes were deleted, and a session came up more than once since the start
   */
  async expectNothingLost(): Promise<void> {
    await this.#pinging.goesOn();
    const deleted = await Promise.all(this.#monitors.map((monitor) => monitor.deleted()));
    if (deleted.flat().length > 0) {
      for (const [session, times] of await timesUp(this.#nodes)) {
        if (times > (this.#upBefore.get(session) ?? 0) + 1) {
          throw new ConnectionsCrossedError(`${session} has come up twice`);
        }
      }
    }
    expect(deleted).toEqual([[], []]);
    expect(await this.#pinging.lost()).toBe(0);
  }
}

/** How often each session has come up, as far as the BIRDs of the nodes are the lab's and log it. */
async function timesUp(nodes: readonly LabHost[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, bird } of nodes) {
    for (const file of bird.logFiles) {
      const text = await readFile(file, 'utf8').catch(() => '');
      for (const [, session] of text.matchAll(/ (\S+): State changed to up/g)) {
        const key = `${session} of ${name}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}
