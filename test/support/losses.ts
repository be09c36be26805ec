/**
 * What users lose while something happens to the BIRD and the birdkeeper of one host: routes that a kernel deletes, however
 * shortly, and pings between workloads, a hundred a second.
 */
import { readFile } from 'node:fs/promises';
import type { Lab } from './lab.js';
import { Pinging } from './pinging.js';
import { RouteMonitor } from './route-monitor.js';

const PINGS_PER_SECOND = 100;

/** The two nodes of the walkthrough with workloads, which ping each other. */
const PINGING_NODES = ['kube-node1', 'kube-node2'] as const;

/** What the network has lost. */
export interface Losses {
  /** Routes that were deleted, as `ip monitor` prints them. */
  readonly routes: readonly string[];
  /** Pings without an answer. */
  readonly pings: number;
}

/** A moment, by what was lost before it: deleted routes of each host, and pings. */
interface LossMark {
  readonly deleted: readonly number[];
  readonly pings: number;
}

/** Watches the routes of all hosts, and pings from one node to the other. */
export class LossMeter {
  readonly #lab: Lab;
  readonly #monitors: readonly RouteMonitor[];
  readonly #pinging: Pinging;

  private constructor(lab: Lab) {
    this.#lab = lab;
    this.#monitors = lab.hosts.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
    this.#pinging = new Pinging(lab.host(PINGING_NODES[0]), 1000 / PINGS_PER_SECOND);
  }

  /** Starts it; the lab ends it. Pings have to be answered already, or soon. */
  static async start(lab: Lab): Promise<LossMeter> {
    const meter = new LossMeter(lab);
    await Promise.all(meter.#monitors.map((monitor) => monitor.started()));
    await meter.pingsGoOn();
    return meter;
  }

  /** Waits until some pings more were answered. */
  pingsGoOn(): Promise<void> {
    return this.#pinging.goesOn();
  }

  /** Where it is now. */
  async mark(): Promise<LossMark> {
    const deleted = await Promise.all(this.#monitors.map((monitor) => monitor.deleted()));
    return { deleted: deleted.map(({ length }) => length), pings: await this.#pinging.lost() };
  }

  /** What was lost since then. */
  async lossesSince({ deleted, pings }: LossMark): Promise<Losses> {
    const news = this.#monitors.map((monitor, i) => monitor.deleted(deleted[i]));
    return {
      routes: (await Promise.all(news)).flat(),
      pings: (await this.#pinging.lost()) - pings,
    };
  }

  /** How often each host of the lab had a session with `address` come up so far. */
  async sessionStarts(address: string): Promise<readonly number[]> {
    const name = `_${address.replaceAll('.', '_')}: State changed to up`;
    return Promise.all(
      this.#lab.hosts.map(async ({ bird }) => {
        const files = bird.logFiles.map((file) => readFile(file, 'utf8').catch(() => ''));
        return (await Promise.all(files)).join('').split(name).length - 1;
      }),
    );
  }
}

/** Something that happens to a host, and how often its BIRD is started thereby. */
export interface Happening {
  readonly happen: () => Promise<unknown>;
  readonly birdStarts: 0 | 1;
}

/** The host that something happens to. */
export interface Affected {
  readonly address: string;
  /** Waits until all is as before. */
  isBack(): Promise<void>;
}

/** So often something happens once more for crossed calls. */
const MAX_REPETITIONS = 3;

/**
 * What is lost while something happens, in one or more steps.
 *
 * A BIRD and its neighbor may call each other at the same moment. BIRD takes the second call for another restart of the
 * neighbor's, and ends the session that has just come up, which costs routes for a second (docs/guarantees.md). That is no failure
 * of what is tested: it happens once more then, a few times at most, and each time only when calls have crossed.
 */
export async function lossesWhile(
  meter: LossMeter,
  affected: Affected,
  ...steps: readonly Happening[]
): Promise<Losses> {
  for (let repetitions = 0; ; repetitions += 1) {
    const { losses, haveCrossed } = await lossesOnce(meter, affected, steps);
    const isNothing = losses.routes.length === 0 && losses.pings === 0;
    if (isNothing || !haveCrossed || repetitions === MAX_REPETITIONS) {
      return losses;
    }
  }
}

async function lossesOnce(
  meter: LossMeter,
  { address, isBack }: Affected,
  steps: readonly Happening[],
): Promise<{ readonly losses: Losses; readonly haveCrossed: boolean }> {
  const before = await meter.mark();
  const starts = [await meter.sessionStarts(address)];
  for (const [i, { happen }] of steps.entries()) {
    await happen();
    if (i === steps.length - 1) {
      await isBack();
      await meter.pingsGoOn();
    }
    starts.push(await meter.sessionStarts(address));
  }
  const haveCrossed = steps.some(
    ({ birdStarts }, i) => birdStarts === 1 && isMoreThanOnce(starts[i], starts[i + 1]),
  );
  return { losses: await meter.lossesSince(before), haveCrossed };
}

/** Whether a neighbor's session came up more than once, which one start of a BIRD doesn't account for. */
function isMoreThanOnce(before: readonly number[] = [], after: readonly number[] = []): boolean {
  return after.some((count, i) => count - (before[i] ?? 0) > 1);
}

/** Blocks that nobody has known before. */
export class News {
  readonly #lab: Lab;
  #count: number;

  /** @param after - so many blocks may be known already, of other news */
  constructor(lab: Lab, after = 0) {
    this.#lab = lab;
    this.#count = after;
  }

  /**
   * Gives either node another block, and waits until the other one has a route to it. That takes a birdkeeper that follows, a
   * BIRD that loads and has recovered, and sessions that carry routes.
   */
  async arrives(): Promise<void> {
    this.#count += 1;
    for (const [i, name] of PINGING_NODES.entries()) {
      const third = 10 + 2 * this.#count + i;
      await this.#lab.put(`/calico/ipam/v2/host/${name}/ipv4/block/192.168.${third}.0-26`, '{}');
      const route = `192.168.${third}.0/26 via ${this.#lab.host(name).address} dev eth0 proto bird`;
      for (const other of PINGING_NODES.filter((node) => node !== name)) {
        await this.#lab.host(other).waitForRoute(route);
      }
    }
  }
}
