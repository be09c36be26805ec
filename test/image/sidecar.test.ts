/**
 * The container image as a sidecar, by the commands of docker/README.md as printed: birdkeeper in a container of its own, and
 * BIRD in another one or on the host.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { type Container, withContainer } from '../support/container.js';
import { builtImage, podman } from '../support/image.js';
import { type Lab, withLab } from '../support/lab.js';
import { Pinging } from '../support/pinging.js';
import { mountedElsewhere, printedBlocks, printedRun } from '../support/readme-commands.js';
import { reflectorKeys } from '../support/reflector-keys.js';
import { RouteMonitor } from '../support/route-monitor.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const MESH = '/calico/bgp/v1/global/node_mesh';
const SESSIONS = ['Mesh_172_17_42_30', 'Mesh_172_17_42_32'];
const ROUTE = '192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird';

const image = builtImage();
const [birdBlock = '', birdkeeperBlock = '', hostBlock = ''] = await printedBlocks('Sidecar');

test('the commands as printed make BIRD and birdkeeper in two containers, on volumes that were not there', async () => {
  await withPair(async ({ lab, bird, birdkeeper }) => {
    await bird.waitForSessions(SESSIONS);
    const host = lab.host('kube-node1');
    await host.waitForRoute(ROUTE);
    expect(await host.ping('192.168.0.2', '192.168.0.64')).toContain(' 1 received');

    const userOf = async (container: Container) =>
      (await container.exec('stat', '-c', '%u', '/proc/1')).trim();
    expect([await userOf(bird), await userOf(birdkeeper)]).toEqual(['179', '180']);
    expect(await bird.exec('/usr/lib/birdkeeper/container/health')).toBe('');
    expect(await birdkeeper.exec('/usr/lib/birdkeeper/container/health')).toBe('');
  });
});

test('docker stop and start of bird cost neither a route nor a ping, here and on a neighbor', async () => {
  await withPair(async ({ lab, bird }) => {
    await bird.waitForSessions(SESSIONS);
    const node = lab.host('kube-node1');
    const peer = lab.host('kube-node2');
    await node.waitForRoute(ROUTE);
    await peer.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
    const monitors = [node, peer].map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
    await Promise.all(monitors.map((monitor) => monitor.started()));
    const pinging = new Pinging(node, 10);
    await pinging.goesOn();

    await bird.stop();
    expect(await bird.exitStatus()).toBe(0);
    await bird.startAgain();
    await bird.waitForSessions(SESSIONS);
    await pinging.goesOn();

    for (const monitor of monitors) {
      expect(await monitor.deleted()).toEqual([]);
    }
    expect(await pinging.lost()).toBe(0);
  });
});

test('what docker exec leaves behind in birdkeeper is taken away', async () => {
  await withPair(async ({ birdkeeper }) => {
    await birdkeeper.exec('sh', '-c', 'sh -c "sleep 0.1" & exit 0');
    const zombies = async () =>
      (await birdkeeper.exec('sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null || true'))
        .split('\n')
        .filter((line) => / Z /.test(line));
    await waitFor(
      async () => {
        const names = await birdkeeper.exec(
          'sh',
          '-c',
          'cat /proc/[0-9]*/comm 2>/dev/null || true',
        );
        return !names.includes('sleep') && (await zombies()).length === 0;
      },
      { what: 'no process of docker exec to be left' },
    );
    expect(await birdkeeper.exec('cat', '/proc/1/comm')).toContain('tini');
  });
});

test('with a BIRD of the host the commands as printed keep it configured', async () => {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll({ ...reflectorKeys, [MESH]: '{"enabled": true}' });
    const host = lab.host('kube-node1');
    // The folder is made as printed: its options are those of the block, its place is this host's.
    const [install = ''] = hostBlock.split('\n');
    await runCommand('sh', ['-c', install.replace('/etc/birdkeeper/config', host.bird.configDir)]);
    await Promise.all(lab.hosts.map(({ bird }) => bird.start()));
    for (const other of lab.hosts) {
      if (other !== host) {
        other.startBirdkeeper();
      }
    }
    // As Debian's service does it: BIRD's socket is group bird's. The lab's BIRD is root's.
    await runCommand('chgrp', ['bird', join(host.dir, 'bird.ctl')]);
    const { options, args } = await printedRun(hostBlock);
    const places = { '/etc/birdkeeper/config': host.bird.configDir, '/run/bird': host.dir };
    const sidecar = {
      image: image.name,
      namespace: host.namespace,
      options: mountedElsewhere(options, places),
      args,
    };
    await withContainer(sidecar, async () => {
      await host.waitForRoute(ROUTE);
      const group = await runCommand('stat', ['-c', '%G %a', host.bird.configDir]);
      expect(group.trim()).toBe('bird 2750');
    });
  });
});

interface Pair {
  readonly lab: Lab;
  readonly bird: Container;
  readonly birdkeeper: Container;
}

/** Runs `work` with both containers of kube-node1, as printed, and the others' BIRDs in the lab. */
async function withPair(work: (pair: Pair) => Promise<void>): Promise<void> {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll({ ...reflectorKeys, [MESH]: '{"enabled": true}' });
    const { namespace } = lab.host('kube-node1');
    const places = { birdkeeper: `${lab.network.id}-config`, bird: `${lab.network.id}-run` };
    const asPrinted = async (block: string) => {
      const { options, args } = await printedRun(block);
      return { image: image.name, namespace, options: mountedElsewhere(options, places), args };
    };
    for (const host of ['kube-master', 'kube-node2'].map((name) => lab.host(name))) {
      await host.bird.start();
      host.startBirdkeeper();
    }
    try {
      await withContainer(await asPrinted(birdBlock), async (bird) => {
        await waitFor(async () => (await bird.logs()).includes('waiting for birdkeeper'), {
          what: 'BIRD to wait for its configuration',
        });
        await withContainer(await asPrinted(birdkeeperBlock), (birdkeeper) =>
          work({ lab, bird, birdkeeper }),
        );
      });
    } finally {
      await podman(['volume', 'rm', '--force', ...Object.values(places)]);
    }
  });
}
