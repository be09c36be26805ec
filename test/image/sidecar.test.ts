/**
 * The container image as a sidecar, by the commands of docker/README.md as printed: birdkeeper in a container of its own, and
 * BIRD in another one or on the host.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { type Container, withContainer } from '../support/container.js';
import { builtImage } from '../support/image.js';
import { withLab } from '../support/lab.js';
import { mountedElsewhere, printedBlocks, printedRun } from '../support/readme-commands.js';
import { MESH_SESSIONS, meshKeys, withPair } from '../support/sidecar-pair.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const ROUTE = '192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird';

const image = builtImage();
const [, , hostBlock = ''] = await printedBlocks('Sidecar');

test('the commands as printed make BIRD and birdkeeper in two containers, on volumes that were not there', async () => {
  await withPair(image, async ({ lab, bird, birdkeeper }) => {
    await bird.waitForSessions(MESH_SESSIONS);
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

test('a first start with a dead neighbor has its routes without waiting for that one', async () => {
  const neighbors = ['kube-node2'];
  await withPair(
    image,
    async ({ lab, bird }) => {
      await bird.waitForSessions(['Mesh_172_17_42_32']);
      await lab.host('kube-node1').waitForRoute(ROUTE);
      expect(await bird.logs()).not.toContain('Graceful restart started');
    },
    { neighbors },
  );
});

test('what docker exec leaves behind in birdkeeper is taken away', async () => {
  await withPair(image, async ({ birdkeeper }) => {
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
    await lab.putAll(meshKeys);
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
