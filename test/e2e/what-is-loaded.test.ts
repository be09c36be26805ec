/**
 * What `/readyz`, `/status` and the metrics say of BIRD is true at that moment, and the documented alerts go by it: whenever
 * BIRD doesn't run what the datastore asks for, `birdkeeper_config_loaded` is 0.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const UP = 'birdkeeper_bird_up{daemon="bird"}';
const BLOCK = '/calico/ipam/v2/host/fault-node/ipv4/block/10.240.7.0-26';

test('a BIRD that is dead runs nothing, and that is said until it is back', async () => {
  const site = await faultSiteForTest();
  expect(await site.metric(UP)).toBe(1);
  await loaded(site, 1);

  await site.bird.kill();

  await site.ready(503);
  await loaded(site, 0);
  expect(await site.metric(UP)).toBe(0);
  const body = await site.page('/readyz');
  expect(body).toContain('bird is away');
  expect(body).not.toContain('BIRD runs');
  expect((await site.status()).generation).not.toHaveProperty('loadedAt');
  await site.bird.startAgain();
  await site.ready(200);
  await loaded(site, 1);
});

test('a BIRD that was restarted and refuses every word is not said to run anything', async () => {
  const site = await faultSiteForTest();
  await site.failReloads();

  await site.bird.kill();
  await site.bird.startAgain();

  await waitFor(async () => (await site.status()).retry, { what: 'a reload to fail' });
  await site.ready(503);
  await loaded(site, 0);
  expect(await site.metric(UP)).toBe(1);
  expect(await site.page('/readyz')).toContain('bird runs, and has not confirmed a configuration');
  site.mendReloads();
  await site.ready(200);
  await loaded(site, 1);
});

test('while every reload fails BIRD is said to run the old configuration', async () => {
  const site = await faultSiteForTest();
  await site.failReloads();

  await site.changeHost(7);

  await loaded(site, 0);
  await waitFor(async () => (await site.status()).retry, { what: 'a reload to fail' });
  await site.ready(200);
  expect((await site.page('/readyz')).split('\n')).toEqual(
    expect.arrayContaining([
      'BIRD runs generation 1',
      'generation 2 is on disk, but BIRD has not loaded it yet',
      expect.stringMatching(/^the newest state is not applied: bird did not load generation 2/),
    ]),
  );
  site.mendReloads();
  await site.settled();
  await loaded(site, 1);
});

test('a state that cannot be rendered is not loaded, until it is mended', async () => {
  const site = await faultSiteForTest({ args: templatesThatPrintNoBlock });
  await loaded(site, 1);

  await site.etcd.put(BLOCK, '{"affinity":"host:fault-node"}');

  await loaded(site, 0);
  await site.ready(200);
  expect(await site.page('/readyz')).toMatch(
    /^BIRD runs generation 1\nthe newest state is not applied: template \S*bird_aggr\.cfg/,
  );
  // A BIRD that is restarted meanwhile gets what stands.
  await site.failNext('birdc', 2);
  await site.bird.kill();
  await site.bird.startAgain();
  await waitFor(async () => (await site.failuresLeft('birdc')) === 0, {
    what: 'two reloads to fail',
  });
  await site.ready(200);
  await site.etcd.delete(BLOCK);
  await loaded(site, 1);
});

test('a BIRD that is restarted while the newest state is refused gets what stands', async () => {
  const site = await faultSiteForTest({ args: () => ['--custom-filters', 'on'] });
  await site.failNext('bird', 1_000);
  await site.changeHost(7);
  await waitFor(async () => (await site.status()).retry, { what: 'a check to fail' });

  await site.bird.kill();
  await site.bird.startAgain();

  await waitFor(async () => (await site.status()).birds[0]?.loaded?.sequence === 1, {
    what: 'the restarted BIRD to run generation 1',
  });
  await site.ready(200);
});

test('custom filters that cannot be judged keep what stands, until they can', async () => {
  const site = await faultSiteForTest({ args: () => ['--custom-filters', 'on'] });
  const reloads = site.reloads();
  await site.recordFiles();
  await site.failNext('bird', 3);

  await site.etcd.putAll([
    [site.data.addressKey(7), site.data.nextAddress(7)],
    ['/calico/bgp/v1/global/custom_filters/v4/no-leak', 'if net = 10.97.0.0/16 then reject;'],
  ]);

  await site.settled();
  expect(await site.failuresLeft('bird')).toBe(0);
  expect(site.reloads()).toBeGreaterThan(reloads);
  // Never, not even once, is a configuration loaded that lets the routes through.
  for (const files of await site.filesOfReloads()) {
    expect(files.get('bird_ipam.cfg')).toContain('10.97.0.0/16');
  }
});

test('a key that comes while a filter is judged is a cause of the pass that applies it', async () => {
  const site = await faultSiteForTest({ args: () => ['--custom-filters', 'on'] });
  const filter = '/calico/bgp/v1/global/custom_filters/v4/a';
  const heard = async () => (await site.metric('birdkeeper_changes_total')) ?? 0;
  const heardBefore = await heard();
  await site.holdChecks();

  await site.etcd.put(filter, 'if net = 10.97.0.0/16 then reject;');
  await site.heldCheck();
  await site.etcd.put(BLOCK, '{"affinity":"host:fault-node"}');
  await waitFor(async () => (await heard()) > heardBefore + 1, {
    what: 'the block to be heard of',
  });
  site.releaseChecks();

  const pass = await waitFor(
    async () => (await site.logLines('info')).find(({ causes }) => String(causes).includes(filter)),
    { what: 'a pass that applies the filter' },
  );
  expect(pass.causes).toEqual([filter, BLOCK]);
});

/** Waits until the metric that the alerts go by has this value. */
async function loaded(site: FaultSite, value: 0 | 1): Promise<void> {
  await waitFor(async () => (await site.metric('birdkeeper_config_loaded')) === value, {
    what: `birdkeeper_config_loaded to be ${value}`,
  });
}

function templatesThatPrintNoBlock(dir: string): readonly string[] {
  const folder = join(dir, 'templates');
  mkdirSync(folder, { recursive: true });
  const builtIn = readFileSync(join(projectRoot, 'templates/bird2/bird_aggr.cfg.hbs'), 'utf8');
  const wrong = '{{#each families}}{{#each blocks}}{{noSuchValue}}{{/each}}{{/each}}';
  writeFileSync(join(folder, 'bird_aggr.cfg.hbs'), `${builtIn}${wrong}`);
  return ['--templates', folder];
}
