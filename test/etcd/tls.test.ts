import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeCa, makeCertificate } from '../support/certificates.js';
import { followForTest, keyOf, startFollowing } from '../support/etcd-fixture.js';
import { type Etcd, startEtcd } from '../support/start-etcd.js';

let dir: string;
/** Asks for no client certificate. */
let open: Etcd;
/** Asks for one. */
let mutual: Etcd;
/** Shows a certificate for another name, and one that has expired. */
let misnamed: Etcd;
let expired: Etcd;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-tls-'));
  const ca = makeCa(dir, 'ca');
  const server = makeCertificate(ca, dir, 'server');
  makeCertificate(ca, dir, 'client');
  makeCertificate(makeCa(dir, 'other-ca'), dir, 'stranger');
  const other = makeCertificate(ca, dir, 'other', { names: 'DNS:elsewhere.example' });
  const old = makeCertificate(ca, dir, 'old', { names: 'DNS:localhost', days: -1 });
  [open, mutual, misnamed, expired] = await Promise.all([
    startEtcd({ tls: server }),
    startEtcd({ tls: { ...server, clientCaFile: ca.certFile } }),
    startEtcd({ tls: other }),
    startEtcd({ tls: old }),
  ]);
});

afterAll(async () => {
  await Promise.all([open, mutual, misnamed, expired].map((etcd) => etcd?.dispose()));
  await rm(dir, { recursive: true, force: true });
});

function file(name: string): string {
  return join(dir, name);
}

function clientFiles(name: string) {
  return { caFile: file('ca.pem'), certFile: file(`${name}.pem`), keyFile: file(`${name}.key`) };
}

test('etcd is followed over TLS', async () => {
  const { listener, until } = await followForTest(open.tlsUrl, { tls: { caFile: file('ca.pem') } });

  await open.put(keyOf('a'), '1');
  await until(() => listener.model.size === 1, { what: 'the change' });
});

test('etcd is followed with a client certificate', async () => {
  const { listener, until } = await followForTest(mutual.tlsUrl, { tls: clientFiles('client') });

  await mutual.put(keyOf('a'), '1');
  await until(() => listener.model.size === 1, { what: 'the change' });
});

test.each([
  {
    what: 'the wrong CA',
    endpoint: () => open.tlsUrl,
    tls: () => ({ caFile: file('other-ca.pem') }),
    reason: "shows a certificate that our CA file didn't sign",
    advice: 'give the CA that signed the certificate of etcd with --etcd-ca',
  },
  {
    what: 'no CA',
    endpoint: () => open.tlsUrl,
    tls: () => ({}),
    reason: "shows a certificate that our CA file didn't sign",
    advice: 'give the CA that signed the certificate of etcd with --etcd-ca',
  },
  {
    what: 'no client certificate',
    endpoint: () => mutual.tlsUrl,
    tls: () => ({ caFile: file('ca.pem') }),
    reason: 'refuses our client certificate, or asks for one that we have not been given',
    advice: 'give a certificate signed by the CA that etcd trusts with --etcd-cert and --etcd-key',
  },
  {
    what: 'a client certificate of another CA',
    endpoint: () => mutual.tlsUrl,
    tls: () => clientFiles('stranger'),
    reason: 'refuses our client certificate, or asks for one that we have not been given',
    advice: 'give a certificate signed by the CA that etcd trusts with --etcd-cert and --etcd-key',
  },
  {
    what: 'a name that is not in the certificate',
    endpoint: () => misnamed.tlsUrl,
    tls: () => ({ caFile: file('ca.pem') }),
    reason: 'shows a certificate for other names',
    advice: 'use a name or address in --etcd-endpoints that its certificate lists, or reissue it',
  },
  {
    what: 'an expired certificate',
    endpoint: () => expired.tlsUrl,
    tls: () => ({ caFile: file('ca.pem') }),
    reason: 'shows a certificate that is not valid at this time',
    advice: 'renew the certificate of etcd, or correct the clock of this machine',
  },
  {
    what: 'http to a port that speaks TLS',
    endpoint: () => open.tlsUrl.replace('https', 'http'),
    tls: () => ({}),
    reason: 'closes new connections at once; it may expect TLS',
    advice: 'write https:// in --etcd-endpoints if etcd uses TLS, else look at the log of etcd',
  },
  {
    what: 'https to a port that does not speak TLS',
    endpoint: () => open.url.replace('http', 'https'),
    tls: () => ({ caFile: file('ca.pem') }),
    reason: 'closes new connections at once; it may not use TLS',
    advice:
      "write http:// in --etcd-endpoints if etcd doesn't use TLS, else look at the log of etcd",
  },
])('$what is told with what to correct', async ({ endpoint, tls, reason, advice }) => {
  const { lost } = startFollowing(endpoint(), { tls: tls() });

  const told = await lost();
  expect(told.reason).toBe(`etcd at ${endpoint()} ${reason}`);
  expect(told.advice.split('; the next try')[0]).toBe(advice);
});

test('a TLS file that is missing is named', async () => {
  const { lost } = startFollowing(open.tlsUrl, { tls: { caFile: file('none.pem') } });

  const { reason, advice } = await lost();

  expect(reason).toContain("can't read the TLS CA file: ENOENT");
  expect(reason).toContain(file('none.pem'));
  expect(advice).toContain(
    'correct --etcd-ca, --etcd-cert and --etcd-key, or the files that they name',
  );
});

test('a certificate and a key that do not fit are named', async () => {
  const tls = { ...clientFiles('client'), keyFile: file('stranger.key') };
  const { lost } = startFollowing(mutual.tlsUrl, { tls });

  expect((await lost()).reason).toContain(
    `${file('client.pem')}, ${file('stranger.key')} don't fit`,
  );
});

test('TLS files that are mended are picked up without a restart', async () => {
  await copyFile(file('other-ca.pem'), file('rotated.pem'));
  const { lost, synced } = startFollowing(open.tlsUrl, { tls: { caFile: file('rotated.pem') } });

  await lost();
  await copyFile(file('ca.pem'), file('rotated.pem'));
  await synced();
});

test('certificates that are rotated while etcd is followed, by another CA, cost no more than the connection', async () => {
  const ours = await mkdtemp(join(dir, 'rotated-'));
  const put = async (from: string, name: string) => {
    for (const end of ['pem', 'key']) {
      await copyFile(file(`${from}.${end}`), join(ours, `${name}.${end}`));
    }
  };
  const next = makeCa(dir, 'next-ca');
  makeCertificate(next, dir, 'next-server');
  makeCertificate(next, dir, 'next-client');
  for (const [from, name] of [
    ['ca', 'ca'],
    ['server', 'server'],
    ['client', 'client'],
  ] as const) {
    await put(from, name);
  }
  const [caFile, certFile, keyFile] = ['ca.pem', 'client.pem', 'client.key'].map((name) =>
    join(ours, name),
  );
  const etcd = await startEtcd({
    tls: {
      certFile: join(ours, 'server.pem'),
      keyFile: join(ours, 'server.key'),
      clientCaFile: String(caFile),
    },
  });
  onTestFinished(() => etcd.dispose());
  const { listener, lostBy, synced, until } = await followForTest(etcd.tlsUrl, {
    tls: { caFile: String(caFile), certFile: String(certFile), keyFile: String(keyFile) },
  });

  // etcd reads the CA of its clients at its start; until ours is replaced it refuses us, and we it.
  await put('next-server', 'server');
  await put('next-ca', 'ca');
  await lostBy(async () => {
    await etcd.stop();
    await etcd.start();
  });
  await put('next-client', 'client');
  await synced();
  await etcd.put(keyOf('a'), '1');

  await until(() => listener.model.has(keyOf('a')), { what: 'the change' });
  expect(listener.snapshots).toHaveLength(1);
});
