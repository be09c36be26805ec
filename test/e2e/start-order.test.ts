/**
 * The order in which BIRD, etcd and birdkeeper start never matters: each start waits for what isn't there, says what for in
 * the log and at /readyz, and goes on by itself; or it can't go on without an administrator, and ends with one clear line.
 */
import { chmodSync, chownSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

/** The user that owns nothing. */
const NOBODY = 65_534;
const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

test('birdkeeper first: files are written, what is missing is said, and a BIRD that comes loads them', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await takeBirdAway(site);

  site.start();

  await notReady(site, 'generation 1 is on disk, but BIRD has not loaded it yet');
  await notReady(site, 'bird.ctl');
  expect(await messages(site, 'warn')).toContain(
    'the configuration could not be applied; it is tried again',
  );
  expect(existsSync(join(site.outputDir, 'bird.cfg'))).toBe(true);
  await site.bird.startAgain();
  await site.settled();
  await site.ready(200);
  expect(await messages(site, 'error')).toEqual([]);
});

test('no BIRD to ask for its version: that is said, and a start goes on when there is one', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await takeBirdAway(site);

  site.start(['--bird', join(site.dir, 'no-such-bird')]);

  await notReady(site, 'waiting for BIRD, to learn which dialect it speaks');
  const metrics = await site.page('/metrics');
  expect(metrics).toMatch(
    /^birdkeeper_build_info\{version="[^"]+",dialect="auto",role="node"\} 1$/m,
  );
  expect(metrics).toMatch(/^birdkeeper_config_loaded 0$/m);
  expect(metrics).toMatch(/^process_start_time_seconds /m);
  expect(await messages(site, 'warn')).toEqual([
    'waiting for BIRD, to learn which dialect it speaks',
  ]);
  await site.bird.startAgain();
  await waitFor(async () => (await site.status()).birdVersion, {
    what: '/status to tell the version of BIRD',
  });
});

test('a start that waits for BIRD ends with 0 when it is told to', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await takeBirdAway(site);
  site.start(['--bird', join(site.dir, 'no-such-bird')]);
  await site.logged('waiting for BIRD');

  await site.birdkeeper.stop('SIGTERM');

  expect(site.birdkeeper.exitCode).toBe(0);
});

test('etcd last: BIRD keeps what it runs, and /readyz tells of the wait', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await site.etcd.stop();

  site.start();

  await notReady(site, 'no configuration has been rendered from the datastore yet');
  await waitFor(async () => (await site.status()).datastore.reason, {
    what: '/status to say what is wrong with the datastore',
  });
  const { reason } = (await site.status()).datastore;
  expect(await site.page('/readyz')).toContain(reason);
  expect(site.reloads()).toBe(0);
  await site.etcd.start();
  await site.settled();
  await site.ready(200);
});

test('everything at once, birdkeeper first, BIRD before etcd', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  await site.etcd.stop();
  await takeBirdAway(site);

  site.start();
  await notReady(site, 'no configuration has been rendered');
  await site.bird.startAgain();
  await site.etcd.start();

  await site.settled();
  await site.ready(200);
});

test('an output directory that is missing is made, with the folders above it', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  const folder = join(site.dir, 'not/yet/there');

  site.start(['--output-dir', folder, '--state-dir', join(folder, '.birdkeeper')]);

  await waitFor(() => existsSync(join(folder, 'bird.cfg')), { what: 'bird.cfg' });
});

test('a BIRD that was started on another file is told apart from one that runs ours', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  const folder = join(site.dir, 'other');

  site.start(['--output-dir', folder]);

  await site.logged('BIRD reads another file than the one that is written for it');
  expect(await site.logLines('warn')).toContainEqual(
    expect.objectContaining({
      file: join(site.outputDir, 'bird.cfg'),
      wanted: join(folder, 'bird.cfg'),
      advice: expect.stringContaining(`start BIRD with -c ${join(folder, 'bird.cfg')}`),
    }),
  );
});

test('the lock of a birdkeeper that was killed is taken over', async () => {
  const site = await faultSiteForTest();
  await site.birdkeeper.stop('SIGKILL');
  expect(readdirSync(join(site.dir, 'state'))).toContain('lock');
  await site.changeHost(7);

  site.start();

  await site.settled();
  expect(await messages(site, 'error')).toEqual([]);
  // That of the first start, which found the file that BIRD was started on.
  expect(await messages(site, 'warn')).toEqual([
    'replacing a file that is not ours; a copy is kept',
  ]);
});

test('a folder that belongs to somebody else ends the start with one line', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  chmodSync(site.dir, 0o755);

  site.start([], asNobody);

  await ended(site, 1);
  expect(await site.logLines('warn', 'error', 'fatal')).toEqual([
    expect.objectContaining({
      msg: expect.stringMatching(/^cannot make the folder \S*state\S*: EACCES/),
      advice: 'let the user that birdkeeper runs as write there',
    }),
  ]);
});

test('a folder that may be read but not written to ends the start with one line', async () => {
  const site = await faultSiteForTest();
  await site.birdkeeper.stop();
  openToEverybody(site);
  const log = (await site.logLines('warn', 'error', 'fatal')).length;

  site.start([], asNobody);

  await ended(site, 1);
  const lines = (await site.logLines('warn', 'error', 'fatal')).slice(log);
  expect(lines.filter(({ level }) => level !== 'warn')).toEqual([
    expect.objectContaining({
      msg: expect.stringMatching(/^cannot lock the folder \S*config: .*EACCES/),
      advice: 'let the user that birdkeeper runs as write there',
    }),
  ]);
});

test("BIRD's socket without permission: that is said, and a start goes on when it is given", async () => {
  const site = await faultSiteForTest({ isStarted: false });
  chownSync(site.dir, NOBODY, NOBODY);
  chownSync(site.outputDir, NOBODY, NOBODY);
  chmodSync(site.bird.socket, 0o600);

  site.start([], asNobody);

  await notReady(site, 'Permission denied');
  expect(await site.logLines('warn', 'error')).toContainEqual(
    expect.objectContaining({
      msg: 'the configuration could not be applied; it is tried again',
      reason: expect.stringContaining('Permission denied'),
      advice: expect.stringContaining('that birdkeeper may use that socket'),
    }),
  );
  chmodSync(site.bird.socket, 0o666);
  await site.ready(200);
});

async function takeBirdAway(site: FaultSite): Promise<void> {
  await site.bird.kill();
  rmSync(site.bird.socket);
}

/** Waits until `/readyz` says 503, and this. */
async function notReady(site: FaultSite, text: string): Promise<void> {
  await waitFor(async () => (await site.page('/readyz')).includes(text), {
    what: `/readyz to say "${text}"`,
  });
  await site.ready(503);
}

async function ended(site: FaultSite, status: number): Promise<void> {
  await waitFor(() => !site.birdkeeper.isRunning, { what: 'birdkeeper to end' });
  expect(site.birdkeeper.exitCode).toBe(status);
}

async function messages(site: FaultSite, level: string): Promise<readonly string[]> {
  return (await site.logLines(level)).map(({ msg }) => msg);
}

/** Lets everybody read all of the site's folders, and write to none. */
function openToEverybody(site: FaultSite): void {
  for (const folder of [site.dir, site.outputDir, join(site.dir, 'state')]) {
    chmodSync(folder, 0o755);
  }
  chmodSync(join(site.dir, 'state/generations'), 0o755);
}
