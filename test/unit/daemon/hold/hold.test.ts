import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AskedState, Hold } from '../../../../src/daemon/hold/hold.js';
import { HoldFiles } from '../../../../src/daemon/hold/hold-files.js';
import type { Footing } from '../../../../src/daemon/hold/hold-rules.js';
import { digestOf } from '../../../../src/decode/records/consents.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { waitFor } from '../../../support/wait-for.js';
import { planOfDocuments } from '../../plan/v3-fixture.js';

const WHOLE = footing(20);
const EMPTY = { ...footing(0), hasOwn: false, hasOthers: false };
const PLAN = planOfDocuments({}).plan;
const HOST = { role: 'node', nodeName: 'node-a' } as const;

/** A footing with so many sessions. */
function footing(sessions: number): Footing {
  const names = Array.from({ length: sessions }, (_, i) => `192.0.2.${i + 1}`);
  return { hasOwn: true, hasOthers: true, sessions: names, blocks: [], pools: [] };
}

/** A state that asks for `footing`, with nobody's consent. */
function asking(asked: Footing, digest: string): AskedState {
  const none = { consents: [], valueAt: () => undefined, footingWith: () => asked };
  return { footing: asked, digest, plan: PLAN, causes: [], ...none };
}

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
  expect(await first.hold.judge(asking(WHOLE, 'd1'))).toBeUndefined();
  expect(await first.hold.judge(asking(EMPTY, 'd2'))).toMatchObject({
    held: { state: 'd2', since: 1_000_000 },
  });
  first.hold.stop();

  const { hold, files } = await holdIn(dir);

  expect(await files.held()).toMatchObject({ state: 'd2' });
  expect(await hold.judge(asking(footing(3), 'd3'))).toMatchObject({ held: { state: 'd3' } });
  expect(await files.held()).toMatchObject({ state: 'd3' });
  expect(await hold.judge(asking(WHOLE, 'd1'))).toBeUndefined();
  expect(hold.held).toBeUndefined();
  expect(await readdir(dir)).toEqual(['footing.json']);
});

test('a state that is nearly whole counts once the datastore has asked for as much for ten minutes', async () => {
  const { hold, clock, due } = await holdIn(await folderForTest());
  await hold.judge(asking(WHOLE, 'd1'));
  await hold.judge(asking(EMPTY, 'd2'));
  await hold.judge(asking(footing(18), 'd3'));
  clock.advance(599_000);
  const nearly = footing(19);
  expect(await hold.judge(asking(nearly, 'd4'))).toBeDefined();
  clock.advance(599_000);
  // Other changes are none of its business.
  expect(await hold.judge(asking(nearly, 'd5'))).toBeDefined();

  const before = due();
  await waitFor(
    () => {
      clock.advance(500);
      return due() > before;
    },
    { what: 'another pass to be due' },
  );

  expect(clock.monotonic()).toBeGreaterThanOrEqual(1_000_000 + 599_000 + 600_000);
  expect(await hold.judge(asking(nearly, 'd5'))).toBeUndefined();
});

test('a refill that gets stuck halfway is held for as long as it takes', async () => {
  const { hold, clock } = await holdIn(await folderForTest());
  const half = footing(10);
  await hold.judge(asking(WHOLE, 'd1'));
  await hold.judge(asking(EMPTY, 'd2'));
  await hold.judge(asking(half, 'd3'));

  clock.advance(86_400_000);

  expect(await hold.judge(asking(half, 'd3'))).toBeDefined();
});

describe('a store that is another one, or went back', () => {
  const half = footing(10);
  const store = { id: 'a', revision: 7 };

  test.each([
    { id: 'a', revision: 6 },
    { id: 'b', revision: 700 },
  ])('has to be whole: %o', async (other) => {
    const { hold } = await holdIn(await folderForTest());
    hold.noteSnapshot(store);
    await hold.judge(asking(WHOLE, 'd1'));

    hold.noteSnapshot(other);

    expect(await hold.judge(asking(half, 'd2'))).toMatchObject({
      held: {
        reason: expect.stringContaining('is not whole again: it asks for 10 of 20 sessions'),
      },
    });
    expect(await hold.judge(asking(WHOLE, 'd1'))).toBeUndefined();
    // From here on it is the store that is followed.
    hold.noteSnapshot({ ...other, revision: other.revision + 1 });
    expect(await hold.judge(asking(half, 'd2'))).toBeUndefined();
  });

  test('is noticed by the revision that changes had got to, too', async () => {
    const { hold } = await holdIn(await folderForTest());
    hold.noteSnapshot(store);
    await hold.judge(asking(WHOLE, 'd1'));
    hold.noteRevision(20);

    hold.noteSnapshot({ id: 'a', revision: 19 });

    expect(await hold.judge(asking(half, 'd2'))).toBeDefined();
  });

  test('is noticed after a restart, and an equal or newer state is not', async () => {
    const dir = await folderForTest();
    const first = await holdIn(dir);
    first.hold.noteSnapshot(store);
    await first.hold.judge(asking(WHOLE, 'd1'));

    const newer = await holdIn(dir);
    newer.hold.noteSnapshot({ id: 'a', revision: 8 });
    expect(await newer.hold.judge(asking(footing(19), 'd2'))).toBeUndefined();
    await newer.hold.kept;
    const older = await holdIn(dir);
    older.hold.noteSnapshot({ id: 'a', revision: 7 });
    expect(await older.hold.judge(asking(half, 'd3'))).toBeDefined();
  });

  test('a restart while it is held holds on, and knows since when', async () => {
    const dir = await folderForTest();
    const first = await holdIn(dir);
    first.hold.noteSnapshot(store);
    await first.hold.judge(asking(WHOLE, 'd1'));
    first.hold.noteSnapshot({ id: 'b', revision: 3 });
    await first.hold.judge(asking(half, 'd2'));
    first.hold.stop();

    const { hold, clock } = await holdIn(dir);
    clock.advance(5_000);
    hold.noteSnapshot({ id: 'b', revision: 3 });

    expect(await hold.judge(asking(half, 'd2'))).toMatchObject({ held: { since: 1_000_000 } });
  });
});

test('a revision that merely goes up is not written to the disk', async () => {
  const dir = await folderForTest();
  const { hold } = await holdIn(dir);
  hold.noteSnapshot({ id: 'a', revision: 7 });
  await hold.judge(asking(WHOLE, 'd1'));
  const written = await readFile(join(dir, 'footing.json'), 'utf8');

  hold.noteRevision(8);
  await hold.judge(asking(WHOLE, 'd2'));

  expect(await readFile(join(dir, 'footing.json'), 'utf8')).toBe(written);
});

test.each([
  [20, true],
  [200, false],
])('of %i sessions one at another address is written to the disk: %s', async (count, isWritten) => {
  const dir = await folderForTest();
  const { hold } = await holdIn(dir);
  const before = footing(count);
  await hold.judge(asking(before, 'd1'));
  await hold.kept;
  const written = await readFile(join(dir, 'footing.json'), 'utf8');

  const sessions = before.sessions.with(7, '198.51.100.7');
  await hold.judge(asking({ ...before, sessions }, 'd2'));
  await hold.kept;

  expect((await readFile(join(dir, 'footing.json'), 'utf8')) !== written).toBe(isWritten);
});

test('what is held is told as soon as the state directory takes it', async () => {
  const dir = await folderForTest();
  const { hold, files, clock, logger } = await holdIn(dir);
  await hold.judge(asking(WHOLE, 'd1'));
  // A folder in the way of the file that is written first.
  await mkdir(join(dir, 'held.json.new', 'in the way'), { recursive: true });
  await hold.judge(asking(EMPTY, 'd2'));
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
  await hold.judge(asking(WHOLE, 'd1'));
  await hold.judge(asking(EMPTY, 'd2'));

  await files.release('d0');
  expect(await hold.judge(asking(EMPTY, 'd2'))).toBeDefined();
  await files.release('d2');
  await waitFor(
    () => {
      clock.advance(500);
      return due() > 0;
    },
    { what: 'another pass to be due' },
  );

  expect(await hold.judge(asking(EMPTY, 'd2'))).toBeUndefined();
  expect(logger.messages('warn')).toEqual(['an operator lets through what was held back']);
  expect(await files.released()).toBeUndefined();
  // It stands now.
  expect(await hold.judge(asking(EMPTY, 'd2'))).toBeUndefined();
});

test('a release that a crash has left lets nothing through later', async () => {
  const dir = await folderForTest();
  const first = await holdIn(dir);
  await first.hold.judge(asking(WHOLE, 'd1'));
  await first.hold.judge(asking(EMPTY, 'd2'));
  await first.files.release('d2');
  const left = await readFile(join(dir, 'release.json'), 'utf8');
  expect(await first.hold.judge(asking(EMPTY, 'd2'))).toBeUndefined();
  // The crash: what was let through is known, and the operator's word is still there.
  await writeFile(join(dir, 'release.json'), left);

  const { hold } = await holdIn(dir);
  await hold.judge(asking(WHOLE, 'd1'));

  expect(await hold.judge(asking(EMPTY, 'd2'))).toMatchObject({ held: { state: 'd2' } });
});

test('what was held is told to be let go as soon as the state directory takes it', async () => {
  const dir = await folderForTest();
  const { hold, files } = await holdIn(dir);
  await hold.judge(asking(WHOLE, 'd1'));
  await hold.judge(asking(EMPTY, 'd2'));
  await rm(join(dir, 'held.json'));
  await mkdir(join(dir, 'held.json'));
  await hold.judge(asking(WHOLE, 'd1'));

  // Of a former time.
  await files.release('d2');
  await rmdir(join(dir, 'held.json'));
  await hold.judge(asking(WHOLE, 'd1'));

  expect(await readdir(dir)).toEqual(['footing.json']);
});

describe('at a first start, when nothing is known', () => {
  const limit = { share: 50, atLeast: 3 };
  const none = footing(0);
  const open = async (stateDir: string, running: number): Promise<Hold> =>
    Hold.open({
      ...{ stateDir, host: HOST, limit, clock: new ManualClock(0), logger: new RecordingLogger() },
      running: async () => footing(running).sessions,
    });

  test('what BIRD runs counts, also after the next start', async () => {
    const dir = await folderForTest();
    const first = await open(dir, 4);
    expect(await first.judge(asking(none, 'd1'))).toMatchObject({
      held: { reason: expect.stringContaining('at one go 4 of 4 sessions (') },
    });
    first.stop();

    // BIRD is away meanwhile.
    const second = await open(dir, 0);

    expect(await second.judge(asking(none, 'd1'))).toBeDefined();
    expect(await second.judge(asking(footing(4), 'd2'))).toBeUndefined();
  });

  test('a BIRD that has the same sessions, or none, holds nothing', async () => {
    const same = await open(await folderForTest(), 4);
    expect(await same.judge(asking(footing(4), 'd1'))).toBeUndefined();

    const idle = await open(await folderForTest(), 0);
    expect(await idle.judge(asking(none, 'd1'))).toBeUndefined();
  });

  test('what is known counts, and BIRD is not asked', async () => {
    const dir = await folderForTest();
    const first = await open(dir, 0);
    await first.judge(asking(footing(2), 'd1'));
    await first.kept;

    expect(await (await open(dir, 20)).judge(asking(footing(2), 'd1'))).toBeUndefined();
  });
});

describe("an operator's consent", () => {
  const limit = { share: 50, atLeast: 3 };
  const consent = {
    id: 'c1',
    at: '2026-11-25T00:00:00Z',
    changes: [{ key: 'mesh', before: 'on', after: digestOf('off') }],
  };
  /** A state after that change, which would have so many sessions without it. */
  const consented = (left: number, without: number, digest: string): AskedState => ({
    ...asking(footing(left), digest),
    consents: [consent],
    valueAt: () => 'off',
    footingWith: () => footing(without),
  });
  const open = async (stateDir: string): Promise<Hold> =>
    Hold.open({
      ...{ stateDir, host: HOST, limit, clock: new ManualClock(0), logger: new RecordingLogger() },
    });

  test('lets its own change through, once: the same without it later is held', async () => {
    const dir = await folderForTest();
    const hold = await open(dir);
    await hold.judge(asking(WHOLE, 'd1'));
    expect(await hold.judge(consented(0, 20, 'd2'))).toBeUndefined();
    await hold.judge(consented(20, 20, 'd1'));

    expect(await hold.judge(consented(0, 20, 'd2'))).toBeDefined();
    hold.stop();
    expect(await (await open(dir)).judge(consented(0, 20, 'd2'))).toBeDefined();
  });

  test('lets nothing else through that comes with it', async () => {
    const hold = await open(await folderForTest());
    await hold.judge(asking(WHOLE, 'd1'));

    expect(await hold.judge(consented(0, 5, 'd2'))).toBeDefined();
  });

  test('lets through what was held before it came', async () => {
    const hold = await open(await folderForTest());
    await hold.judge(asking(WHOLE, 'd1'));
    expect(await hold.judge(asking(footing(0), 'd2'))).toBeDefined();

    expect(await hold.judge(consented(0, 20, 'd2'))).toBeUndefined();
  });

  test('counts for a host that was away', async () => {
    const dir = await folderForTest();
    await (await open(dir)).judge(asking(WHOLE, 'd1'));

    expect(await (await open(dir)).judge(consented(0, 20, 'd2'))).toBeUndefined();
  });
});

test('while a part is held, what is new can be had; not after a restart, which knows no plan', async () => {
  const dir = await folderForTest();
  const clock = new ManualClock(0);
  const options = {
    ...{ stateDir: dir, host: HOST, clock, logger: new RecordingLogger() },
    limit: { share: 50, atLeast: 3 },
  };
  const hold = await Hold.open(options);
  await hold.judge(asking(WHOLE, 'd1'));

  const back = await hold.judge({ ...asking(footing(0), 'd2'), causes: ['a word', '/key'] });

  expect(back).toEqual({
    held: expect.objectContaining({ key: '/key', causes: ['a word', '/key'] }),
    meanwhile: PLAN,
  });
  hold.stop();
  const next = await Hold.open(options);
  expect(await next.judge(asking(footing(0), 'd2'))).not.toHaveProperty('meanwhile');
});

test('what was known of another host holds nothing', async () => {
  const dir = await folderForTest();
  await (await holdIn(dir)).hold.judge(asking(WHOLE, 'd1'));

  const { hold } = await holdIn(dir, { role: 'node', nodeName: 'node-b' });

  expect(await hold.judge(asking(EMPTY, 'd2'))).toBeUndefined();
});

test('a release that is not what it should be is none', async () => {
  const dir = await folderForTest();
  const { hold } = await holdIn(dir);
  await hold.judge(asking(WHOLE, 'd1'));
  await writeFile(join(dir, 'release.json'), '{"state":');

  expect(await hold.judge(asking(EMPTY, 'd2'))).toBeDefined();
});
