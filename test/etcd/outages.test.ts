import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import {
  agrees,
  datastoreOf,
  etcdForTest,
  followForTest,
  keyOf,
  proxyForTest,
  QUICK,
  startFollowing,
} from '../support/etcd-fixture.js';
import { DEADLINE_MS, waitFor } from '../support/wait-for.js';

test('what changed during an outage is told after it, without listing everything again', async () => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced } = await followForTest(proxy.url);

  const { reason, advice } = await lostBy(() => proxy.close());
  await etcd.put(keyOf('b'), '2');
  await etcd.delete(keyOf('a'));
  await proxy.listen();
  await synced();
  await agrees(etcd, listener);

  expect(reason).toMatch(/^etcd at http:\/\/127\.0\.0\.1:\d+ /);
  expect(advice).not.toBe('');
  expect(listener.snapshots).toHaveLength(1);
  expect(listener.batches.flat()).toEqual([
    { kind: 'put', key: keyOf('b'), value: '2' },
    { kind: 'delete', key: keyOf('a') },
  ]);
});

test('the first retry after a loss comes after 100 ms at most', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const delaysMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      delaysMs.push(delayMs);
      return systemClock.after(delayMs, callback);
    },
  };
  const { lost, synced } = await followForTest(proxy.url, { clock, probeMs: DEADLINE_MS });
  const { connections } = proxy;

  const isLost = lost();
  delaysMs.length = 0;
  proxy.cut();
  await isLost;
  await synced();

  // Around it there are deadlines of answers, and the pauses before the next sign of life and the audit: longer, or due already.
  expect(Math.min(...delaysMs.filter((delayMs) => delayMs > 0))).toBeLessThanOrEqual(100);
  expect(proxy.connections).toBe(connections + 1);
});

test('a connection that is cut while history is delivered loses and repeats nothing', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, until } = await followForTest(proxy.url, { retryMaxMs: 50 });
  await lostBy(() => proxy.close());

  // Three batches of history; each write is a revision of its own.
  const count = 2_500;
  for (let n = 0; n < count; n += 50) {
    const writes = Array.from({ length: 50 }, (_, i) => etcd.put(keyOf(n + i), 'x'.repeat(50)));
    await Promise.all(writes);
  }
  // Cut right after the answer that confirms the watch, in the first batch, and in the second.
  for (const bytes of [300, 20_000, 150_000]) {
    proxy.cutAfter(bytes);
    await proxy.listen();
    const { cuts } = proxy;
    // The follower may be back at once, so that no moment without a connection is seen.
    await waitFor(() => proxy.cuts > cuts, { what: `${bytes} bytes, then a cut` });
    await proxy.close();
  }
  await proxy.listen();
  await until(() => listener.model.size === count, { what: `${count} keys` });

  expect(listener.snapshots).toHaveLength(1);
  expect(listener.changeCount).toBe(count);
});

test('a connection that swallows everything is noticed and replaced', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener, lost, synced } = await followForTest(proxy.url, QUICK);

  const isLost = lost();
  proxy.blackHole();
  await etcd.put(keyOf('a'), '1');
  const { reason } = await isLost;
  proxy.heal();
  await synced();
  await agrees(etcd, listener);

  expect(reason).toBe(`etcd at ${proxy.url} doesn't answer`);
});

test('a frozen etcd is noticed, and followed again when it thaws', async () => {
  const etcd = await etcdForTest();
  const { listener, lostBy, synced } = await followForTest(etcd.url, QUICK);

  const { reason } = await lostBy(() => etcd.freeze());
  etcd.thaw();
  await synced();
  await etcd.put(keyOf('a'), '1');
  await agrees(etcd, listener);

  expect(reason).toBe(`etcd at ${etcd.url} doesn't answer`);
  expect(listener.snapshots).toHaveLength(1);
});

test('an etcd that takes longer for its answers than they usually may is waited for longer, at its start and after an outage', async () => {
  const etcd = await etcdForTest();
  const write = (value: string) =>
    etcd.putAll(Array.from({ length: 300 }, (_, n) => [keyOf(n), value.repeat(60)] as const));
  await write('a');
  const proxy = await proxyForTest(etcd);
  // As 1 KB a second, with the usual deadlines: a tenth of them here.
  proxy.limit(10_000);
  const { listener, synced, lostBy } = startFollowing(proxy.url, {
    connectMs: 2_000,
    callMs: 1_000,
    signMs: 500,
  });
  await synced();
  expect(listener.states.map(({ kind }) => kind)).toContain('lost');

  await lostBy(() => proxy.close());
  await write('b');
  await proxy.listen();

  await agrees(etcd, listener);
});

test('an endpoint that accepts connections and stays silent is left for the next one', async () => {
  const etcd = await etcdForTest();
  const silent = await proxyForTest(etcd);
  silent.blackHole();

  const endpoints = [silent.url, silent.url, etcd.url, silent.url];
  const { listener } = await followForTest(endpoints, QUICK);
  await etcd.put(keyOf('a'), '1');
  await agrees(etcd, listener);

  expect(listener.lastState).toEqual({ kind: 'synced' });
});

test('following ends at once while an endpoint keeps it waiting', async () => {
  const etcd = await etcdForTest();
  const silent = await proxyForTest(etcd);
  silent.blackHole();
  const { stop } = startFollowing(silent.url, { connectMs: 2 * DEADLINE_MS });
  await waitFor(() => silent.openConnections > 0, { what: 'a connection' });

  let isStopped = false;
  void stop().then(() => {
    isStopped = true;
  });

  // Long before the endpoint's time is over.
  await waitFor(() => isStopped, { what: 'the end' });
});

test('a restarted etcd is followed from where it was', async () => {
  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const { listener, lostBy, synced } = await followForTest(etcd.url);

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await lostBy(() => etcd.stop(signal));
    await etcd.start();
    await etcd.put(keyOf(signal), '1');
    await synced();
    await agrees(etcd, listener);
  }

  expect(listener.snapshots).toHaveLength(1);
});

test('an outage is told once, however often the connection is tried', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy } = await followForTest(proxy.url, { retryMaxMs: 50 });

  await lostBy(() => etcd.stop());
  const connections = proxy.connections;
  await waitFor(() => proxy.connections > connections + 10, { what: '10 retries' });

  // The end of the connection, and that new ones are of no use.
  const told = listener.states.filter(({ kind }) => kind === 'lost');
  expect(told.length).toBeLessThanOrEqual(2);
});

test('an etcd that was away for very many retries is followed again from where it was', async () => {
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced } = await followForTest(proxy.url, { retryMaxMs: 50 });
  await lostBy(() => etcd.stop('SIGKILL'));
  // The pause between two has long been the longest by then: more of them are no different.
  const { connections } = proxy;
  await waitFor(() => proxy.connections >= connections + 50, { what: '50 retries' });

  await etcd.start();
  await etcd.put(keyOf('a'), '1');
  await synced();
  await agrees(etcd, listener);

  expect(listener.snapshots).toHaveLength(1);
});

test('a server that answers with errors is named, and what it stood before is followed when it is there', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const etcd = await etcdForTest();
  await etcd.put(keyOf('a'), '1');
  const proxy = await proxyForTest({ port });
  const { lost, synced, listener } = startFollowing(proxy.url);

  expect((await lost()).reason).toBe(`etcd at ${proxy.url} doesn't speak the protocol of etcd 3`);
  proxy.retarget(etcd);
  await synced();
  await agrees(etcd, listener);
});

test('a read tries each endpoint once, and its error tells of all', async () => {
  const etcd = await etcdForTest();
  const gone = await proxyForTest(etcd);
  await gone.close();
  await etcd.put(keyOf('a'), '1');

  const snapshot = await datastoreOf([gone.url, etcd.url]).read();
  await etcd.stop();
  const failed = datastoreOf([gone.url, etcd.url]).read();

  expect(snapshot.entries).toEqual([{ key: keyOf('a'), value: '1' }]);
  await expect(failed).rejects.toMatchObject({
    name: 'DatastoreError',
    message:
      `etcd at ${gone.url} refuses connections: nothing listens there; ` +
      `etcd at ${etcd.url} refuses connections: nothing listens there`,
    advice: 'start etcd, or correct the host and port of --etcd-endpoints',
    isRetryable: true,
  });
});
