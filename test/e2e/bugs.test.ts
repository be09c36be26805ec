/**
 * A bug, wherever it is, ends the built daemon with its stack in the log and a status of its own, so that a supervisor
 * starts it again. Nothing lives on and does nothing.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const BUG_EXIT_STATUS = 70;

/** A daemon with a bug that waits for the test. */
async function sabotagedSiteForTest(): Promise<FaultSite> {
  const site = await faultSiteForTest({ isStarted: false });
  mkdirSync(bugsOf(site));
  startSabotaged(site);
  await site.settled();
  await site.ready(200);
  return site;
}

function startSabotaged(site: FaultSite): void {
  const sabotage = join(projectRoot, 'test/support/sabotage.mjs');
  const environment = [`NODE_OPTIONS=--import=${sabotage}`, `BIRDKEEPER_SABOTAGE=${bugsOf(site)}`];
  site.start([], ['env', ...environment]);
}

function bugsOf(site: FaultSite): string {
  return join(site.dir, 'bugs');
}

test.each(['pass', 'listener', 'timer'])(
  'a bug in a %s ends the daemon with its stack, and the next start goes on',
  async (place) => {
    const site = await sabotagedSiteForTest();

    writeFileSync(join(bugsOf(site), place), '');
    await site.changeHost(7);
    await site.etcd.put('/calico/bgp/v1/global/loglevel', 'debug');

    await waitFor(() => !site.birdkeeper.isRunning, { what: 'the daemon to end' });
    expect(site.birdkeeper.exitCode).toBe(BUG_EXIT_STATUS);
    expect(await site.logLines('error')).toEqual([
      expect.objectContaining({
        msg: 'a bug in birdkeeper ends it; BIRD and its files stay as they are',
        err: expect.objectContaining({
          message: `sabotaged ${place}`,
          stack: expect.stringContaining('sabotage.mjs'),
        }),
      }),
    ]);
    rmSync(join(bugsOf(site), place));
    startSabotaged(site);
    await site.settled();
  },
);
