/**
 * What events cost where BIRD runs in containers (docs/guarantees.md): the kernel's account of routes, and pings at 100 a second,
 * on a node and on its peer.
 */
import { expect, test } from 'vitest';
import { type Container, withContainer } from '../support/container.js';
import { builtImage, podman } from '../support/image.js';
import type { Lab } from '../support/lab.js';
import { printedBlocks, printedRun } from '../support/readme-commands.js';
import {
  CLIENTS,
  expectRoutes,
  type ReflectorSite,
  withReflector,
} from '../support/reflector-container.js';
import { RouteWatch } from '../support/route-watch.js';
import { waitFor } from '../support/wait-for.js';

const image = builtImage();
const [reflectorBlock = ''] = await printedBlocks('Route reflector');

test('a killed BIRD and a killed birdkeeper come back, which costs nothing, and new routes arrive', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async (site) => {
    await isUp(site);
    await hasMark(site.reflector);
    const watch = await RouteWatch.start(nodesOf(site.lab));

    await site.reflector.killAndWait('birdkeeper');
    await site.reflector.killAndWait('bird');
    await site.reflector.waitForSessions(CLIENTS);
    await site.lab.put('/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.1.0-26', '{}');

    const added = '192.168.1.0/26 via 172.17.42.32 dev eth0 proto bird';
    await site.lab.host('kube-node1').waitForRoute(added);
    await watch.expectNothingLost();
  });
});

test('docker stop ends birdkeeper, then BIRD, with status 0, and with the start after it costs nothing', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async (site) => {
    await isUp(site);
    const watch = await RouteWatch.start(nodesOf(site.lab));

    await site.reflector.stop();

    expect(await site.reflector.exitStatus()).toBe(0);
    const output = await site.reflector.logs();
    expect(output).toMatch(/"msg":"stopping[\s\S]*Shutting down for graceful restart/);
    await site.reflector.startAgain();
    await site.reflector.waitForSessions(CLIENTS);
    await watch.expectNothingLost();
  });
});

test('a replaced reflector costs nothing, also while etcd is away', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async (site) => {
    await isUp(site);
    const watch = await RouteWatch.start(nodesOf(site.lab));

    await site.reflector.stop();
    await site.reflector.dispose();
    await site.lab.stopEtcd();
    await withContainer(site.options, async (next) => {
      await next.waitForSessions(CLIENTS);
      await watch.expectNothingLost();
    });
  });
});

test('kill -9 of the whole reflector, and a new one on its volume, cost nothing', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async (site) => {
    await isUp(site);
    await hasMark(site.reflector);
    const watch = await RouteWatch.start(nodesOf(site.lab));

    await podman(['kill', '--signal', 'KILL', site.reflector.name]);
    await site.reflector.dispose();
    await withContainer(site.options, async (next) => {
      await next.waitForSessions(CLIENTS);
      await watch.expectNothingLost();
    });
  });
});

test('a reflector that starts for the first time sends routes, although one client is dead', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async ({ lab, reflector }) => {
    // Before the reflector has its first configuration: it meets this client never.
    await lab.host('kube-master').bird.stop('SIGKILL');
    await reflector.waitForSessions(CLIENTS.slice(1));
    await lab
      .host('kube-node1')
      .waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
    expect(await reflector.logs()).not.toContain('Graceful restart started');
  });
});

test('SIGHUP to the reflector has birdkeeper read the datastore anew', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async (site) => {
    await isUp(site);
    const timesRead = async () =>
      (await site.reflector.logs()).match(/"msg":"datastore read"/g)?.length ?? 0;
    const before = await timesRead();
    await podman(['kill', '--signal', 'HUP', site.reflector.name]);
    await waitFor(async () => (await timesRead()) > before, { what: 'another reading of etcd' });
    expect(await site.reflector.isRunning()).toBe(true);
  });
});

async function isUp({ lab, reflector }: ReflectorSite): Promise<void> {
  await expectRoutes(lab);
  await reflector.waitForSessions(CLIENTS);
}

/** Waits until BIRD has left word that it runs. */
async function hasMark(container: Container): Promise<void> {
  const look = () => container.exec('cat', '/etc/birdkeeper/config/.bird/ran');
  await waitFor(look, { what: "BIRD's mark" });
}

function nodesOf(lab: Lab) {
  return [lab.host('kube-node1'), lab.host('kube-node2')] as const;
}
