/** The port that is asked for is the port that is connected to, also where it is the default of the URL's scheme. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Datastore } from '../../src/datastore/datastore.js';
import { datastoreOf, etcdForTest, followForTest } from '../support/etcd-fixture.js';
import { datastore2Of } from '../support/etcd2-fixture.js';
import { follow, RecordingListener } from '../support/recording-listener.js';

/** Listens on an address of loopback that no other test uses, and hangs up on whoever connects. */
async function listen(port: number): Promise<{ readonly server: Server; readonly host: string }> {
  const host = `127.${octet()}.${octet()}.${octet()}`;
  const server = createServer((socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { server, host };
}

function octet(): number {
  return 1 + Math.floor(Math.random() * 250);
}

const kinds: readonly { readonly kind: string; open(endpoint: string): Datastore }[] = [
  { kind: 'etcd3', open: datastoreOf },
  { kind: 'etcd2', open: datastore2Of },
];

const cases = kinds.flatMap((kind) =>
  [
    { scheme: 'http', port: 80 },
    { scheme: 'https', port: 443 },
    { scheme: 'http', port: 443 },
  ].map((place) => ({ ...kind, ...place })),
);

test.each(cases)('$kind connects to port $port of $scheme', async ({ open, scheme, port }) => {
  const { server, host } = await listen(port);
  const connected = once(server, 'connection');

  const following = follow(open(`${scheme}://${host}:${port}`));
  onTestFinished(() => following.stop());

  await connected;
});

test.each(kinds)('$kind refuses an endpoint that is none, and says so', async ({ open }) => {
  await expect(open('http://etcd:2379/v3').read()).rejects.toMatchObject({
    name: 'DatastoreError',
    message: expect.stringContaining('is not of the form http://HOST:PORT'),
    advice: expect.stringContaining('--etcd-endpoints'),
  });
});

test('an endpoint that is configured wrongly does not keep us from another one that comes back', async () => {
  const etcd = await etcdForTest();
  const wrong = 'http://127.0.0.1:1/v3';
  const { lostBy, until, synced, listener } = await followForTest([wrong, etcd.url], {
    retryMaxMs: 100,
    // As good as never.
    refusedBaseMs: 3_600_000,
    refusedMaxMs: 3_600_000,
  });

  // The first failure is a connection that is lost; the next try of the same endpoint is refused.
  await lostBy(() => etcd.stop());
  await until(
    ({ lastState }) =>
      lastState?.kind === 'lost' && lastState.reason.includes('refuses connections'),
    { what: 'the sound endpoint to be tried again' },
  );
  await etcd.start();

  await synced();
  const reasons = listener.states.map((state) => (state.kind === 'lost' ? state.reason : ''));
  expect(reasons.some((reason) => reason.includes(wrong))).toBe(true);
});

test('a follower that is stopped while it reads the password ends', async () => {
  const etcd = await etcdForTest();
  const end = new AbortController();
  const password = (): string => {
    end.abort();
    return 'any';
  };
  const datastore = datastoreOf(etcd.url, { auth: { username: 'birdkeeper', password } });

  await datastore.follow(new RecordingListener(), end.signal);

  expect(end.signal.aborted).toBe(true);
});
