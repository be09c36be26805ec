import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { openDatastore } from '../../src/datastore/open-datastore.js';
import {
  etcdForTest,
  followForTest,
  KEY_PREFIXES,
  keyOf,
  proxyForTest,
  startFollowing,
} from '../support/etcd-fixture.js';
import { folderForTest } from '../support/folder.js';
import { follow } from '../support/recording-listener.js';
import type { Etcd } from '../support/start-etcd.js';

const AUTH = { username: 'birdkeeper', password: 'open sesame' };

/** An etcd with authentication on, and a user that may read `/calico/`. */
async function etcdWithUsers({ ttlSeconds = 300 } = {}): Promise<Etcd> {
  const etcd = await etcdForTest({ args: ['--bcrypt-cost=4', `--auth-token-ttl=${ttlSeconds}`] });
  await etcd.put(keyOf('a'), '1');
  for (const name of ['root', AUTH.username]) {
    await etcd.call('auth/user/add', { name, password: AUTH.password });
    await etcd.call('auth/role/add', { name });
    await etcd.call('auth/user/grant', { user: name, role: name });
  }
  await grantRead(etcd);
  await etcd.call('auth/enable', {});
  etcd.useCredentials('root', AUTH.password);
  return etcd;
}

async function grantRead(etcd: Etcd): Promise<void> {
  const range = { key: base64('/calico/'), range_end: base64('/calico0') };
  await etcd.call('auth/role/grant', { name: AUTH.username, perm: { permType: 'READ', ...range } });
}

async function revokeRead(etcd: Etcd): Promise<void> {
  const range = { key: base64('/calico/'), range_end: base64('/calico0') };
  await etcd.call('auth/role/revoke', { role: AUTH.username, ...range });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('a user who may read the keys and nothing else follows them', async () => {
  const etcd = await etcdWithUsers();
  const { listener, until } = await followForTest(etcd.url, { auth: AUTH });

  await etcd.put(keyOf('a'), '2');
  await until(() => listener.model.get(keyOf('a')) === '2', { what: 'the change' });

  expect(listener.states.map(({ kind }) => kind)).toEqual(['connecting', 'synced']);
});

test.each([
  {
    what: 'a wrong password',
    auth: { ...AUTH, password: 'wrong' },
    reason: 'refuses our user name or password',
    advice: 'correct --etcd-username, or the password in --etcd-password-file',
  },
  {
    what: 'no user',
    auth: undefined,
    reason: 'asks for a user name and password',
    advice: 'give them with --etcd-username and --etcd-password-file',
  },
])('$what is told as a mistake of configuration', async ({ auth, reason, advice }) => {
  const etcd = await etcdWithUsers();
  const { lost } = startFollowing(etcd.url, auth ? { auth } : {});

  expect(await lost()).toEqual({
    kind: 'lost',
    reason: `etcd at ${etcd.url} ${reason}`,
    advice,
  });
});

test('a user without permission is told so, and follows as soon as the permission is granted', async () => {
  const etcd = await etcdWithUsers();
  await revokeRead(etcd);
  const { lost, synced, listener } = startFollowing(etcd.url, { auth: AUTH });

  const { reason, advice } = await lost();
  await grantRead(etcd);
  await synced();

  expect(reason).toBe(`etcd at ${etcd.url} doesn't let our user read the keys`);
  expect(advice).toContain('etcdctl role grant-permission');
  expect(listener.model.size).toBe(1);
});

test('a permission that is taken away while following is told', async () => {
  const etcd = await etcdWithUsers();
  const { lost } = await followForTest(etcd.url, { auth: AUTH });

  const isLost = lost();
  await revokeRead(etcd);

  expect((await isLost).reason).toBe(`etcd at ${etcd.url} doesn't let our user read the keys`);
});

test('a token that expires is renewed without an outage', async () => {
  // Long enough for the first questions of a busy machine.
  const etcd = await etcdWithUsers({ ttlSeconds: 4 });
  let logins = 0;
  const password = () => {
    logins++;
    return AUTH.password;
  };
  const auth = { username: AUTH.username, password };
  const { listener, until } = await followForTest(etcd.url, { auth, probeMs: 6_000 });

  await until(() => logins > 1, { what: 'a second login' });
  await etcd.put(keyOf('a'), '2');
  await until(() => listener.model.get(keyOf('a')) === '2', { what: 'the change' });

  expect(listener.states.map(({ kind }) => kind)).toEqual(['connecting', 'synced']);
});

test('a connection that is lost after its token expired is resumed', async () => {
  const etcd = await etcdWithUsers({ ttlSeconds: 1 });
  const proxy = await proxyForTest(etcd);
  const { listener, lost, until, synced } = await followForTest(proxy.url, { auth: AUTH });

  // An etcd that restarts has forgotten all tokens.
  const isLost = lost();
  await etcd.stop();
  await isLost;
  await etcd.start();
  await synced();
  await etcd.put(keyOf('a'), '2');
  await until(() => listener.model.get(keyOf('a')) === '2', { what: 'the change' });

  expect(listener.snapshots).toHaveLength(1);
});

test('a user does no harm at an etcd without authentication', async () => {
  const etcd = await etcdForTest();
  const { listener } = await followForTest(etcd.url, { auth: AUTH });

  expect(listener.lastState).toEqual({ kind: 'synced' });
});

test('a password file is read for each connection, so that a mended one is picked up', async () => {
  const etcd = await etcdWithUsers();
  const passwordFile = join(await folderForTest(), 'password');
  const datastore = await openDatastore(
    {
      kind: 'etcd3',
      endpoints: [etcd.url],
      keyPrefixes: KEY_PREFIXES,
      auth: { username: AUTH.username, passwordFile },
    },
    { clock: systemClock, logger: silentLogger },
  );
  const { lost, synced, stop } = follow(datastore);
  onTestFinished(stop);

  const missing = await lost();
  const isRefused = lost();
  await writeFile(passwordFile, 'wrong');
  const refused = await isRefused;
  await writeFile(passwordFile, `${AUTH.password}\n`);
  await synced();
  await rm(passwordFile);

  expect(missing.reason).toContain(`can't read the password file of etcd: ENOENT`);
  expect(refused.reason).toContain('refuses our user name or password');
});
