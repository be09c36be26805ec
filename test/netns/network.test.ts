import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Namespace, Network, removeLeftovers } from '../support/netns.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const networks: Network[] = [];

afterEach(async () => {
  for (const network of networks.splice(0)) {
    await network.dispose();
  }
});

async function twoHosts(): Promise<{ network: Network; node1: Namespace; node2: Namespace }> {
  const network = await Network.create(['172.17.42.1/16', 'fd00:17::1/64']);
  networks.push(network);
  const node1 = await network.addHost('node1', {
    addresses: ['172.17.42.31/16', 'fd00:17::31/64'],
    gateway: '172.17.42.1',
  });
  const node2 = await network.addHost('node2', {
    addresses: ['172.17.42.32/16', 'fd00:17::32/64'],
  });
  return { network, node1, node2 };
}

/** Another process with a network that it doesn't give up, and what the names of its namespaces start with. */
async function otherRun() {
  const script = ['test/support/run-ts.mjs', 'test/support/hold-network.ts'];
  const other = spawn(process.execPath, script, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(other.stdout, 'data');
  return { other, id: String(line).trim() };
}

test('hosts on one bridge reach each other and the gateway over IPv4 and IPv6', async () => {
  const { node1 } = await twoHosts();

  for (const address of ['172.17.42.32', '172.17.42.1', 'fd00:17::32']) {
    const answer = await node1.exec('ping', ['-c', '1', '-W', '2', address]);
    expect(answer).toContain('1 received');
  }
  expect(await node1.routes()).toBe(
    'default via 172.17.42.1 dev eth0\n172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.31',
  );
});

test('a workload is one route of its host, and is reached from outside once there is a way to the host', async () => {
  const { network, node1, node2 } = await twoHosts();
  const link = { interfaceName: 'cali1f3c9fa633a', address: '192.168.0.2' };
  const workload = await network.addWorkload(node1, link);

  expect(await node1.routes()).toContain('192.168.0.2 dev cali1f3c9fa633a scope link');
  expect(await workload.exec('ping', ['-c', '1', '-W', '2', '172.17.42.31'])).toContain(
    '1 received',
  );
  await node2.ip('route', 'add', '192.168.0.0/26', 'via', '172.17.42.31');
  expect(await node2.exec('ping', ['-c', '1', '-W', '2', '192.168.0.2'])).toContain('1 received');
});

test('the stand-in for tunl0 is up and has its address', async () => {
  const { network, node1 } = await twoHosts();

  await network.addTunnel(node1, '192.168.0.1');

  expect(await node1.ip('-4', 'addr', 'show', 'dev', 'tunl0', 'up')).toContain('192.168.0.1/32');
});

test('dispose ends what runs in the namespaces, also what that has started, and removes them', async () => {
  const { network, node1 } = await twoHosts();
  const command = node1.start('sh', ['-c', 'sleep 600 & sleep 600'], '/dev/null');
  const pids = await waitFor(async () => twoPids(await node1.ip('netns', 'pids', node1.id)), {
    what: 'both processes',
  });

  await network.dispose();

  expect(command.isRunning).toBe(false);
  expect(namespacesOf(network.id)).toEqual([]);
  for (const pid of pids) {
    await waitFor(() => !existsSync(`/proc/${pid}`), { what: `end of ${pid}` });
  }
});

test('what a killed run has left is removed, and what a living run has is not', async () => {
  const { network } = await twoHosts();
  const { other, id } = await otherRun();
  removeLeftovers();
  expect(namespacesOf(id)).toHaveLength(2);

  other.kill('SIGKILL');
  await once(other, 'exit');

  removeLeftovers();
  // Another test's network may have begun to remove them at the same moment.
  await waitFor(() => namespacesOf(id).length === 0, {
    what: 'namespaces of the killed run to go',
  });
  await waitFor(() => !existsSync(join(tmpdir(), id)), { what: 'folder of the killed run to go' });
  expect(namespacesOf(network.id)).toHaveLength(3);
  expect(existsSync(network.dir)).toBe(true);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a run that %s ends removes its namespaces',
  async (signal) => {
    const { other, id } = await otherRun();

    other.kill(signal);
    const [exitCode, endedBy] = await once(other, 'exit');

    expect([exitCode, endedBy]).toEqual([null, signal]);
    expect(namespacesOf(id)).toEqual([]);
  },
);

function namespacesOf(networkId: string): readonly string[] {
  return readdirSync('/run/netns').filter((name) => name.startsWith(networkId));
}

function twoPids(text: string): readonly string[] | undefined {
  const pids = text.trim().split('\n');
  return pids.length >= 3 ? pids : undefined;
}
