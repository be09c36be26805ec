/**
 * docs/guarantees.md: what is lost, by ways of running and by events. Each way's test lets everything happen to it, and compares
 * what was lost with its column.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Lab } from './lab.js';
import { type Affected, type Happening, LossMeter, lossesWhile, News } from './losses.js';
import type { Namespace } from './netns.js';
import { takePort } from './port-taker.js';
import { projectRoot } from './tools.js';

/** A cell that says that nothing is lost; the others say in words what is. */
const NOTHING_LOST = '0';

/** A way of running BIRD and birdkeeper, and what an operator does to them. Each resolves when both run again. */
export interface Way {
  /** Ends everything, and starts it again. */
  stopAndStart(): Promise<void>;
  killBird(): Promise<void>;
  killBirdkeeper(): Promise<void>;
  killBoth(): Promise<void>;
  readonly upgradeBird: Happening;
  readonly upgradeBirdkeeper: Happening;
  stopBird(): Promise<void>;
  /** Starts BIRD, and waits until it says this. */
  startBirdThatSays(text: string): Promise<void>;
  /** Does something, and waits until birdkeeper says this on account of it. */
  birdkeeperSays(text: string, on: () => Promise<void>): Promise<void>;
}

/** The host that a way runs on. */
export interface GuaranteedHost extends Omit<Affected, 'isBack'> {
  readonly namespace: Namespace;
}

/**
 * Lets everything happen to a way that runs, and compares what was lost with what its column promises.
 *
 * @param more - what happens to this way alone
 */
export async function expectGuarantees(
  column: string,
  way: Way,
  {
    lab,
    host,
    meter,
  }: { readonly lab: Lab; readonly host: GuaranteedHost; readonly meter?: LossMeter },
  more: Readonly<Record<string, Happening>> = {},
): Promise<void> {
  const happenings = { ...happeningsOf(way, lab, host), ...more };
  const losses = meter ?? (await LossMeter.start(lab));
  const news = new News(lab);
  const affected = { ...host, isBack: () => news.arrives() };
  await affected.isBack();
  const told: Record<string, string> = {};
  for (const [event, happening] of Object.entries(happenings)) {
    const { routes, pings } = await lossesWhile(losses, affected, happening).catch((cause) => {
      throw new Error(`amid this: ${event}`, { cause });
    });
    const isNothing = routes.length === 0 && pings === 0;
    told[event] = isNothing ? NOTHING_LOST : `${pings} pings, ${routes.join(', ')}`;
  }
  expect(told).toEqual(promisesOf(column));
}

function happeningsOf(
  way: Way,
  lab: Lab,
  { namespace }: GuaranteedHost,
): Readonly<Record<string, Happening>> {
  return {
    'stop and start': { happen: () => way.stopAndStart(), birdStarts: 1 },
    'kill -9 of BIRD': { happen: () => way.killBird(), birdStarts: 1 },
    'kill -9 of birdkeeper': { happen: () => way.killBirdkeeper(), birdStarts: 0 },
    'kill -9 of both': { happen: () => way.killBoth(), birdStarts: 1 },
    'upgrade of birdkeeper': way.upgradeBirdkeeper,
    'upgrade of BIRD': way.upgradeBird,
    'start while etcd is away': {
      async happen() {
        await lab.stopEtcd();
        await way.stopAndStart();
        await lab.startEtcd();
      },
      birdStarts: 1,
    },
    'etcd away for long': {
      // Thirty minutes are no other than the time until it is noticed.
      async happen() {
        await way.birdkeeperSays('the datastore is away', () => lab.stopEtcd());
        await lab.startEtcd();
      },
      birdStarts: 0,
    },
    'start while port 179 is taken': {
      async happen() {
        await way.stopBird();
        const taker = await takePort(namespace, lab.network.dir, '0.0.0.0');
        await way.startBirdThatSays('waiting for port 179');
        await taker.stop();
      },
      birdStarts: 1,
    },
  };
}

/** The events of a way whose cell says that nothing is lost, each with that cell. @throws for a way that isn't there */
function promisesOf(way: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(projectRoot, 'docs/guarantees.md'), 'utf8');
  const [head = [], , ...rows] = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const column = head.indexOf(way);
  if (column < 0) {
    throw new Error(`docs/guarantees.md has no way "${way}"`);
  }
  const cells = rows.map((row): [string, string] => [row[1] ?? '', row[column] ?? '']);
  return Object.fromEntries(cells.filter(([, cell]) => cell === NOTHING_LOST));
}
