import { expect, test } from 'vitest';
import type { HeldState } from '../../../src/daemon/hold/hold-files.js';
import { fateOf, type PassReport } from '../../../src/daemon/pass-outcome.js';
import type { PlannedFiles } from '../../../src/daemon/plan-files.js';

const planned = {} as PlannedFiles;
const unchanged = { kind: 'unchanged', sequence: 7 } as const;
const standing = { standing: unchanged, durationMs: 1 } as const;
const applied: PassReport = {
  kind: 'applied',
  planned,
  outcome: unchanged,
  changes: [],
  durationMs: 1,
};

test.each<[string, PassReport, string]>([
  ['runs what is asked for', applied, 'done'],
  ['is to try again', { ...applied, outcome: { kind: 'outdated', timings: {} } }, 'again'],
  ['holds it back', { kind: 'held', planned, held: {} as HeldState, ...standing }, 'later'],
  [
    'was rolled back',
    {
      kind: 'pinned',
      planned,
      pinned: { pin: { sequence: 6, digest: 'd6', at: 5 } },
      ...standing,
    },
    'later',
  ],
  ['has nothing to do yet', { kind: 'nothing', durationMs: 1 }, 'done'],
])('what becomes of what a pass was made for that %s', (_, report, expected) => {
  expect(fateOf(report)).toBe(expected);
});
