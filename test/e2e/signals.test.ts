/** What SIGHUP and SIGTERM do to the built daemon. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

test('SIGHUP without a change reloads nothing, and later changes are loaded', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();

  await hangUp(site);
  await waitFor(async () => (await site.status()).desiredDigest, { what: 'the datastore' });
  expect(site.reloads()).toBe(reloads);

  await site.changeHost(7);
  await site.settled();
});

test('SIGHUP puts a new template into effect, and keeps the old ones when one is broken', async () => {
  const site = await faultSiteForTest({ args: templatesIn });
  writeTimers(site, '  connect retry time 7;\n');

  await hangUp(site);
  await waitFor(() => site.configText().includes('connect retry time 7;'), {
    what: 'the new template to be in bird.cfg',
  });
  writeTimers(site, '  {{#if}}');
  site.birdkeeper.signal('SIGHUP');
  await site.logged('a template is wrong; the old ones stay');

  await site.changeHost(7);
  await site.settled();
  expect(site.configText()).toContain('connect retry time 7;');
});

test('a template that BIRD refuses leaves the last good configuration, and is said', async () => {
  const site = await faultSiteForTest({ args: templatesIn });
  const before = site.configText();
  writeTimers(site, '  connect retry tim 7;\n');

  await hangUp(site);

  await waitFor(async () => (await site.status()).lastPass?.reason?.includes('BIRD refuses'), {
    what: '/status to tell of the refusal',
  });
  expect(site.configText()).toBe(before);
  await site.settled();
});

test('SIGHUP keeps the old settings when the new ones are wrong, and says so', async () => {
  const site = await faultSiteForTest({ args: configIn });
  writeFileSync(join(site.dir, 'config.yaml'), 'quiet-ms: soon\n');

  site.birdkeeper.signal('SIGHUP');
  await site.logged('the settings are wrong; the old ones stay');

  await site.changeHost(7);
  await site.settled();
});

test('SIGHUP with settings that have to wait for a BIRD: the old ones stay, later signals count', async () => {
  const site = await siteWithConfigForTest();

  writeFileSync(configOf(site), noBirdIn(site));
  site.birdkeeper.signal('SIGHUP');
  await site.logged('the new settings have to wait; the old ones stay meanwhile');
  await site.changeHost(7);
  await site.settled();

  writeFileSync(configOf(site), birdIn(site));
  await hangUp(site);
  await site.changeHost(8);
  await site.settled();
  writeFileSync(configOf(site), noBirdIn(site));
  site.birdkeeper.signal('SIGHUP');
  await waitFor(async () => (await waits(site)) === 2, { what: 'the settings to wait again' });
  await site.birdkeeper.stop('SIGTERM');
  expect(site.birdkeeper.exitCode).toBe(0);
});

test('a start that waits for a BIRD takes in corrected settings on SIGHUP', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  writeFileSync(configOf(site), noBirdIn(site));
  startWithConfig(site);
  await site.logged('waiting for BIRD');

  writeFileSync(configOf(site), birdIn(site));
  site.birdkeeper.signal('SIGHUP');

  await site.settled();
  await site.ready(200);
});

test('SIGTERM during a reload waits for its end, exits with 0 and leaves nothing behind', async () => {
  const site = await faultSiteForTest();
  await site.holdReloads();
  await site.changeHost(7);
  await site.heldReload();
  const reloads = site.reloads();

  const stopped = site.birdkeeper.stop('SIGTERM');
  await site.logged('stopping; BIRD and its files stay as they are');
  expect(site.birdkeeper.isRunning).toBe(true);
  site.releaseReloads();
  await stopped;

  expect(site.reloads()).toBe(reloads + 1);
  expect(site.birdkeeper.exitCode).toBe(0);
  await site.settled();
  const files = ['bird.cfg', 'bird_aggr.cfg', 'bird_ipam.cfg'];
  expect(readdirSync(site.outputDir).sort()).toEqual(files);
});

/** A site whose daemon learns from its file of settings where BIRD is. */
async function siteWithConfigForTest(): Promise<FaultSite> {
  const site = await faultSiteForTest({ isStarted: false });
  writeFileSync(configOf(site), birdIn(site));
  startWithConfig(site);
  await site.settled();
  await site.ready(200);
  return site;
}

function startWithConfig(site: FaultSite): void {
  site.start(['--config', configOf(site)], [], ['--bird', '--bird-socket']);
}

function configOf(site: FaultSite): string {
  return join(site.dir, 'config.yaml');
}

function birdIn(site: FaultSite): string {
  return `bird: ${site.dir}/bird\nbird-socket: ${site.bird.socket}\n`;
}

function noBirdIn(site: FaultSite): string {
  return `bird: ${site.dir}/no-such-bird\nbird-socket: ${site.dir}/no-such.ctl\n`;
}

/** How often new settings had to wait. */
async function waits(site: FaultSite): Promise<number> {
  const warnings = await site.logLines('warn');
  return warnings.filter(({ msg }) => msg.startsWith('the new settings have to wait')).length;
}

/** Sends SIGHUP, and waits for the daemon that takes the place of the old one. */
async function hangUp(site: FaultSite): Promise<void> {
  const { startedAt } = await site.status();
  site.birdkeeper.signal('SIGHUP');
  await waitFor(async () => (await site.status()).startedAt > startedAt, {
    what: 'SIGHUP to take effect',
  });
}

function templatesIn(dir: string): readonly string[] {
  const folder = join(dir, 'templates');
  mkdirSync(join(folder, 'partials'), { recursive: true });
  return ['--templates', folder];
}

/** An own version of the partial with the timers of a session. */
function writeTimers(site: FaultSite, text: string): void {
  writeFileSync(join(site.dir, 'templates/partials/timers.hbs'), text);
}

function configIn(dir: string): readonly string[] {
  const file = join(dir, 'config.yaml');
  writeFileSync(file, 'quiet-ms: 20\n');
  return ['--config', file];
}
