import { expect, test } from 'vitest';
import { findPinned, type Pinned, UNREADABLE_PIN } from '../../../../src/apply/pinned.js';
import type { PassReport } from '../../../../src/daemon/pass-outcome.js';
import { linesBetween } from '../../../../src/daemon/pin/lines-between.js';
import { pinStatusOf } from '../../../../src/daemon/pin/pin-status.js';
import type { PlannedFiles } from '../../../../src/daemon/plan-files.js';
import { type FileSet, fileSetOf } from '../../../../src/render/file-set.js';

const filesOf = (text: string): FileSet => fileSetOf([{ name: 'bird.cfg', text }], []);
const fileSet = filesOf('a\n');
const pin = { sequence: 7, digest: fileSet.digest, at: 5 };
const pinned: Pinned = { pin, generation: { sequence: 7, fileSet, marks: new Map() } };
const planned = {} as PlannedFiles;
const unchanged: PassReport = {
  kind: 'pinned',
  planned,
  pinned,
  waitingLines: 3,
  standing: { kind: 'unchanged', sequence: 9 },
  durationMs: 1,
};
const standing = { sequence: 9, digest: fileSet.digest };

test('a pinned generation that BIRD runs is told with what waits', () => {
  const state = { generation: { ...standing, loadedAt: 6 }, birds: [] };

  expect(pinStatusOf(pinned, unchanged, state)).toEqual({
    sequence: 7,
    since: 5,
    standing: 9,
    waitingLines: 3,
  });
});

test('one that BIRD does not run is told with the reason', () => {
  const refusal = { daemon: 'bird', file: 'bird.cfg', line: 3, message: 'no' } as const;
  const refused = { kind: 'refused', step: 'check', isRepeated: false, timings: {} } as const;
  const report: PassReport = { ...unchanged, standing: { ...refused, refusals: [refusal] } };
  const other = { generation: { sequence: 8, digest: 'd8', loadedAt: 6 }, birds: [] };

  expect(pinStatusOf(pinned, report, other)).toEqual({
    sequence: 7,
    since: 5,
    reason: 'BIRD refuses it: bird.cfg:3 no',
    waitingLines: 3,
  });
  expect(pinStatusOf(pinned, unchanged, { generation: standing, birds: [] })).toMatchObject({
    standing: 9,
    reason: 'BIRD has not confirmed it yet',
  });
  expect(pinStatusOf({ pin, reason: 'gone' }, unchanged, other)).toMatchObject({ reason: 'gone' });
});

test('a pin that cannot be read says how it can be replaced', () => {
  const { reason } = findPinned(UNREADABLE_PIN, { standing: undefined, read: () => undefined }, []);

  expect(reason).toMatch(/^pin\.json in the state directory cannot be read; .*birdkeeper resume/);
});

test('a pinned generation that cannot be read says why, and ends nothing', () => {
  const read = (): never => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  };

  expect(findPinned(pin, { standing: undefined, read }, []).reason).toBe(
    'generation 7 cannot be read: EACCES: permission denied',
  );
});

test('lines that only one of two file sets has are counted, however often', () => {
  expect(linesBetween(filesOf('a\nb\nc\n'), filesOf('a\nb\nc\n'))).toBe(0);
  expect(linesBetween(filesOf('a\nb\nb\n'), filesOf('b\nc\nd\na\n'))).toBe(3);
  expect(linesBetween(filesOf('a\n'), fileSetOf([{ name: 'bird6.cfg', text: 'a\n' }], []))).toBe(4);
});
