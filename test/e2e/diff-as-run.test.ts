/** `birdkeeper diff` and `check` beside a running daemon say what that would do, and no more. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

const WITH_FILTERS = ['--custom-filters', 'on'];
const FILTERS = '/calico/bgp/v1/global/custom_filters/v4';

/** A site that has settled with a key that keeps its last good value, a filter that BIRD accepts and one that it refuses. */
async function badSiteForTest(): Promise<FaultSite> {
  const site = await faultSiteForTest({ args: () => WITH_FILTERS });
  await site.etcd.txn([
    { put: [site.data.addressKey(7), 'nowhere'] },
    { put: [`${FILTERS}/good`, 'if net = 192.0.2.0/24 then reject;'] },
    { put: [`${FILTERS}/bad`, 'if nte then rejcet;'] },
  ]);
  await waitFor(async () => (await site.status()).problems.length === 2, {
    what: 'the daemon to tell of both',
  });
  await site.settled();
  return site;
}

test('diff after run has settled with a bad key and a bad filter says nothing, and names both', async () => {
  const site = await badSiteForTest();
  expect(readFileSync(join(site.outputDir, 'bird_ipam.cfg'), 'utf8')).toContain('192.0.2.0/24');

  const { exitStatus, stdout, stderr } = await site.run('diff', WITH_FILTERS);

  expect({ exitStatus, stdout }).toEqual({ exitStatus: 0, stdout: '' });
  expect(stderr).toContain(`${site.data.addressKey(7)}: "nowhere"`);
  expect(stderr).toContain('kept the last good value of this key');
  expect(stderr).toContain(`${FILTERS}/bad: `);
});

test('check of it accepts what run runs', async () => {
  const site = await badSiteForTest();

  const { exitStatus, stdout } = await site.run('check', WITH_FILTERS);

  expect(exitStatus).toBe(0);
  expect(stdout).toContain('accepted: bird.cfg');
});

test('diff where a BIRD that could judge filters is missing says so, and ends with 2', async () => {
  const site = await badSiteForTest();
  const noBird = ['--bird', `${site.dir}/no-such-bird`, '--bird-socket', `${site.dir}/no-such.ctl`];

  const dialect = ['--dialect', 'bird2'];
  const { exitStatus, stdout, stderr } = await site.run('diff', [
    ...WITH_FILTERS,
    ...noBird,
    ...dialect,
  ]);

  expect({ exitStatus, stdout }).toEqual({ exitStatus: 2, stdout: '' });
  expect(stderr).toContain('no-such-bird');
});

test('diff says nothing of a state that run holds back, but that it does', async () => {
  const site = await faultSiteForTest();
  await site.etcd.wipe();
  await waitFor(async () => (await site.status()).held, { what: 'the state to be held' });

  const { exitStatus, stdout, stderr } = await site.run('diff');

  expect({ exitStatus, stdout }).toEqual({ exitStatus: 0, stdout: '' });
  expect(stderr).toContain('birdkeeper run holds what stands');
});
