import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Hold } from '../../../../src/daemon/hold/hold.js';
import { HoldFiles } from '../../../../src/daemon/hold/hold-files.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { waitFor } from '../../../support/wait-for.js';

const WHOLE = { hasOwn: true, hasOthers: true, sessions: 20 };
const EMPTY = { hasOwn: false, hasOthers: false, sessions: 0 };
const HOST = { role: 'node', nodeName: 'node-a' } as const;

interface Site {
  readonly hold: Hold;
  readonly files: HoldFiles;
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
  readonly due: () => number;
}

/** A hold as after a start, over what `stateDir` has. */
async function holdIn(
  stateDir: string,
  host: typeof HOST | { role: 'node'; nodeName: string } = HOST,
): Promise<Site> {
  const clock = new ManualClock(1_000_000);
  const logger = new RecordingLogger();
  const hold = await Hold.open({ stateDir, host, clock, logger });
  let due = 0;
  hold.watch(() => {
    due += 1;
  });
  return { hold, files: new HoldFiles(stateDir), clock, logger, due: () => due };
}

test('a state that lost all is held over a restart, and known to the operator until it is whole', async () => {
  const dir = await folderForTest();
  const first = await holdIn(dir);
  expect(await first.hold.judge(WHOLE, 'd1')).toBeUndefined();
  expect(await first.hold.judge(EMPTY, 'd2')).toMatchObject({ state: 'd2', since: 1_000_000 });
  first.hold.stop();

  const { hold, files } = await holdIn(dir);

  expect(await files.held()).toMatchObject({ state: 'd2' });
  expect(await hold.judge({ ...WHOLE, sessions: 3 }, 'd3')).toMatchObject({ state: 'd3' });
  expect(await files.held()).toMatchObject({ state: 'd3' });
  expect(await hold.judge(WHOLE, 'd1')).toBeUndefined();
  expect(hold.held).toBeUndefined();
  expect(await readdir(dir)).toEqual(['footing.json']);
});

test('a state that is nearly whole counts once the datastore was left alone for half a minute', async () => {
  const { hold, clock, due } = await holdIn(await folderForTest());
  const nearly = { ...WHOLE, sessions: 19 };
  await hold.judge(WHOLE, 'd1');
  await hold.judge(EMPTY, 'd2');
  clock.advance(20_000);
  hold.noteChange();
  expect(await hold.judge(nearly, 'd3')).toBeDefined();

  const before = due();
  await waitFor(
    () => {
      clock.advance(500);
      return due() > before;
    },
    { what: 'another pass to be due' },
  );

  expect(clock.monotonic()).toBeGreaterThanOrEqual(1_050_000);
  expect(await hold.judge(nearly, 'd3')).toBeUndefined();
});

test('a release lets one state through, and no other', async () => {
  const { hold, files, clock, due, logger } = await holdIn(await folderForTest());
  await hold.judge(WHOLE, 'd1');
  await hold.judge(EMPTY, 'd2');

  await files.release('d0');
  expect(await hold.judge(EMPTY, 'd2')).toBeDefined();
  await files.release('d2');
  await waitFor(
    () => {
      clock.advance(500);
      return due() > 0;
    },
    { what: 'another pass to be due' },
  );

  expect(await hold.judge(EMPTY, 'd2')).toBeUndefined();
  expect(logger.messages('warn')).toEqual(['an operator lets through what was held back']);
  expect(await files.released()).toBeUndefined();
  // It stands now.
  expect(await hold.judge(EMPTY, 'd2')).toBeUndefined();
});

test('what was known of another host holds nothing', async () => {
  const dir = await folderForTest();
  await (await holdIn(dir)).hold.judge(WHOLE, 'd1');

  const { hold } = await holdIn(dir, { role: 'node', nodeName: 'node-b' });

  expect(await hold.judge(EMPTY, 'd2')).toBeUndefined();
});

test('a release that is not what it should be is none', async () => {
  const dir = await folderForTest();
  const { hold } = await holdIn(dir);
  await hold.judge(WHOLE, 'd1');
  await writeFile(join(dir, 'release.json'), '{"state":');

  expect(await hold.judge(EMPTY, 'd2')).toBeDefined();
});
