/** BIRD is upgraded in place: another version answers at the same socket, and birdkeeper goes by that one from then on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { birdOf } from '../support/birds.js';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

test('a BIRD 3 in the place of BIRD 2 is spoken to as one, and back again', async () => {
  const site = await faultSiteForTest();
  const { pid } = site.birdkeeper;
  expect((await site.status()).dialect).toBe('bird2');

  await upgrade(site, birdOf('bird3').bird);

  await dialect(site, 'bird3', /BIRD 3\./);
  await site.changeHost(7);
  await site.settled();
  await site.ready(200);

  await upgrade(site, tools.bird2.bird);

  await dialect(site, 'bird2', /BIRD 2\./);
  await site.changeHost(8);
  await site.settled();
  await site.ready(200);
  expect(site.birdkeeper.pid).toBe(pid);
  expect(site.birdkeeper.isRunning).toBe(true);
});

test('a BIRD that cannot start from what was written for the old one gets what it can start from', async () => {
  const site = await faultSiteForTest({ isStarted: false });
  // What a package manager replaces. At first a BIRD 1.6, which doesn't run; BIRD 2 doesn't take its language.
  const program = join(site.dir, 'packaged-bird');
  const install = (path: string): void =>
    writeFileSync(program, `#!/bin/sh\nexec ${path} "$@"\n`, { mode: 0o755 });
  install(tools.bird1.bird);
  await site.bird.kill();
  site.start(['--bird', program, '--bird6', tools.bird1.bird6]);
  await dialect(site, 'bird1', /BIRD version 1\.6/);
  await waitFor(async () => (await site.status()).generation, { what: 'a generation' });
  await expect(site.bird.startAgain()).rejects.toThrow('BIRD ended at once');

  install(tools.bird2.bird);

  await dialect(site, 'bird2', /BIRD version 2\./);
  await waitFor(async () => (await site.status()).generation?.sequence === 2, {
    what: 'files for BIRD 2',
  });
  await site.bird.startAgain();
  await site.settled();
  await site.ready(200);
});

async function upgrade(site: FaultSite, program: string): Promise<void> {
  await site.bird.kill();
  await site.bird.startAgain(program);
}

async function dialect(site: FaultSite, name: string, version: RegExp): Promise<void> {
  await waitFor(
    async () => {
      const status = await site.status().catch(() => undefined);
      return status?.dialect === name && version.test(status.birdVersion ?? '');
    },
    { what: `the dialect to be ${name}` },
  );
}
