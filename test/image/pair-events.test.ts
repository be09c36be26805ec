/**
 * What events cost where BIRD and birdkeeper of a node run in two containers (docs/guarantees.md): the kernel's account of routes,
 * and pings at 100 a second, on the node and on its peer.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Container } from '../support/container.js';
import { builtImage, podman } from '../support/image.js';
import type { Lab } from '../support/lab.js';
import { RouteWatch } from '../support/route-watch.js';
import { MESH_SESSIONS, type Pair, withPair } from '../support/sidecar-pair.js';
import { tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

/** Root of the container has no right to BIRD's folder. */
const AS_BIRD = '/usr/lib/birdkeeper/container/as-bird';

const image = builtImage();

test('docker stop and start of bird cost nothing', async () => {
  await withPair(image, async (pair) => {
    const watch = await watched(pair);
    await pair.bird.stop();
    expect(await pair.bird.exitStatus()).toBe(0);
    await pair.bird.startAgain();
    await pair.bird.waitForSessions(MESH_SESSIONS);
    await watch.expectNothingLost();
  });
});

test('a replaced pair costs nothing, also while etcd is away', async () => {
  await withPair(image, async (pair) => {
    const watch = await watched(pair);
    await pair.birdkeeper.stop();
    expect(await pair.birdkeeper.exitStatus()).toBe(0);
    await pair.bird.stop();
    await pair.birdkeeper.dispose();
    await pair.bird.dispose();
    await pair.lab.stopEtcd();
    await pair.again(async ({ bird }) => {
      await bird.waitForSessions(MESH_SESSIONS);
      await watch.expectNothingLost();
    });
  });
});

test('kill -9 of either container, and its start, cost nothing', async () => {
  await withPair(image, async (pair) => {
    await waitFor(() => pair.bird.exec(AS_BIRD, 'cat', '/run/bird/bird.ran'), {
      what: "BIRD's mark",
    });
    const watch = await watched(pair);
    for (const container of [pair.birdkeeper, pair.bird]) {
      await podman(['kill', '--signal', 'KILL', container.name]);
      await container.exitStatus();
      await container.startAgain();
    }
    await pair.bird.waitForSessions(MESH_SESSIONS);
    await watch.expectNothingLost();
  });
});

test('a first start with a dead neighbor has its routes without waiting for that one', async () => {
  const neighbors = ['kube-node2'];
  await withPair(
    image,
    async ({ lab, bird }) => {
      await bird.waitForSessions(['Mesh_172_17_42_32']);
      await expectRoutes(lab);
      expect(await bird.logs()).not.toContain('Graceful restart started');
    },
    { neighbors },
  );
});

test('while another process has port 179 BIRD waits for it, and is there when it is free', async () => {
  const program = "require('net').createServer().listen({ port: 179, host: '0.0.0.0' })";
  const before = async (lab: Lab) => {
    const { namespace, dir } = lab.host('kube-node1');
    namespace.start(process.execPath, ['-e', program], join(dir, 'listener.log'));
    const look = () => namespace.exec(tools.ss, ['-Hltn', 'sport = :179']);
    await waitFor(look, { what: 'a listener on port 179' });
  };
  await withPair(
    image,
    async ({ lab, bird }) => {
      await said(bird, 'waiting for port 179');
      await lab
        .host('kube-node1')
        .namespace.exec('sh', [
          '-c',
          `kill $(${tools.ss} -Hltnp 'sport = :179' | grep -o 'pid=[0-9]*' | cut -d= -f2)`,
        ]);
      await bird.waitForSessions(MESH_SESSIONS);
      await expectRoutes(lab);
      expect(await bird.logs()).not.toContain('No listening socket');
    },
    { before },
  );
});

async function watched({ lab, bird }: Pair): Promise<RouteWatch> {
  await bird.waitForSessions(MESH_SESSIONS);
  await expectRoutes(lab);
  return RouteWatch.start([lab.host('kube-node1'), lab.host('kube-node2')]);
}

/** The routes of both to each other. */
async function expectRoutes(lab: Lab): Promise<void> {
  const route = (network: string, via: string) => `${network} via ${via} dev eth0 proto bird`;
  await lab.host('kube-node1').waitForRoute(route('192.168.0.64/26', '172.17.42.32'));
  await lab.host('kube-node2').waitForRoute(route('192.168.0.0/26', '172.17.42.31'));
}

async function said(container: Container, text: string): Promise<void> {
  await waitFor(async () => (await container.logs()).includes(text), { what: text });
}
