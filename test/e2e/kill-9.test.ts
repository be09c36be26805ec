/**
 * birdkeeper is killed at random moments while changes flow in. Whenever that is, BIRD must find files at the fixed paths
 * that it accepts and that belong together; and after the last start it runs the newest configuration.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { randomNumbers } from '../support/random.js';
import {
  protocolOfStamp,
  STAMP_OPTIONS,
  stampingOperations,
  stampsOf,
} from '../support/stamped-generations.js';
import { tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const KILLS = 15;
const STAMP_COUNT = 250;

test('after SIGKILL at any moment BIRD accepts what stands, and in the end it runs the newest', async () => {
  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e6));
  onTestFailed(() => console.error(`the kills are repeated by TEST_SEED=${seed}`));
  const random = randomNumbers(seed);
  const site = await faultSiteForTest({ args: () => STAMP_OPTIONS });
  const writer = new Writer(site);

  const found: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    // Every other kill may hit the start; the rest hit a pass, or the pause between two.
    if (kill % 2 === 0) {
      await writer.writeFor(random() * 400);
    } else {
      await writer.writeUntilApplied();
      await writer.writeFor(random() * 200);
    }
    await site.birdkeeper.stop('SIGKILL');
    found.push(await standing(site));
    site.start(STAMP_OPTIONS);
  }
  await waitFor(async () => (await site.birdProtocols()).includes(protocolOfStamp(writer.stamp)), {
    what: 'BIRD to run the newest configuration',
  });

  expect(new Set(found)).toEqual(new Set(['one generation']));
  expect(stampsOf(filesOf(site))).toEqual([writer.stamp, writer.stamp].map(String));
});

/** Changes all files, again and again. */
class Writer {
  readonly #site: FaultSite;
  #stamp = 0;

  constructor(site: FaultSite) {
    this.#site = site;
  }

  /** The newest one that is in etcd. */
  get stamp(): number {
    return this.#stamp;
  }

  async writeFor(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      await this.#write();
    }
  }

  /** Writes until files change. */
  async writeUntilApplied(): Promise<void> {
    const before = stampsOf(filesOf(this.#site)).join();
    const hasChanged = async (): Promise<boolean> => {
      await this.#write();
      return stampsOf(filesOf(this.#site)).join() !== before;
    };
    await waitFor(hasChanged, { what: 'a change to be applied', everyMs: 1 });
  }

  async #write(): Promise<void> {
    const next = (this.#stamp % STAMP_COUNT) + 1;
    await this.#site.etcd.txn(stampingOperations(next));
    this.#stamp = next;
  }
}

/** What BIRD would find now: `one generation`, or what is wrong with it. */
async function standing(site: FaultSite): Promise<string> {
  const stamps = stampsOf(filesOf(site));
  if (new Set(stamps).size > 1) {
    return `files of stamps ${stamps.join()}`;
  }
  return runCommand(tools.bird2.bird, ['-p', '-c', join(site.outputDir, 'bird.cfg')]).then(
    () => 'one generation',
    (error: unknown) => `BIRD refuses it: ${error}`,
  );
}

function filesOf({ outputDir }: FaultSite): ReadonlyMap<string, string> {
  const names = readdirSync(outputDir).filter((name) => name.endsWith('.cfg'));
  return new Map(names.map((name) => [name, readFileSync(join(outputDir, name), 'utf8')]));
}

test('a SIGKILL while BIRD loads what a bad value came with costs that key nothing at the next start', async () => {
  const site = await faultSiteForTest();
  await site.holdReloads();
  // Host 7 keeps the address that it had: the model of the data isn't told.
  await site.etcd.txn([
    { put: [site.data.addressKey(7), 'nowhere'] },
    { put: [site.data.addressKey(8), site.data.nextAddress(8)] },
  ]);

  await site.killBeforeReload();
  site.start();

  await site.settled();
});
