/**
 * Faults of the machine and of a BIRD that is there and doesn't answer, around one built daemon, one after the other: after each, BIRD
 * runs what etcd holds, the daemon is the same process, and no session was restarted.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { FaultSite } from '../support/fault-site.js';
import { sessionsOf } from '../support/mesh-data.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const DAY_MS = 86_400_000;

let site: FaultSite;
let pid: number;
let clockFile: string;

beforeAll(async () => {
  site = await FaultSite.create();
  clockFile = join(site.dir, 'clock');
  writeFileSync(clockFile, '0');
  const preload = join(projectRoot, 'test/support/jumping-clock.mjs');
  site.start([], ['env', `CLOCK_FILE=${clockFile}`, `NODE_OPTIONS=--import=${preload}`]);
  await site.settled();
  await site.ready(200);
  pid = site.birdkeeper.pid;
});

afterEach(() => writeFileSync(clockFile, '0'));

afterAll(() => site.dispose());

/** Changes a host, and waits until that is in the files, whether BIRD has loaded them or not. */
async function changeOnDisk(host: number): Promise<void> {
  await site.changeHost(host);
  await waitFor(() => sessionsOf(site.configText()) === site.data.expectedSessions(), {
    what: 'the change to be on the disk',
  });
}

/** Waits until all is well again, with the same daemon. */
async function allIsWell(): Promise<void> {
  await site.settled();
  await site.ready(200);
  expect(site.birdkeeper.isRunning && site.birdkeeper.pid).toBe(pid);
}

test('a BIRD that hangs loads what came meanwhile as soon as it goes on', async () => {
  const birdPid = site.bird.pid;
  process.kill(birdPid, 'SIGSTOP');
  await changeOnDisk(1);

  process.kill(birdPid, 'SIGCONT');

  await allIsWell();
  expect(site.bird.pid).toBe(birdPid);
});

test('a BIRD whose socket is gone runs on with what it has, and loads the newest once it can be reached', async () => {
  const [socket, aside] = [site.bird.socket, `${site.bird.socket}.aside`];
  const before = await site.birdProtocols();
  renameSync(socket, aside);
  await changeOnDisk(2);
  await waitFor(async () => (await site.status()).retry, { what: 'a reload to fail' });
  expect((await site.logLines('warn')).map(({ advice }) => String(advice)).join()).toContain(
    socket,
  );

  renameSync(aside, socket);

  expect(before).not.toBe(site.data.expectedProtocols());
  await allIsWell();
});

test('an output directory that somebody deletes comes back with all that was in it, each time', async () => {
  for (const host of [8, 9]) {
    rmSync(site.outputDir, { recursive: true });
    await allIsWell();
    await site.changeHost(host);
    await allIsWell();
  }
});

test.each([
  ['on', 2 * DAY_MS],
  ['back', -2 * DAY_MS],
])('a clock that jumps %s changes nothing', async (_, offsetMs) => {
  await site.holdReloads();
  await site.changeHost(3);
  await site.heldReload();

  // In the midst of a pass.
  writeFileSync(clockFile, String(offsetMs));
  site.releaseReloads();

  await allIsWell();
  await site.failNext('birdc');
  await site.changeHost(4);
  await allIsWell();
  expect(await site.failuresLeft('birdc')).toBe(0);
});

test('a daemon without file descriptors goes on as soon as there are some', async () => {
  const limit = async (most: string) =>
    runCommand('prlimit', [`--pid=${pid}`, `--nofile=${most}:`]);
  const show = ['--nofile', '--output=SOFT', '--noheadings'];
  const usual = (await runCommand('prlimit', [`--pid=${pid}`, ...show])).trim();
  const reloads = site.reloads();
  // What is open stays so; nothing more can be opened.
  await limit('3');

  await site.changeHost(5);

  await waitFor(async () => (await site.logTail()).includes('EMFILE'), {
    what: 'the log to tell that there are none',
  });
  expect(site.reloads()).toBe(reloads);
  // While BIRD is away its program is asked for its version every 2 s, for which there has to be a child.
  await site.bird.kill();
  const killedAt = Date.now();
  const triedLater = async () =>
    (await site.logLines('warn')).some(
      ({ time, reason }) =>
        String(reason).includes('EMFILE') && Date.parse(String(time)) > killedAt + 3_000,
    );
  await waitFor(triedLater, { what: 'a try that came after such a question' });
  await site.bird.startAgain();
  await limit(usual);
  await allIsWell();
});
