/** Having BIRD import its routes again: it is told until it has taken the command, and what it answers is read. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { BirdInstance } from '../../src/apply/bird-instance.js';
import { BirdProcess } from '../../src/apply/bird-process.js';
import { importAnew } from '../../src/apply/birdc/import-anew.js';
import { systemClock } from '../../src/base/clock.js';
import { ApplySite } from '../support/apply-site.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { waitFor } from '../support/wait-for.js';

const COMMAND = 'reload in all';

/** Begins to tell the BIRD at `instance`; gives what it logs, and when it has come to an end. */
async function importing(site: ApplySite, instance: BirdInstance, command = COMMAND) {
  const bird = new BirdProcess(instance, {
    clock: systemClock,
    logger: new RecordingLogger(),
    onPresence: () => {},
    onCondition: () => {},
  });
  await bird.start();
  const end = new AbortController();
  const { logger } = site;
  const done = importAnew(bird, command, { clock: systemClock, logger, signal: end.signal });
  onTestFinished(async () => {
    end.abort();
    await done;
    await bird.close();
  });
  return { done, end, logger };
}

test('a BIRD that takes the command is told once', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();

  const { done, logger } = await importing(site, bird.instance);

  await done;
  expect(logger.lines).toEqual([]);
});

test('without a BIRD there is nobody to tell: it imports everything when it comes', async () => {
  const site = await ApplySite.create();

  const { done } = await importing(site, site.bird().instance);

  await expect(done).resolves.toBeUndefined();
});

test('a BIRD that does not take it is told again, with a warning, until another one is in its place', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();

  const { done, logger } = await importing(site, bird.instance, 'no such command');
  await waitFor(() => logger.messages('debug').length > 0, { what: 'the second try' });

  expect(logger.lines[0]).toMatchObject({
    level: 'warn',
    message: 'BIRD could not be had import routes anew; it is told again',
    fields: { daemon: 'bird', reason: expect.stringContaining('syntax error') },
  });
  await bird.stop();
  await bird.start();
  await expect(done).resolves.toBeUndefined();
});

test('telling ends with birdkeeper', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const { done, end } = await importing(site, bird.instance, 'no such command');

  end.abort();

  await expect(done).resolves.toBeUndefined();
});

test('sessions that cannot be asked again are named, and it is not tried for ever', async () => {
  const site = await ApplySite.create();
  // A neighbor without route refresh takes a BGP session; only the answer matters here.
  const socketPath = join(site.dir, 'stand-in.ctl');
  const server = createServer((connection) => {
    connection.write('0001 BIRD 2.0.12 ready.\n');
    connection.on('error', () => {});
    connection.on('data', () =>
      connection.write('0015-device1: reloading\n8006-Mesh_192_0_2_2: reload failed\n0000 \n'),
    );
  });
  server.listen(socketPath);
  await waitFor(() => server.listening, { what: 'the stand-in to listen' });
  onTestFinished(() => {
    server.close();
  });

  const { done, logger } = await importing(site, { ...site.bird().instance, socketPath });

  await done;
  expect(logger.lines).toEqual([
    {
      level: 'warn',
      message: 'BIRD cannot ask some neighbors again',
      fields: expect.objectContaining({ protocols: ['Mesh_192_0_2_2: reload failed'] }),
    },
  ]);
});
