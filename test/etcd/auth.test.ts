import { readFile, rm, writeFile } from 'node:fs/promises';
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
import { waitFor } from '../support/wait-for.js';

const AUTH = { username: 'birdkeeper', password: 'open sesame' };

/** An etcd with authentication on, and a user that may read `/calico/`. */
async function etcdWithUsers({ ttlSeconds = 300, bcryptCost = 4 } = {}): Promise<Etcd> {
  const etcd = await etcdForTest({
    args: [`--bcrypt-cost=${bcryptCost}`, `--auth-token-ttl=${ttlSeconds}`],
  });
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
])('$what is told with what to correct', async ({ auth, reason, advice }) => {
  const etcd = await etcdWithUsers();
  const { lost } = startFollowing(etcd.url, auth ? { auth } : {});

  const told = await lost();
  expect(told.reason).toBe(`etcd at ${etcd.url} ${reason}`);
  expect(told.advice).toContain(advice);
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

test.each([
  { what: 'a probe', times: { probeMs: 6_000 } },
  { what: 'an audit', times: { probeMs: 60_000, auditMs: 12_000 } },
])('a token that expires is renewed by $what, without an outage', async ({ times }) => {
  // Long enough for the first questions of a busy machine.
  const etcd = await etcdWithUsers({ ttlSeconds: 4 });
  const { listener, until } = await followForTest(etcd.url, { auth: AUTH, ...times });
  await etcd.put(keyOf('a'), '2');
  await until(() => listener.model.get(keyOf('a')) === '2', { what: 'the change' });

  const logins = await etcd.logins();
  await until(async () => (await etcd.logins()) > logins, {
    what: 'a second login',
    timeoutMs: 25_000,
  });
  await etcd.put(keyOf('a'), '3');
  await until(() => listener.model.get(keyOf('a')) === '3', { what: 'the change after it' });

  expect(listener.states.map(({ kind }) => kind)).toEqual(['connecting', 'synced']);
});

test('a connection that is lost after its token expired is resumed', async () => {
  const etcd = await etcdWithUsers({ ttlSeconds: 1 });
  const proxy = await proxyForTest(etcd);
  const { listener, lostBy, until, synced } = await followForTest(proxy.url, { auth: AUTH });

  // An etcd that restarts has forgotten all tokens.
  await lostBy(() => etcd.stop());
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

test('a wrong password is not tried again soon, and it is said when', async () => {
  const etcd = await etcdWithUsers();
  const before = Date.now();
  const auth = { ...AUTH, password: 'wrong' };
  const { lost } = startFollowing(etcd.url, { auth, refusedBaseMs: 600_000 });
  const { advice } = await lost();
  const logins = await etcd.logins();

  // Another one is followed meanwhile, for as long as several retries would take.
  const { listener, until } = await followForTest(etcd.url, { auth: AUTH });
  const heard = listener.heardCount;
  await until(() => listener.heardCount > heard + 8, { what: 'eight probes' });

  expect((await etcd.logins()) - logins).toBe(1);
  const at = Date.parse(/the next try is at (\S+),/.exec(advice)?.[1] ?? '');
  expect(at).toBeGreaterThan(before + 299_000);
  expect(at).toBeLessThan(Date.now() + 601_000);
});

test('a wrong password is tried at each endpoint once, before the long wait', async () => {
  const etcd = await etcdWithUsers();
  const first = await proxyForTest(etcd);
  const second = await proxyForTest(etcd);
  const auth = { ...AUTH, password: 'wrong' };
  const { listener, until } = startFollowing([first.url, second.url], {
    auth,
    refusedBaseMs: 600_000,
  });

  await until(({ lastState }) => lastState?.kind === 'lost' && /next try/.test(lastState.advice), {
    what: 'a long wait',
  });

  expect(listener.states.filter(({ kind }) => kind === 'lost')).toHaveLength(2);
  expect([first.connections, second.connections]).toEqual([1, 1]);
});

test('a password file that is mended is tried at once, however far away the next try is', async () => {
  const etcd = await etcdWithUsers();
  const passwordFile = join(await folderForTest(), 'password');
  await writeFile(passwordFile, 'wrong');
  const password = () => readFile(passwordFile, 'utf8');
  const { lost, synced } = startFollowing(etcd.url, {
    auth: { username: AUTH.username, password },
    refusedBaseMs: 600_000,
  });

  await lost();
  await writeFile(passwordFile, AUTH.password);

  await synced();
});

test('a password that is rotated while its user follows costs no more than the connection', async () => {
  const etcd = await etcdWithUsers();
  const passwordFile = join(await folderForTest(), 'password');
  await writeFile(passwordFile, AUTH.password);
  const password = () => readFile(passwordFile, 'utf8');
  const { listener, lostBy, synced } = await followForTest(etcd.url, {
    auth: { username: AUTH.username, password },
    refusedBaseMs: 600_000,
  });

  // With it go all tokens of that user, and the next sign of life wants a new one.
  await lostBy(() => etcd.call('auth/user/changepw', { name: AUTH.username, password: 'rotated' }));
  await etcd.put(keyOf('a'), '2');
  await writeFile(passwordFile, 'rotated');
  await synced();

  await waitFor(() => listener.model.get(keyOf('a')) === '2', { what: 'the change' });
  expect(listener.snapshots).toHaveLength(1);
});

test('a password that is corrected in etcd is picked up at the next try', async () => {
  const etcd = await etcdWithUsers();
  const { lost, synced } = startFollowing(etcd.url, { auth: { ...AUTH, password: 'new' } });

  await lost();
  await etcd.call('auth/user/changepw', { name: AUTH.username, password: 'new' });

  await synced();
});

test('logins that etcd is too busy for are not repeated soon', async () => {
  // So that checking a password takes longer than we wait, and making one on a busy machine not as long as etcd waits: 5.4 s.
  const etcd = await etcdWithUsers({ bcryptCost: 12 });
  const { until } = startFollowing(etcd.url, {
    auth: AUTH,
    connectMs: 100,
    refusedBaseMs: 600_000,
  });

  await until(
    ({ lastState }) =>
      lastState?.kind === 'lost' &&
      lastState.reason.includes("doesn't answer our login in time") &&
      lastState.advice.includes('the next try is at'),
    { what: 'a long wait' },
  );
});
