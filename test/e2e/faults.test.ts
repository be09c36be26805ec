/**
 * Faults between etcd and BIRD, one by one, around the built daemon: after each, file and BIRD hold what etcd holds,
 * without a restart and without another change.
 */
import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

/** A site whose daemon, if started, has loaded everything. */
async function siteForTest({ isStarted = true } = {}): Promise<FaultSite> {
  const site = await FaultSite.create();
  onTestFinished(() => site.dispose());
  if (isStarted) {
    site.start();
    await site.settled();
    await site.ready(200);
  }
  return site;
}

test('a reload that fails once is repeated', async () => {
  const site = await siteForTest();
  await site.failNext('birdc');

  await site.changeHost(7);

  await site.settled();
  expect(await site.failuresLeft('birdc')).toBe(0);
});

test('a check that fails once, for want of memory or the like, is repeated', async () => {
  const site = await siteForTest();
  await site.failNext('bird');

  await site.changeHost(7);

  await site.settled();
  expect(await site.failuresLeft('bird')).toBe(0);
});

test('a change that was on its way when the connection went silent arrives', async () => {
  const site = await siteForTest();
  site.proxy.blackHole();

  await site.changeHost(7);
  // New connections work again; the one that swallowed the change stays dead, and only birdkeeper can notice.
  site.proxy.heal();

  await site.settled();
});

test('fifty changes and a compaction while etcd is cut off arrive, and so do later ones', async () => {
  const site = await siteForTest();
  await site.proxy.close();
  for (let i = 0; i < 50; i++) await site.changeHost(1 + (i % 20));
  await site.etcd.compact();

  await site.proxy.listen();
  await site.settled();

  await site.changeHost(9);
  await site.settled();
});

test('an etcd that is killed and comes back is followed again', async () => {
  const site = await siteForTest();
  await site.etcd.stop('SIGKILL');
  await site.etcd.start();

  await site.changeHost(7);

  await site.settled();
});

test('a daemon that starts before etcd waits for it', async () => {
  const site = await siteForTest({ isStarted: false });
  await site.proxy.close();
  site.start();
  await site.ready(503);

  await site.proxy.listen();

  await site.settled();
  expect(site.birdkeeper.isRunning).toBe(true);
});

test('a host with an empty address costs nobody else a change', async () => {
  const site = await siteForTest();
  await site.etcd.put(site.data.addressKey(7), '');

  await site.changeHost(8);

  // The bad key keeps its last good value, so the data still hold host 7 as it was.
  await site.settled();
  expect(site.configText()).not.toMatch(/neighbor +as/);
});

test('SIGHUP ends nothing: a later change is loaded', async () => {
  const site = await siteForTest();
  site.birdkeeper.signal('SIGHUP');

  await site.changeHost(7);

  await site.settled();
  expect(site.birdkeeper.isRunning).toBe(true);
});

test('SIGTERM during a reload waits for its end, exits with 0 and leaves nothing behind', async () => {
  const site = await siteForTest();
  await site.holdReloads();
  await site.changeHost(7);
  await site.heldReload();
  const reloads = site.reloads();

  const stopped = site.birdkeeper.stop('SIGTERM');
  site.releaseReloads();
  await stopped;

  expect(site.reloads()).toBe(reloads + 1);
  expect(site.birdkeeper.exitCode).toBe(0);
  await site.settled();
  const files = ['bird.cfg', 'bird_aggr.cfg', 'bird_ipam.cfg'];
  // The file that BIRD was started with is kept beside its successor.
  expect(readdirSync(site.outputDir).sort()).toEqual([
    'bird.cfg',
    'bird.cfg.before-birdkeeper',
    ...files.slice(1),
  ]);
});

test('a key that flaps two hundred times ends right, with few reloads', async () => {
  const site = await siteForTest();
  const reloads = site.reloads();
  for (let i = 0; i < 200; i++) await site.changeHost(7);

  await site.settled();

  expect(site.reloads() - reloads).toBeLessThanOrEqual(10);
});

test('keys that birdkeeper does not use cost no reload', async () => {
  const site = await siteForTest();
  const reloads = site.reloads();
  for (let i = 0; i < 200; i++) {
    await site.etcd.put(`/calico/bgp/v1/host/host-0000${1 + (i % 9)}/last_seen`, String(i));
  }

  // Changes arrive in order: once this one is loaded, the others have been dealt with.
  await site.changeHost(7);
  await site.settled();

  expect(site.reloads()).toBe(reloads + 1);
});

test('a file that somebody removes comes back', async () => {
  const site = await siteForTest();

  rmSync(join(site.outputDir, 'bird.cfg'));

  await waitFor(() => lstatSync(join(site.outputDir, 'bird.cfg'), { throwIfNoEntry: false }), {
    timeoutMs: 20_000,
    what: 'bird.cfg to come back',
  });
  await site.settled();
});

test('a restart without a change writes no file and reloads nothing', async () => {
  const site = await siteForTest();
  const reloads = site.reloads();
  const { ino, mtimeMs } = statSync(join(site.outputDir, 'bird.cfg'));
  await site.birdkeeper.stop('SIGTERM');

  site.start();
  await site.ready(200);

  expect(site.reloads()).toBe(reloads);
  expect(statSync(join(site.outputDir, 'bird.cfg'))).toMatchObject({ ino, mtimeMs });
});

test('a daemon that was killed between write and reload has BIRD load the file when it is back', async () => {
  const site = await siteForTest();
  await site.holdReloads();
  await site.changeHost(7);
  const birdc = await site.heldReload();
  await site.birdkeeper.stop('SIGKILL');
  process.kill(birdc, 'SIGKILL');
  site.releaseReloads();
  expect(await site.birdProtocols()).not.toBe(site.data.expectedProtocols());

  site.start();

  await site.settled();
});

test('the last of several changes is loaded, whatever came before it', async () => {
  const site = await siteForTest();
  for (let host = 1; host <= 5; host++) {
    const reloads = site.reloads();
    await site.changeHost(host);
    // The next change comes while this one is being loaded, or just after.
    await waitFor(() => site.reloads() > reloads, { what: `the reload for host ${host}` });
  }

  await site.settled();
});
