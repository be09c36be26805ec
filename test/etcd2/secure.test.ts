/** TLS and users, over the v2 API. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { openDatastore } from '../../src/datastore/open-datastore.js';
import { makeCa, makeCertificate } from '../support/certificates.js';
import { KEY_PREFIXES, keyOf } from '../support/etcd-fixture.js';
import {
  datastore2Of,
  etcd2ForTest,
  follow2ForTest,
  knows,
  V2Writer,
} from '../support/etcd2-fixture.js';
import type { Etcd } from '../support/start-etcd.js';

async function folderForTest(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'birdkeeper-etcd2-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('etcd is followed with a client certificate, and refused without', async () => {
  const dir = await folderForTest();
  const ca = makeCa(dir, 'ca');
  const server = makeCertificate(ca, dir, 'server');
  const { certFile, keyFile } = makeCertificate(ca, dir, 'client');
  const etcd = await etcd2ForTest({ tls: { ...server, clientCaFile: ca.certFile } });
  const caFile = ca.certFile;

  const { listener } = await follow2ForTest(etcd.tlsUrl, { tls: { caFile, certFile, keyFile } });
  await new V2Writer(etcd).put(keyOf('a'), '1');
  await knows(listener, { [keyOf('a')]: '1' });

  await expect(datastore2Of(etcd.tlsUrl, { tls: { caFile } }).read()).rejects.toMatchObject({
    message: expect.stringContaining('client certificate'),
  });
  await expect(datastore2Of(etcd.tlsUrl).read()).rejects.toMatchObject({
    message: expect.stringContaining("our CA file didn't sign"),
    advice: expect.stringContaining('--etcd-ca'),
  });
  await expect(datastore2Of(etcd.tlsUrl.replace('https:', 'http:')).read()).rejects.toMatchObject({
    message: expect.stringContaining('dropped the connection'),
    advice: expect.stringContaining('https://'),
  });
});

test('a user logs in with the password that the file holds at the time', async () => {
  const etcd = await etcd2ForTest();
  await new V2Writer(etcd).put(keyOf('a'), '1');
  await enableAuth(etcd);
  const passwordFile = join(await folderForTest(), 'password');
  await writeFile(passwordFile, 'wrong\n');
  const datastore = await openDatastore(
    {
      kind: 'etcd2',
      endpoints: [etcd.url],
      keyPrefixes: KEY_PREFIXES,
      auth: { username: 'root', passwordFile },
    },
    { clock: systemClock, logger: silentLogger },
  );

  await expect(datastore.read()).rejects.toMatchObject({
    message: expect.stringContaining("doesn't let us in"),
    advice: expect.stringContaining('--etcd-username'),
    isRetryable: false,
  });
  await writeFile(passwordFile, 'secret\n');
  const { entries } = await datastore.read();

  expect(entries).toEqual([{ key: keyOf('a'), value: '1' }]);
  expect(datastore.description).toBe(`etcd2 ${etcd.url}`);
});

/** Makes a user `root` with the password `secret`, without whom nothing can be read. */
async function enableAuth({ url }: Etcd): Promise<void> {
  const root = { authorization: `Basic ${Buffer.from('root:secret').toString('base64')}` };
  const call = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${url}/v2/auth/${path}`, {
      method: 'PUT',
      headers: { ...root, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
  };
  await call('users/root', { user: 'root', password: 'secret' });
  await call('enable', {});
  const everything = { kv: { read: ['/*'], write: ['/*'] } };
  await call('roles/guest', { role: 'guest', revoke: everything });
}
