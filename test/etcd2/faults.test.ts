/** What goes wrong between a follower and a store of the v2 API, and how it goes on. */
import { expect, onTestFinished, test } from 'vitest';
import { etcdForTest, KEY_PREFIXES, keyOf, proxyForTest } from '../support/etcd-fixture.js';
import {
  datastore2Of,
  etcd2ForTest,
  follow2ForTest,
  heldPolls,
  knows,
  polls,
  QUICK2,
  startFollowing2,
  V2Writer,
} from '../support/etcd2-fixture.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { startEtcdCluster } from '../support/start-etcd.js';
import { DEADLINE_MS, waitFor } from '../support/wait-for.js';

/** More events than etcd remembers for its v2 API. */
const HISTORY = 1_120;

/** Writes so often outside of the key prefixes, eight at a time. */
async function writeElsewhere(writer: V2Writer, times: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = 0; n < times / 8; n++) {
        await writer.put('/elsewhere', String(n));
      }
    }),
  );
}

test('a connection that is cut during a poll costs no change and no snapshot', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  await writer.put(keyOf('b'), '1');
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced } = await follow2ForTest(proxy.url);

  const { reason, advice } = await lostBy(() => proxy.close());
  await writer.put(keyOf('a'), '2');
  await writer.delete(keyOf('b'));
  await proxy.listen();
  await synced();
  await knows(listener, { [keyOf('a')]: '2' });

  expect(reason).toMatch(/^etcd at http:.* (dropped the connection|refuses connections)/);
  expect(advice).toMatch(/\S/);
  expect(listener.snapshots).toHaveLength(1);
});

test.each([
  { what: 'a black hole', isFrozen: false },
  { what: 'a frozen etcd', isFrozen: true },
])('$what is found by its silence', async ({ isFrozen }) => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  const proxy = await proxyForTest(etcd);
  const { listener, lost, synced } = await follow2ForTest(proxy.url, QUICK2);

  const isLost = lost();
  if (isFrozen) {
    etcd.freeze();
  } else {
    proxy.blackHole();
  }
  expect(await isLost).toMatchObject({ reason: `etcd at ${proxy.url} doesn't answer` });
  if (isFrozen) {
    etcd.thaw();
  } else {
    proxy.heal();
  }
  await synced();
  await writer.put(keyOf('a'), '1');
  await knows(listener, { [keyOf('a')]: '1' });
});

test('a poll alone that is half-open is given up after its time', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  const proxy = await proxyForTest(etcd);
  const { listener } = await follow2ForTest(proxy.url, {
    ...QUICK2,
    pollMs: 500,
    probeMs: DEADLINE_MS,
  });
  await heldPolls(etcd, KEY_PREFIXES.length);

  // The open connections are dead for good; new ones are served.
  proxy.blackHole();
  proxy.heal();
  await writer.put(keyOf('a'), '1');
  await knows(listener, { [keyOf('a')]: '1' });
});

test('etcd restarted is followed on', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  const { listener, lostBy, synced } = await follow2ForTest(etcd.url);

  await lostBy(() => etcd.stop());
  await etcd.start();
  await synced();
  await writer.put(keyOf('b'), '2');
  await knows(listener, { [keyOf('a')]: '1', [keyOf('b')]: '2' });

  expect(listener.snapshots).toHaveLength(1);
});

test('wiped data are noticed, and told as a snapshot', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  for (let n = 0; n < 10; n++) {
    await writer.put(keyOf(n), 'old');
  }
  const { listener } = await follow2ForTest(etcd.url);

  await etcd.wipe();
  await writer.put(keyOf('new'), '1');
  await knows(listener, { [keyOf('new')]: '1' });

  expect(listener.snapshots.length).toBeGreaterThan(1);
});

test('a poll that a store behind ours would hold for ever is noticed', async () => {
  const etcd = await etcd2ForTest();
  for (let n = 0; n < 10; n++) {
    await new V2Writer(etcd).put(keyOf(n), 'old');
  }
  const young = await etcd2ForTest();
  await new V2Writer(young).put(keyOf('new'), '1');
  const proxy = await proxyForTest(etcd);
  // No probe helps: only the poll that comes after the open one sees the other store.
  const { listener } = await follow2ForTest(proxy.url, { pollMs: 300, probeMs: DEADLINE_MS });

  proxy.retarget(young);
  await knows(listener, { [keyOf('new')]: '1' });

  expect(listener.snapshots).toHaveLength(2);
  expect(listener.states.map(({ kind }) => kind)).toEqual(['connecting', 'synced']);
});

test('events that etcd forgot while we were away are made up for by a list', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, synced } = await follow2ForTest(proxy.url);
  await lostBy(() => proxy.close());

  await writer.put(keyOf('a'), '2');
  await writeElsewhere(writer, HISTORY);
  await proxy.listen();
  await synced();
  await knows(listener, { [keyOf('a')]: '2' });

  expect(listener.snapshots).toHaveLength(1);
});

test('events that etcd forgot during a poll are made up for by a snapshot', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const started = performance.now();
  await writeElsewhere(writer, HISTORY);
  // Long enough for as many writes again.
  const pollMs = Math.max(2_000, 4 * (performance.now() - started));
  const { listener } = await follow2ForTest(proxy.url, { pollMs, probeMs: DEADLINE_MS });

  await heldPolls(etcd, KEY_PREFIXES.length);

  // The polls are deaf, and end after the history has gone by.
  proxy.blackHole();
  proxy.heal();
  await writer.put(keyOf('a'), '2');
  await writeElsewhere(writer, HISTORY);
  expect(listener.model.get(keyOf('a'))).toBe('1');
  await knows(listener, { [keyOf('a')]: '2' });

  expect(listener.snapshots).toHaveLength(2);
  expect(listener.states.map(({ kind }) => kind)).toEqual(['connecting', 'synced']);
});

test('a quiet key prefix does not go stale in a busy store', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  // Far more than etcd remembers goes by in the time of one poll.
  const { listener } = await follow2ForTest(etcd.url, { pollMs: 2_000, probeMs: 50 });
  await writeElsewhere(writer, 2 * HISTORY);
  const polled = (await polls(etcd)) + KEY_PREFIXES.length;
  await waitFor(async () => (await polls(etcd)) >= polled, { what: 'the polls that come next' });
  await writer.put(keyOf('a'), '1');
  await knows(listener, { [keyOf('a')]: '1' });

  // No event was missed, so that nothing had to be read again.
  expect(listener.snapshots).toHaveLength(1);
});

test('a member of etcd that lost the majority is found, and its return', async () => {
  const [first, ...others] = await startEtcdCluster(3, { enableV2: true });
  onTestFinished(async () => {
    await Promise.all([first, ...others].map((member) => member?.dispose()));
  });
  if (first === undefined) {
    throw new Error('no member');
  }
  const { listener, lostBy, synced } = await follow2ForTest(first.url, { ...QUICK2, pollMs: 500 });

  const { advice } = await lostBy(() =>
    Promise.all(others.map((member) => member.stop('SIGKILL'))),
  );
  await Promise.all(others.map((member) => member.start()));
  await synced();
  await new V2Writer(first).put(keyOf('a'), '1');
  await knows(listener, { [keyOf('a')]: '1' });

  expect(advice).toMatch(/\S/);
});

test('a change that no poll ever told is found by the next list', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  const proxy = await proxyForTest(etcd);
  const times = { auditMs: 1, pollMs: DEADLINE_MS, probeMs: 6_000 };
  const { listener } = await follow2ForTest(proxy.url, times);
  // Connections that nothing is asked on are closed before the next probe, which then has one that is not deaf.
  await heldPolls(etcd, KEY_PREFIXES.length);
  await waitFor(() => proxy.openConnections === KEY_PREFIXES.length, {
    what: 'the polls alone to hold connections',
  });

  proxy.blackHole();
  proxy.heal();
  await writer.put(keyOf('a'), '2');
  await knows(listener, { [keyOf('a')]: '2' });

  expect(listener.snapshots).toHaveLength(1);
  expect(listener.states.map(({ kind }) => kind)).toEqual(['connecting', 'synced']);
});

test('the next endpoint is taken when one fails', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  const endpoints = ['http://127.0.0.1:1', etcd.url];

  const { entries } = await datastore2Of(endpoints).read();
  const { listener } = await follow2ForTest(endpoints);

  expect(entries).toEqual([{ key: keyOf('a'), value: '1' }]);
  expect(listener.model.size).toBe(1);
});

test('an etcd without the v2 API is told with advice, until it has one', async () => {
  const etcd = await etcdForTest();
  const logger = new RecordingLogger();
  const { lost } = startFollowing2(etcd.url, { logger });

  const { reason, advice } = await lost();

  expect(reason).toBe(`etcd at ${etcd.url} doesn't serve the v2 API (/v2/keys)`);
  expect(advice).toContain('--enable-v2');
  expect(logger.messages('warn')).toHaveLength(1);
  await expect(datastore2Of(etcd.url).read()).rejects.toMatchObject({
    name: 'DatastoreError',
    message: reason,
    isRetryable: false,
  });
});
