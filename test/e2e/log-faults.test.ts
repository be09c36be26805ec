/** What becomes of the built daemon when its log is not taken: lines are lost, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

/** So many bad keys that the lines about them are more than a pipe and the daemon's memory for lines hold. */
const BAD_KEYS = 8_000;

/** Starts the site's daemon with its log in `target`, a file as the shell takes it. */
function startLoggingTo(site: FaultSite, target: string): void {
  site.start(['--log-level', 'debug'], ['sh', '-c', 'exec "$@" >"$0"', target]);
}

/** Has the daemon log a line and more for each of many keys. */
async function logMuch(site: FaultSite): Promise<void> {
  const bad = Array.from(
    { length: BAD_KEYS },
    (_, i) => [`/calico/bgp/v1/host/loud-${i}/ip_addr_v4`, 'nowhere'] as const,
  );
  await site.etcd.putAll(bad);
}

test('a reader of the log that stops reading costs lines, which are counted and told, and nothing else', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  const pipe = join(site.dir, 'log.pipe');
  await runCommand('mkfifo', [pipe]);
  // Opened for both, so that neither end waits for the other.
  const end = openSync(pipe, 'r+');
  startLoggingTo(site, pipe);
  await site.settled();

  await logMuch(site);
  await site.changeHost(7);

  await site.settled();
  await waitFor(async () => lostLines(await site.page('/metrics')) > 0, {
    what: 'the metric to count lost lines',
  });
  expect(await site.page('/livez')).toContain('birdkeeper runs');
  const reader = createReadStream(pipe, { fd: end, encoding: 'utf8' });
  onTestFinished(() => {
    reader.destroy();
  });
  let text = '';
  reader.on('data', (chunk) => {
    text += chunk;
  });
  await waitFor(() => text.includes('log lines were lost'), {
    what: 'the log to tell of the loss',
  });
  await site.changeHost(8);
  await site.settled();
  await waitFor(() => text.includes(site.data.addressKey(8)), { what: 'the log to go on' });
});

test('a full disk under the log costs lines, and nothing else', async () => {
  const site = await faultSiteForTest({ isStarted: false });

  startLoggingTo(site, '/dev/full');

  await site.settled();
  await site.ready(200);
  await site.changeHost(7);
  await site.settled();
  expect(lostLines(await site.page('/metrics'))).toBeGreaterThan(0);
  await site.birdkeeper.stop('SIGTERM');
  expect(site.birdkeeper.exitCode).toBe(0);
});

test('a reader of the log that is gone costs lines, and nothing else', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  const pipe = join(site.dir, 'log.pipe');
  await runCommand('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe], { stdio: ['ignore', 'ignore', 'inherit'] });
  startLoggingTo(site, pipe);
  await site.settled();
  reader.kill('SIGKILL');
  await once(reader, 'exit');

  await site.changeHost(7);

  await site.settled();
  expect(lostLines(await site.page('/metrics'))).toBeGreaterThan(0);
  await site.birdkeeper.stop('SIGTERM');
  expect(site.birdkeeper.exitCode).toBe(0);
});

/** What the metric of lost lines says; -1 without it. */
function lostLines(metrics: string): number {
  return Number(/^birdkeeper_log_lines_lost_total (\d+)$/m.exec(metrics)?.[1] ?? -1);
}
