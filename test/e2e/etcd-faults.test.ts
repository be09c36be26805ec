/**
 * Faults of etcd and of the way to it, one by one, around the built daemon: after each, file and BIRD hold what etcd
 * holds, without a restart and without another change.
 */
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import { waitFor } from '../support/wait-for.js';

test('a change that was on its way when the connection went silent arrives', async () => {
  const site = await faultSiteForTest();
  site.proxy.blackHole();

  await site.changeHost(7);
  // New connections work again; the one that swallowed the change stays dead, and only birdkeeper can notice.
  site.proxy.heal();

  await site.settled();
});

test('fifty changes and a compaction while etcd is cut off arrive, and so do later ones', async () => {
  const site = await faultSiteForTest();
  await site.proxy.close();
  for (let i = 0; i < 50; i++) {
    await site.changeHost(1 + (i % 20));
  }
  await site.etcd.compact();

  await site.proxy.listen();
  await site.settled();

  await site.changeHost(9);
  await site.settled();
});

test('an etcd that is killed and comes back is followed again', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();
  await site.etcd.stop('SIGKILL');
  await waitFor(async () => (await site.status()).datastore.reason, {
    what: '/status to say that etcd is away',
  });
  expect(site.reloads()).toBe(reloads);
  await site.etcd.start();

  await site.changeHost(7);

  await site.settled();
});

test('an etcd that lost all its data and is filled again is followed again', async () => {
  const site = await faultSiteForTest();
  await site.changeHost(3);
  await site.settled();
  await site.etcd.wipe();
  site.data.nextAddress(7);

  await site.etcd.putAll(site.data.entries());

  await site.settled();
  await site.changeHost(8);
  await site.settled();
});

test('a daemon that starts before etcd waits for it', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await site.proxy.close();
  site.start();
  await site.ready(503);
  expect(await site.page('/readyz')).toContain(
    'no configuration has been rendered from the datastore yet',
  );

  await site.proxy.listen();

  await site.settled();
  await site.ready(200);
});

test('with etcd away a start has BIRD load the good generation on disk, says so, and takes up etcd when it is back', async () => {
  const site = await faultSiteForTest();
  await site.holdReloads();
  await site.changeHost(7);
  await site.killBeforeReload();
  await site.proxy.close();

  site.start();

  await site.settled();
  await site.ready(200);
  // No etcd has answered since the start, and none is waited for.
  const lost = /the last good configuration stands; the datastore is lost: .*\S/;
  await waitFor(async () => lost.test(await site.page('/readyz')), {
    what: '/readyz to say that the last good configuration stands',
  });
  await site.changeHost(8);
  await site.proxy.listen();
  await site.settled();
  await waitFor(async () => (await site.page('/readyz')).includes('the datastore was heard from'), {
    what: '/readyz to say that etcd is back',
  });
});
