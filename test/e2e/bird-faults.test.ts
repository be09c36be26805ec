/**
 * Faults of BIRD, of its programs and of its files, one by one, around the built daemon: after each, BIRD runs what etcd
 * holds, without a restart of birdkeeper and without another change.
 */
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { sessionsOf } from '../support/mesh-data.js';
import { waitFor } from '../support/wait-for.js';

test('a reload that fails once is repeated', async () => {
  const site = await faultSiteForTest();
  await site.failNext('birdc');

  await site.changeHost(7);

  await site.settled();
  expect(await site.failuresLeft('birdc')).toBe(0);
});

test('a reload that goes on failing is said, and repeated until it works', async () => {
  const site = await faultSiteForTest();
  await site.failReloads();
  const reloads = site.reloads();

  await site.changeHost(7);

  await waitFor(async () => (await site.status()).retry?.reason.includes('did not load'), {
    what: '/status to say that a reload failed',
  });
  await waitFor(() => site.reloads() > reloads + 1, { what: 'another try' });
  site.mendReloads();
  await site.settled();
  await waitFor(async () => (await site.status()).retry === undefined, {
    what: '/status to say that nothing is due any more',
  });
});

test('a check that fails once, for want of memory or the like, is repeated', async () => {
  const site = await faultSiteForTest();
  await site.failNext('bird');

  await site.changeHost(7);

  await site.settled();
  expect(await site.failuresLeft('bird')).toBe(0);
});

test('a BIRD that was restarted has its configuration loaded anew', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();

  await site.bird.kill();
  await site.bird.startAgain();

  await waitFor(() => site.reloads() > reloads, { what: 'a reload' });
  await site.settled();
});

test('a change that is made while BIRD is away is loaded when it returns', async () => {
  const site = await faultSiteForTest();
  await site.bird.kill();
  await waitFor(async () => (await site.status()).birds.every(({ isUp }) => !isUp), {
    what: '/status to say that BIRD is away',
  });

  await site.changeHost(7);
  await waitFor(async () => (await site.status()).generation?.sequence === 2, {
    what: '/status to have the new generation',
  });
  expect(await isLoaded(site)).toBe(false);
  expect(sessionsOf(site.configText())).toBe(site.data.expectedSessions());
  await site.bird.startAgain();

  await site.settled();
  await waitFor(() => isLoaded(site), { what: '/status to say that BIRD has loaded it' });
});

test('a file that somebody removes comes back', async () => {
  const site = await faultSiteForTest();

  rmSync(join(site.outputDir, 'bird.cfg'));

  await waitFor(() => lstatSync(join(site.outputDir, 'bird.cfg'), { throwIfNoEntry: false }), {
    what: 'bird.cfg to come back',
  });
  await site.settled();
});

test('a daemon that was killed between write and reload has BIRD load the file when it is back', async () => {
  const site = await faultSiteForTest();
  await site.holdReloads();
  await site.changeHost(7);
  await site.killBeforeReload();
  expect(await site.birdProtocols()).not.toBe(site.data.expectedProtocols());

  site.start();

  await site.settled();
});

async function isLoaded(site: FaultSite): Promise<boolean> {
  return (await site.status()).generation?.loadedAt !== undefined;
}
