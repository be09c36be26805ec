import { expect, test } from 'vitest';
import type { Etcd3Datastore } from '../../src/datastore/etcd/v3/etcd3-datastore.js';
import {
  contentsOf,
  datastoreOf,
  etcdForTest,
  followForTest,
  keyOf,
  proxyForTest,
  startFollowing,
} from '../support/etcd-fixture.js';
import { waitFor } from '../support/wait-for.js';

test('all pages of a listing are of one revision, also while keys are written', async () => {
  const etcd = await etcdForTest();
  const generation = (n: number) =>
    Array.from({ length: 100 }, (_, i): [string, string] => [keyOf(i), `generation ${n}`]);
  await etcd.putAll(generation(0));
  let isWriting = true;
  const writing = (async () => {
    for (let n = 1; isWriting; n++) {
      await etcd.putAll(generation(n));
    }
  })();

  const datastore = datastoreOf(etcd.url, { pageSize: 7 });
  const mixed: string[] = [];
  for (let n = 0; n < 10; n++) {
    const { entries } = await datastore.read();
    expect(entries).toHaveLength(100);
    const generations = new Set(entries.map(({ value }) => value));
    if (generations.size > 1) {
      mixed.push([...generations].join(', '));
    }
  }
  isWriting = false;
  await writing;

  expect(mixed).toEqual([]);
});

test('nothing is lost or told twice between the snapshot and the watch', async () => {
  const etcd = await etcdForTest();
  await etcd.putAll(Array.from({ length: 3000 }, (_, i) => [keyOf(`old-${i}`), 'x'] as const));
  let written = 0;
  let isWriting = true;
  const writing = (async () => {
    for (; isWriting; written++) {
      await etcd.put(keyOf(`new-${written}`), String(written));
    }
  })();

  await waitFor(() => written > 20, { what: 'a writer under way' });
  const { listener, until } = await followForTest(etcd.url, { pageSize: 200 });
  const atSynced = written;
  await waitFor(() => written > atSynced + 20, { what: 'more writes' });
  isWriting = false;
  await writing;
  await until(() => listener.model.size === 3000 + written, { what: 'all keys' });

  expect(listener.snapshots).toHaveLength(1);
  const inSnapshot = listener.snapshots[0]?.entries.length ?? 0;
  expect(listener.changeCount).toBe(3000 + written - inSnapshot);
});

test('a transaction over two key prefixes is told as one, but for the few that etcd sends late', async () => {
  const etcd = await etcdForTest();
  const { listener, until } = await followForTest(etcd.url);
  const rounds = 100;

  for (let n = 0; n < rounds; n++) {
    const revision = await etcd.txn([
      { put: [keyOf('a'), String(n)] },
      { put: ['/calico/v1/ipam/v4/pool/a', String(n)] },
      { delete: keyOf('not there') },
    ]);
    await until(() => listener.revisions.at(-1) === String(revision), {
      what: `revision ${revision}`,
    });
  }
  await until(() => listener.changeCount === 2 * rounds, { what: 'all changes' });

  const whole = listener.batches.filter((batch) => batch.length === 2);
  // How many etcd sends late depends on how busy it is.
  expect(whole.length).toBeGreaterThan(0);
});

test('changes come in the order of their revisions, over all key prefixes', async () => {
  const etcd = await etcdForTest();
  const { listener, until } = await followForTest(etcd.url);

  for (let n = 0; n < 100; n++) {
    await etcd.put(n % 2 ? keyOf('a') : '/calico/v1/ipam/a', String(n));
  }
  await until(() => listener.changeCount === 100, { what: '100 changes' });

  const values = listener.batches
    .flat()
    .map((change) => (change.kind === 'put' ? change.value : ''));
  expect(values).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
});

test('keys outside the key prefixes are neither listed nor told', async () => {
  const etcd = await etcdForTest();
  await etcd.put('/calico/bgp/v2/x', 'x');
  await etcd.put('/calico/bgp/v1', 'x');
  const { listener, until } = await followForTest(etcd.url);

  await etcd.put('/calico/v1/host/a/workload', 'x');
  await etcd.put(keyOf('last'), 'y');
  await until(() => listener.model.has(keyOf('last')), { what: 'the last key' });

  expect([...listener.model.keys()]).toEqual([keyOf('last')]);
  expect(listener.changeCount).toBe(1);
});

test('a key prefix inside another changes nothing', async () => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const keyPrefixes = ['/calico/bgp/v1/', '/calico/', '/calico/bgp/v1/'];
  const { listener, until } = await followForTest(etcd.url, { keyPrefixes });

  await etcd.put(keyOf('a'), '2');
  await etcd.put(keyOf('b'), '3');
  await until(() => listener.model.size === 2, { what: 'the second key' });

  expect(listener.snapshots[0]?.entries).toEqual([{ key: keyOf('a'), value: '1' }]);
  expect(listener.changeCount).toBe(2);
});

test('a change of one key costs less than 1 KB from etcd, among 15,000 keys', async () => {
  const etcd = await etcdForTest();
  await etcd.putAll(Array.from({ length: 15_000 }, (_, i) => [keyOf(i), 'x'.repeat(80)] as const));
  const proxy = await proxyForTest(etcd);
  const { until } = await followForTest(proxy.url, { probeMs: 60_000 });
  const before = proxy.bytesDown;

  for (let n = 1; n <= 10; n++) {
    await etcd.put(keyOf(n), `changed ${n}`);
  }
  await until(({ changeCount }) => changeCount === 10, { what: '10 changes' });

  expect(proxy.bytesDown - before).toBeGreaterThan(10 * 20);
  expect(proxy.bytesDown - before).toBeLessThan(10 * 1000);
});

test("15,000 keys are read in less time than etcd's own JSON gateway takes to send them", async () => {
  const etcd = await etcdForTest();
  await etcd.putAll(Array.from({ length: 15_000 }, (_, i) => [keyOf(i), 'x'.repeat(80)] as const));
  const datastore = datastoreOf(etcd.url);

  const times = { ours: [] as number[], gateway: [] as number[] };
  for (let n = 0; n < 5; n++) {
    const start = performance.now();
    const { entries } = await datastore.read();
    const read = performance.now();
    const { size } = await contentsOf(etcd);
    times.ours.push(read - start);
    times.gateway.push(performance.now() - read);
    expect([entries.length, size]).toEqual([15_000, 15_000]);
  }

  // The best of five: the machine has other work.
  expect(Math.min(...times.ours)).toBeLessThan(Math.min(...times.gateway));
});

test('keys and values of any text, and values of several megabytes in one answer, arrive whole', async () => {
  const etcd = await etcdForTest();
  const odd = [
    [keyOf('ünï–cödé 🐦'), 'größer ✓'],
    [keyOf('empty'), ''],
    [keyOf('lines'), 'a\nb\r\n\0c'],
  ] as const;
  for (const [key, value] of odd) {
    await etcd.put(key, value);
  }
  for (let n = 0; n < 6; n++) {
    await etcd.put(keyOf(`big-${n}`), String(n).repeat(1_000_000));
  }

  const { listener, until } = await followForTest(etcd.url);
  await etcd.put(keyOf('empty'), 'ö');
  await until(() => listener.model.get(keyOf('empty')) === 'ö', { what: 'the change' });

  expect(listener.model).toEqual(await contentsOf(etcd));
});

test('a key that is not UTF-8 is no reason to list for ever', async () => {
  const etcd = await etcdForTest();
  const binary = Buffer.concat([Buffer.from(keyOf('')), Buffer.from([0xff, 0xfe])]).toString(
    'base64',
  );
  await etcd.call('kv/put', { key: binary, value: '' });
  await etcd.put(keyOf('a'), '1');

  const { entries } = await datastoreOf(etcd.url, { pageSize: 1 }).read();

  expect(entries).toHaveLength(2);
});

test('after the signal aborts nothing more is told, and no connection stays', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener, stop } = await followForTest(proxy.url);

  await stop();
  const told = listener.states.length + listener.batches.length + listener.heardCount;
  await etcd.put(keyOf('late'), 'x');
  await waitFor(() => proxy.openConnections === 0, { what: 'the end of the connection' });

  expect(listener.states.length + listener.batches.length + listener.heardCount).toBe(told);
});

test('a client that is thrown away leaves no timers behind', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const timers = () =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const { stop, lostBy, synced } = await followForTest(proxy.url, { retryMaxMs: 20 });
  for (let n = 0; n < 10; n++) {
    await lostBy(() => proxy.cut());
    await synced();
  }

  await stop();

  await waitFor(() => timers() <= before + 1, { what: 'the timers to end' });
});

test('one connection carries everything', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener, until } = await followForTest(proxy.url, { probeMs: 50 });

  const heard = listener.heardCount;
  await until(() => listener.heardCount > heard + 3, { what: 'some probes' });

  expect(proxy.connections).toBe(1);
});

test('a listener that throws ends the following with its error', async () => {
  const etcd = await etcdForTest();
  const datastore: Etcd3Datastore = datastoreOf(etcd.url);
  const bug = new Error('a bug in the listener');
  const following = datastore.follow(
    {
      snapshot: () => {},
      changes: () => {
        throw bug;
      },
      state: () => {},
      heard: () => {},
    },
    new AbortController().signal,
  );
  const ended = expect(following).rejects.toBe(bug);

  const writing = setInterval(() => etcd.put(keyOf('a'), 'x').catch(() => {}), 50);
  try {
    await ended;
  } finally {
    clearInterval(writing);
  }
});

test('a follower that starts before etcd syncs when etcd comes', async () => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  await etcd.stop();
  const { listener, lost, synced } = startFollowing(etcd.url);

  const { reason, advice } = await lost();
  await etcd.start();
  await synced();

  expect(reason).toBe(`etcd at ${etcd.url} refuses connections: nothing listens there`);
  expect(advice).toBe('start etcd, or correct the host and port of --etcd-endpoints');
  expect(listener.model).toEqual(new Map([[keyOf('a'), '1']]));
});
