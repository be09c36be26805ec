/** What docker/README.md says of a reflector's first start, of its end and of SIGHUP. What is lost: guarantees.test.ts. */
import { expect, test } from 'vitest';
import { builtImage, podman } from '../support/image.js';
import { printedBlocks, printedRun } from '../support/readme-commands.js';
import {
  CLIENTS,
  expectRoutes,
  type ReflectorSite,
  withReflector,
} from '../support/reflector-container.js';
import { waitFor } from '../support/wait-for.js';

const image = builtImage();
const [reflectorBlock = ''] = await printedBlocks('Route reflector');

test('docker stop ends birdkeeper, then BIRD, with status 0', async () => {
  const { options } = await printedRun(reflectorBlock);
  await withReflector(image, options, async ({ lab, reflector }) => {
    await expectRoutes(lab);

    await reflector.stop();

    expect(await reflector.exitStatus()).toBe(0);
    const output = await reflector.logs();
    expect(output).toMatch(/"msg":"stopping[\s\S]*Shutting down for graceful restart/);
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
