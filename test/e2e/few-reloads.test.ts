/** BIRD is reloaded when its configuration changes, rarely more often, and never too seldom. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/settings/settings.js';
import { faultSiteForTest } from '../support/fault-fixture.js';
import { waitFor } from '../support/wait-for.js';

/** How many passes there can have been since then, by the setting's default: the first comes at once, and the last is late. */
function passesSince(startedMs: number): number {
  return 2 + Math.ceil((performance.now() - startedMs) / Number(SETTINGS.spacingMs.fallback));
}

test('a key that flaps two hundred times ends right, with few reloads', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();
  const started = performance.now();
  for (let i = 0; i < 200; i++) {
    await site.changeHost(7);
  }

  await site.settled();

  expect(site.reloads() - reloads).toBeLessThanOrEqual(passesSince(started));
});

test('a burst of a thousand changes ends right, with few reloads', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();
  const started = performance.now();
  // Each host is changed fifty times; each transaction changes every host once.
  for (let i = 0; i < 50; i++) {
    for (let host = 1; host <= site.data.hosts; host++) {
      site.data.nextAddress(host);
    }
    await site.etcd.putAll(site.data.addresses());
  }

  await site.settled();

  expect(site.reloads() - reloads).toBeLessThanOrEqual(passesSince(started));
});

test('keys that birdkeeper does not use cost no reload', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();
  for (let i = 0; i < 200; i++) {
    await site.etcd.put(`/calico/bgp/v1/host/host-0000${1 + (i % 9)}/last_seen`, String(i));
  }

  // Changes arrive in order: once this one is loaded, the others have been dealt with.
  await site.changeHost(7);
  await site.settled();
  await waitFor(() => site.reloads() > reloads, { what: 'the end of the reload' });

  expect(site.reloads()).toBe(reloads + 1);
});

test('a restart without a change writes no file and reloads nothing', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();
  const { ino, mtimeMs } = statSync(join(site.outputDir, 'bird.cfg'));
  await site.birdkeeper.stop('SIGTERM');

  site.start();
  // A pass that knew what etcd holds has ended.
  await waitFor(async () => (await site.status()).desiredDigest, { what: 'the datastore' });

  expect(site.reloads()).toBe(reloads);
  expect(statSync(join(site.outputDir, 'bird.cfg'))).toMatchObject({ ino, mtimeMs });
});

test('the last of several changes is loaded, whatever came before it', async () => {
  const site = await faultSiteForTest();
  for (let host = 1; host <= 5; host++) {
    const reloads = site.reloads();
    await site.changeHost(host);
    // The next change comes while this one is being loaded, or just after.
    await waitFor(() => site.reloads() > reloads, { what: `the reload for host ${host}` });
  }

  await site.settled();
});
