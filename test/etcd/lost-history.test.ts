import { expect, test } from 'vitest';
import {
  agrees,
  etcdForTest,
  followForTest,
  keyOf,
  proxyForTest,
} from '../support/etcd-fixture.js';
import type { Etcd } from '../support/start-etcd.js';
import { waitFor } from '../support/wait-for.js';

test('history that was compacted during an outage is replaced by a new snapshot', async () => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced } = await followForTest(proxy.url);
  await lostBy(() => proxy.close());

  await etcd.delete(keyOf('a'));
  await etcd.put(keyOf('b'), '2');
  await etcd.compact();
  await proxy.listen();
  await synced();
  await agrees(etcd, listener);

  expect(listener.snapshots).toHaveLength(2);
});

test('a quiet key prefix is not outrun by compaction', async () => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced, until } = await followForTest(proxy.url, { auditMs: 1 });
  await etcd.put('/elsewhere', 'x');
  const heard = listener.heardCount;
  // Probe, audit, and one more probe, so that the audit is over.
  await until(() => listener.heardCount > heard + 3, { what: 'an audit' });
  await etcd.compact();

  await lostBy(() => proxy.cut());
  await synced();

  expect(listener.snapshots).toHaveLength(1);
});

test.each([
  { what: 'put', write: (etcd: Etcd) => etcd.put(keyOf('a'), '2') },
  { what: 'delete', write: (etcd: Etcd) => etcd.delete(keyOf('a')) },
])('a $what that etcd never sent is found by the audit', async ({ write }) => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const { listener } = await followForTest(proxy.url, { auditMs: 1 });

  proxy.lose();
  const sent = proxy.bytesDown;
  await write(etcd);
  await waitFor(() => proxy.bytesDown > sent, { what: 'the event to get lost', everyMs: 1 });
  proxy.stopLosing();
  await agrees(etcd, listener);

  expect(listener.snapshots).toHaveLength(2);
});

test('wiped data are noticed', async () => {
  const etcd = await etcdForTest();
  await etcd.putAll(Array.from({ length: 10 }, (_, i) => [keyOf(i), 'old'] as const));
  const { listener } = await followForTest(etcd.url);

  await etcd.wipe();
  await etcd.put(keyOf('new'), '1');
  await agrees(etcd, listener);

  expect([...listener.model.keys()]).toEqual([keyOf('new')]);
});

test('data that were wiped and filled again beyond the old revision are noticed', async () => {
  const etcd = await etcdForTest();
  for (let n = 0; n < 10; n++) {
    await etcd.put(keyOf(`old-${n}`), 'old');
  }
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced } = await followForTest(proxy.url);
  await lostBy(() => proxy.close());

  await etcd.wipe();
  for (let n = 0; n < 30; n++) {
    await etcd.put(keyOf('new'), String(n));
  }
  await proxy.listen();
  await synced();
  await agrees(etcd, listener);

  expect([...listener.model]).toEqual([[keyOf('new'), '29']]);
});

test('a store that was restored from a backup and written past the old revision is noticed', async () => {
  const etcd = await etcdForTest();
  await etcd.putAll(['a', 'b', 'c'].map((name) => [keyOf(name), 'old'] as const));
  await etcd.backUp();
  const proxy = await proxyForTest(etcd);
  const { listener, lost, synced, until } = await followForTest(proxy.url);
  await etcd.put(keyOf('a'), 'lost with the restoration');
  await until(() => listener.changeCount === 1, { what: 'the change' });
  const isLost = lost();
  await proxy.close();
  await isLost;

  // Now cluster ID, Raft term and number of keys are as they were.
  await etcd.restore();
  for (let n = 0; n < 5; n++) {
    await etcd.put(keyOf('b'), `new ${n}`);
  }
  await proxy.listen();
  await synced();
  await agrees(etcd, listener);

  expect(listener.model.get(keyOf('a'))).toBe('old');
});

test('a store that was wiped and filled with other values, key by key at the same revisions, is noticed', async () => {
  const etcd = await etcdForTest();
  const fill = async (value: string): Promise<void> => {
    for (let n = 0; n < 5; n++) {
      await etcd.put(keyOf(n), n === 1 ? value : 'same');
    }
  };
  await fill('old');
  const proxy = await proxyForTest(etcd);
  const { listener, lost, synced } = await followForTest(proxy.url);
  const isLost = lost();
  await proxy.close();
  await isLost;

  await etcd.wipe();
  await fill('new');
  await proxy.listen();
  await synced();
  await agrees(etcd, listener);

  expect(listener.model.get(keyOf(1))).toBe('new');
});

test('while a resumed watch is audited, the changes that it brings are left alone', async () => {
  const etcd = await etcdForTest();
  await etcd.putAll(Array.from({ length: 500 }, (_, n) => [keyOf(n), 'old'] as const));
  const proxy = await proxyForTest(etcd);
  const { listener, lost, synced } = await followForTest(proxy.url, {
    pageSize: 20,
    inFlightMs: 1_000,
  });
  let isWriting = true;
  const writing = (async () => {
    for (let n = 0; isWriting; n++) {
      await etcd.txn([{ put: [keyOf(n % 500), `${n}`] }, { delete: keyOf((n + 250) % 500) }]);
    }
  })();

  for (let round = 0; round < 5; round++) {
    const isLost = lost();
    proxy.cut();
    await isLost;
    await synced();
    const { changeCount } = listener;
    await waitFor(() => listener.changeCount > changeCount + 50, { what: 'changes' });
  }
  isWriting = false;
  await writing;
  await agrees(etcd, listener);

  expect(listener.snapshots).toHaveLength(1);
});
