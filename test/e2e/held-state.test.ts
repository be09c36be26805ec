/**
 * An etcd that lost its data, or this host's record, asks for the end of all sessions. Around the built daemon: what stands
 * is held, said, kept over a restart, and ends when the data are whole again or an operator says so.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Ended, runBirdkeeper } from '../support/birdkeeper.js';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { NODE_ADDRESS } from '../support/lone-bird.js';
import { waitFor } from '../support/wait-for.js';

const OWN_KEY = '/calico/bgp/v1/host/fault-node/ip_addr_v4';

test('an etcd that comes back empty: every session stays, and all is followed again once it is filled', async () => {
  const site = await faultSiteForTest();
  const before = await site.birdProtocols();
  const reloads = site.reloads();

  await site.etcd.wipe();

  await held(site, 'the datastore has no node any more, and it had some');
  expect(await site.birdProtocols()).toBe(before);
  expect(site.reloads()).toBe(reloads);
  await site.ready(200);
  expect(await site.page('/readyz')).toContain(
    'what the datastore asks for is held back: the datastore has no node any more',
  );
  const { problems } = await site.status();
  expect(problems).toContainEqual(expect.objectContaining({ code: 'state-held', key: 'nodes' }));
  expect(await site.page('/metrics')).toContain('\nbirdkeeper_held 1\n');
  site.data.nextAddress(7);
  await site.etcd.putAll(site.data.entries());
  await site.settled();
  await notHeld(site);
  expect(await site.page('/metrics')).toContain('\nbirdkeeper_held 0\n');
  await site.changeHost(8);
  await site.settled();
});

test('an etcd that is refilled bit by bit: no session goes in between', async () => {
  const site = await faultSiteForTest();
  const before = await site.birdProtocols();
  await site.etcd.wipe();
  await held(site, 'the datastore has no node any more');

  const entries = site.data.entries();
  await site.etcd.putAll(entries.slice(0, 20));

  await held(site, 'is not whole again');
  expect(await site.birdProtocols()).toBe(before);
  await site.etcd.putAll(entries);
  await notHeld(site);
  expect(await site.birdProtocols()).toBe(before);
});

test.each([
  ['while birdkeeper follows it', true],
  ['while birdkeeper is away', false],
])(
  'an etcd that is put back to when it had three nodes, %s: every session stays',
  async (_, isRunning) => {
    const site = await faultSiteForTest({ isStarted: false });
    const late = Array.from({ length: 17 }, (_none, i) => i + 4);
    await site.etcd.txn(late.map((host) => ({ delete: site.data.addressKey(host) })));
    await site.etcd.backUp();
    await site.etcd.putAll(site.data.entries());
    site.start();
    await site.settled();
    const before = await site.birdProtocols();
    if (!isRunning) {
      await site.birdkeeper.stop('SIGKILL');
    }

    await site.etcd.restore();

    if (!isRunning) {
      site.start();
    }
    await held(site, 'is not whole again: it asks for 3 of 20 sessions');
    expect(await site.birdProtocols()).toBe(before);
    expect((await site.run('diff')).stderr).toContain('it asks for 3 of 20 sessions');
    await site.etcd.putAll(site.data.entries());
    await notHeld(site);
    expect(await site.birdProtocols()).toBe(before);
    // It is the store that is followed from here on, and may become smaller.
    await becomeSmaller(site, late.slice(0, 9));
  },
);

test.each([
  ['with birdkeeper running on', false],
  ['with a birdkeeper that is started anew meanwhile', true],
])(
  'a bad key whose last good value counts keeps it when etcd is emptied and refilled, %s',
  async (_, isRestarted) => {
    const site = await faultSiteForTest();
    const before = await site.birdProtocols();
    const key = site.data.addressKey(5);
    await site.etcd.put(key, 'no address');
    await waitFor(
      async () => (await site.status()).problems.some((problem) => problem.key === key),
      {
        what: 'the bad key to be told',
      },
    );
    const refill = site.data
      .entries()
      .map(([k, v]): [string, string] => [k, k === key ? 'no address' : v]);

    await site.etcd.wipe();
    await held(site, 'the datastore has no node');
    if (isRestarted) {
      await site.birdkeeper.stop('SIGKILL');
      site.start();
      await held(site, 'the datastore has no node');
    }
    await site.etcd.putAll(refill);

    await notHeld(site);
    expect(await site.birdProtocols()).toBe(before);
  },
);

test('a node that is missing from etcd keeps its sessions until it is there again', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await site.etcd.put(OWN_KEY, NODE_ADDRESS);
  site.start();
  await site.settled();
  const before = await site.birdProtocols();

  await site.etcd.delete(OWN_KEY);
  await site.changeHost(7);

  await held(site, 'this node has no address in the datastore any more');
  expect(await site.birdProtocols()).toBe(before);
  await site.etcd.put(OWN_KEY, NODE_ADDRESS);
  await site.settled();
  await notHeld(site);
});

test.each([
  ['while it holds', true],
  ['and etcd is emptied while it is away', false],
])('a birdkeeper that is killed %s holds after the start, too', async (_, isHeldBefore) => {
  const site = await faultSiteForTest();
  const before = await site.birdProtocols();
  if (isHeldBefore) {
    await site.etcd.wipe();
    await held(site, 'the datastore has no node');
    await site.birdkeeper.stop('SIGKILL');
  } else {
    await site.birdkeeper.stop('SIGKILL');
    await site.etcd.wipe();
  }
  // A BIRD that starts anew reads what stands.
  await site.bird.kill();
  await site.bird.startAgain();

  site.start();

  await held(site, 'the datastore has no node');
  expect(await site.birdProtocols()).toBe(before);
  await site.etcd.putAll(site.data.entries().slice(0, 20));
  await held(site, 'is not whole again');
  expect(await site.birdProtocols()).toBe(before);
  await site.etcd.putAll(site.data.entries());
  await site.changeHost(3);
  await site.settled();
});

test('`birdkeeper release` lets through what is held, and nothing when nothing is', async () => {
  const site = await faultSiteForTest();
  expect(await release(site)).toMatchObject({
    exitStatus: 1,
    stderr: `birdkeeper: nothing is held in ${join(site.dir, 'state')}\n`,
  });
  await site.etcd.wipe();
  await held(site, 'the datastore has no node any more');

  expect(await release(site)).toEqual({
    exitStatus: 0,
    stdout: 'let through: the datastore has no node any more, and it had some\n',
    stderr: '',
  });

  await waitFor(async () => (await site.birdProtocols()) === '', { what: 'all sessions to go' });
  await notHeld(site);
  expect((await release(site)).exitStatus).toBe(1);
  // It stands now: what comes next is as usual.
  await site.etcd.putAll(site.data.entries());
  await site.settled();
});

test('a cluster that becomes smaller bit by bit is followed as usual, down to no session', async () => {
  const site = await faultSiteForTest();
  const hosts = Array.from({ length: 20 }, (_, i) => i + 1);

  for (const [from, to] of [
    [0, 10],
    [10, 15],
    [15, 17],
    [17, 18],
    [18, 20],
  ]) {
    await becomeSmaller(site, hosts.slice(from, to));
  }

  expect(await site.birdProtocols()).toBe('');
  expect(await site.logLines('warn')).not.toContainEqual(
    expect.objectContaining({ outcome: 'held' }),
  );
});

test('a reflector keeps its clients when all of them are gone at once', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await site.etcd.put(
    `/calico/bgp/v1/global/peer_v4/${NODE_ADDRESS}`,
    JSON.stringify({ ip: NODE_ADDRESS, as_num: '64512' }),
  );
  site.start(['--role', 'reflector']);
  await waitFor(async () => (await site.birdProtocols()).split('\n').length === 20, {
    what: 'a session with each client',
  });
  const before = await site.birdProtocols();

  await site.etcd.wipe();

  await held(site, 'the datastore has no node any more');
  expect(await site.birdProtocols()).toBe(before);
});

/** Takes the addresses of these hosts away at one go, and waits until that is followed. */
async function becomeSmaller(site: FaultSite, hosts: readonly number[]): Promise<void> {
  for (const host of hosts) {
    site.data.dropAddress(host);
  }
  await site.etcd.txn(hosts.map((host) => ({ delete: site.data.addressKey(host) })));
  await site.settled();
}

/** Waits until the status says that a state is held for this reason. */
async function held(site: FaultSite, reason: string): Promise<void> {
  await waitFor(async () => (await site.status()).held?.reason.includes(reason), {
    what: `the status to say "${reason}"`,
  });
}

async function notHeld(site: FaultSite): Promise<void> {
  await waitFor(async () => (await site.status()).held === undefined, {
    what: 'nothing to be held',
  });
}

function release(site: FaultSite): Promise<Ended> {
  return runBirdkeeper(['release', '--state-dir', join(site.dir, 'state')]);
}
