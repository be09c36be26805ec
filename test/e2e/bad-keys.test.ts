/** What is wrong in the datastore costs itself and nothing else, shows where operators look, and goes when it is mended. */
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

const GARBAGE = '10.0.0.300';

test('an address that is none keeps the last good one, and all others change', async () => {
  const site = await faultSiteForTest();
  const key = site.data.addressKey(7);

  await site.etcd.put(key, GARBAGE);
  await site.changeHost(8);

  // The site's data still have host 7 at its last good address.
  await site.settled();
  await problemsAre(site, ['invalid-value']);
  const { problems } = await site.status();
  expect(problems).toMatchObject([
    { code: 'invalid-value', key, action: expect.stringContaining('kept the last good value') },
  ]);
  expect(problems[0]?.reason).toContain(GARBAGE);
  expect(await site.page('/metrics')).toContain('birdkeeper_problems{code="invalid-value"} 1');
});

test('the last good value outlives a restart, and the problem goes when the key is mended', async () => {
  const site = await faultSiteForTest();
  await site.etcd.put(site.data.addressKey(7), GARBAGE);
  await problemsAre(site, ['invalid-value']);
  await site.birdkeeper.stop('SIGTERM');

  site.start();
  await site.changeHost(8);
  await site.settled();
  await problemsAre(site, ['invalid-value']);
  await site.changeHost(7);

  await site.settled();
  await problemsAre(site, []);
  expect(await site.page('/metrics')).not.toContain('birdkeeper_problems{');
});

test('an address that was never good is left out, and all others change', async () => {
  const site = await faultSiteForTest();

  await site.etcd.put('/calico/bgp/v1/host/new-host/ip_addr_v4', "10.0.0.1 as 1; # '");
  await site.changeHost(8);

  await site.settled();
  await problemsAre(site, ['invalid-value']);
});

test('a host with an empty address has no session, and all others change', async () => {
  const site = await faultSiteForTest();

  await site.etcd.put(site.data.addressKey(7), '');
  site.data.dropAddress(7);
  await site.changeHost(8);

  await site.settled();
  await problemsAre(site, ['node-address-missing']);
});

/** Waits until the daemon reports problems of exactly these kinds. */
async function problemsAre(site: FaultSite, codes: readonly string[]): Promise<void> {
  const found = async (): Promise<string> => {
    const { problems } = await site.status();
    return problems
      .map(({ code }) => code)
      .sort()
      .join();
  };
  await waitFor(async () => (await found()) === codes.join(), {
    what: `problems to be "${codes.join()}"`,
  });
}
