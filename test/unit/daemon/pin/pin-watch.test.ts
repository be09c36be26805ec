import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PinFiles } from '../../../../src/daemon/pin/pin-files.js';
import { PinWatch } from '../../../../src/daemon/pin/pin-watch.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { waitFor } from '../../../support/wait-for.js';

const PIN = { sequence: 7, digest: 'd7', at: 5 };

async function watchForTest() {
  const stateDir = await folderForTest();
  const [clock, logger] = [new ManualClock(), new RecordingLogger()];
  const watch = new PinWatch({ stateDir, clock, logger });
  return { stateDir, clock, logger, watch, files: new PinFiles(stateDir) };
}

test('a pin that comes and goes is noticed within half a second', async () => {
  const { clock, watch, files, logger } = await watchForTest();
  let changes = 0;
  watch.start(() => {
    changes += 1;
  });
  const lookUntil = (count: number) =>
    waitFor(
      () => {
        clock.advance(500);
        return changes === count;
      },
      { what: `${count} changes to be noticed` },
    );

  await files.setPin(PIN);
  await lookUntil(1);
  expect(await watch.look()).toEqual(PIN);
  await files.setPin(undefined);
  await lookUntil(2);

  expect(await watch.look()).toBeUndefined();
  expect(logger.messages('warn')).toEqual([
    'an operator rolled back; nothing newer is applied until `birdkeeper resume`',
    'an operator ends the rollback; the datastore is followed again',
  ]);
  watch.stop();
  expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY);
});

test('a file that is no pin pins what stands', async () => {
  const { stateDir, watch } = await watchForTest();
  await writeFile(join(stateDir, 'pin.json'), 'garbage');

  expect(await watch.look()).toMatchObject({ digest: '' });
});

test('a file that cannot be read at a start pins what stands, until it can', async () => {
  const { stateDir, watch } = await watchForTest();
  await mkdir(join(stateDir, 'pin.json'));

  expect(await watch.look()).toMatchObject({ digest: '' });
  expect(await watch.look()).toMatchObject({ digest: '' });
  await rmdir(join(stateDir, 'pin.json'));

  expect(await watch.look()).toBeUndefined();
});

test('what was pinned stays so while the file cannot be read, which is said once', async () => {
  const { stateDir, watch, files, logger } = await watchForTest();
  await files.setPin(PIN);
  expect(await watch.look()).toEqual(PIN);
  await files.setPin(undefined);
  await mkdir(join(stateDir, 'pin.json'));

  expect(await watch.look()).toEqual(PIN);
  expect(await watch.look()).toEqual(PIN);

  expect(logger.messages('warn').slice(1)).toEqual([
    'what an operator pinned cannot be read; it stays as it was',
  ]);
});

test('what became of a pin is told to commands, and is gone with it', async () => {
  const { stateDir, watch, files } = await watchForTest();

  await watch.tell({ sequence: 7, since: 5, standing: 9, waitingLines: 3 });
  expect(await files.pinned()).toEqual({ at: 5, standing: 9 });
  await watch.tell({ sequence: 7, since: 5, reason: 'BIRD is away' });
  expect(await files.pinned()).toEqual({ at: 5, reason: 'BIRD is away' });
  await watch.tell(undefined);

  expect(await files.pinned()).toBeUndefined();
  expect(await readdir(stateDir)).toEqual([]);
});
