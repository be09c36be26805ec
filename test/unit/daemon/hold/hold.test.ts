import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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

test('a state that is nearly whole counts once the datastore has asked for as much for ten minutes', async () => {
  const { hold, clock, due } = await holdIn(await folderForTest());
  await hold.judge(WHOLE, 'd1');
  await hold.judge(EMPTY, 'd2');
  await hold.judge({ ...WHOLE, sessions: 18 }, 'd3');
  clock.advance(599_000);
  const nearly = { ...WHOLE, sessions: 19 };
  expect(await hold.judge(nearly, 'd4')).toBeDefined();
  clock.advance(599_000);
  // Other changes are none of its business.
  expect(await hold.judge(nearly, 'd5')).toBeDefined();

  const before = due();
  await waitFor(
    () => {
      clock.advance(500);
      return due() > before;
    },
    { what: 'another pass to be due' },
  );

  expect(clock.monotonic()).toBeGreaterThanOrEqual(1_000_000 + 599_000 + 600_000);
  expect(await hold.judge(nearly, 'd5')).toBeUndefined();
});

test('a refill that gets stuck halfway is held for as long as it takes', async () => {
  const { hold, clock } = await holdIn(await folderForTest());
  const half = { ...WHOLE, sessions: 10 };
  await hold.judge(WHOLE, 'd1');
  await hold.judge(EMPTY, 'd2');
  await hold.judge(half, 'd3');

  clock.advance(86_400_000);

  expect(await hold.judge(half, 'd3')).toBeDefined();
});

describe('a store that is another one, or went back', () => {
  const half = { ...WHOLE, sessions: 10 };
  const store = { id: 'a', revision: 7 };

  test.each([
    { id: 'a', revision: 6 },
    { id: 'b', revision: 700 },
  ])('has to be whole: %o', async (other) => {
    const { hold } = await holdIn(await folderForTest());
    hold.noteSnapshot(store);
    await hold.judge(WHOLE, 'd1');

    hold.noteSnapshot(other);

    expect(await hold.judge(half, 'd2')).toMatchObject({
      reason: expect.stringContaining('is not whole again: it asks for 10 of 20 sessions'),
    });
    expect(await hold.judge(WHOLE, 'd1')).toBeUndefined();
    // From here on it is the store that is followed.
    hold.noteSnapshot({ ...other, revision: other.revision + 1 });
    expect(await hold.judge(half, 'd2')).toBeUndefined();
  });

  test('is noticed by the revision that changes had got to, too', async () => {
    const { hold } = await holdIn(await folderForTest());
    hold.noteSnapshot(store);
    await hold.judge(WHOLE, 'd1');
    hold.noteRevision(20);

    hold.noteSnapshot({ id: 'a', revision: 19 });

    expect(await hold.judge(half, 'd2')).toBeDefined();
  });

  test('is noticed after a restart, and an equal or newer state is not', async () => {
    const dir = await folderForTest();
    const first = await holdIn(dir);
    first.hold.noteSnapshot(store);
    await first.hold.judge(WHOLE, 'd1');

    const newer = await holdIn(dir);
    newer.hold.noteSnapshot({ id: 'a', revision: 8 });
    expect(await newer.hold.judge({ ...WHOLE, sessions: 19 }, 'd2')).toBeUndefined();
    const older = await holdIn(dir);
    older.hold.noteSnapshot({ id: 'a', revision: 7 });
    expect(await older.hold.judge(half, 'd3')).toBeDefined();
  });

  test('a restart while it is held holds on, and knows since when', async () => {
    const dir = await folderForTest();
    const first = await holdIn(dir);
    first.hold.noteSnapshot(store);
    await first.hold.judge(WHOLE, 'd1');
    first.hold.noteSnapshot({ id: 'b', revision: 3 });
    await first.hold.judge(half, 'd2');
    first.hold.stop();

    const { hold, clock } = await holdIn(dir);
    clock.advance(5_000);
    hold.noteSnapshot({ id: 'b', revision: 3 });

    expect(await hold.judge(half, 'd2')).toMatchObject({ since: 1_000_000 });
  });
});

test('a revision that merely goes up is not written to the disk', async () => {
  const dir = await folderForTest();
  const { hold } = await holdIn(dir);
  hold.noteSnapshot({ id: 'a', revision: 7 });
  await hold.judge(WHOLE, 'd1');
  const written = await readFile(join(dir, 'footing.json'), 'utf8');

  hold.noteRevision(8);
  await hold.judge(WHOLE, 'd2');

  expect(await readFile(join(dir, 'footing.json'), 'utf8')).toBe(written);
});

test('what is held is told as soon as the state directory takes it', async () => {
  const dir = await folderForTest();
  const { hold, files, clock, logger } = await holdIn(dir);
  await hold.judge(WHOLE, 'd1');
  // A folder in the way of the file that is written first.
  await mkdir(join(dir, 'held.json.new', 'in the way'), { recursive: true });
  await hold.judge(EMPTY, 'd2');
  expect(await files.held()).toBeUndefined();
  expect(logger.messages('warn')).toEqual([
    expect.stringContaining('cannot write to the state directory what is held back'),
  ]);

  await rm(join(dir, 'held.json.new'), { recursive: true });

  await waitFor(
    async () => {
      clock.advance(500);
      return (await files.held())?.state === 'd2';
    },
    { what: 'what is held to be told' },
  );
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

test('a release that a crash has left lets nothing through later', async () => {
  const dir = await folderForTest();
  const first = await holdIn(dir);
  await first.hold.judge(WHOLE, 'd1');
  await first.hold.judge(EMPTY, 'd2');
  await first.files.release('d2');
  const left = await readFile(join(dir, 'release.json'), 'utf8');
  expect(await first.hold.judge(EMPTY, 'd2')).toBeUndefined();
  // The crash: what was let through is known, and the operator's word is still there.
  await writeFile(join(dir, 'release.json'), left);

  const { hold } = await holdIn(dir);
  await hold.judge(WHOLE, 'd1');

  expect(await hold.judge(EMPTY, 'd2')).toMatchObject({ state: 'd2' });
});

test('what was held is told to be let go as soon as the state directory takes it', async () => {
  const dir = await folderForTest();
  const { hold, files } = await holdIn(dir);
  await hold.judge(WHOLE, 'd1');
  await hold.judge(EMPTY, 'd2');
  await rm(join(dir, 'held.json'));
  await mkdir(join(dir, 'held.json'));
  await hold.judge(WHOLE, 'd1');

  // Of a former time.
  await files.release('d2');
  await rmdir(join(dir, 'held.json'));
  await hold.judge(WHOLE, 'd1');

  expect(await readdir(dir)).toEqual(['footing.json']);
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
