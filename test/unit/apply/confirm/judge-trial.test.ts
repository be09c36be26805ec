import { expect, test } from 'vitest';
import type { BgpSession } from '../../../../src/apply/birdc/show-protocols.js';
import { judgeTrial } from '../../../../src/apply/confirm/judge-trial.js';
import { makeTrial, trialBirdOf } from '../../../../src/apply/confirm/make-trial.js';
import type { SessionLook } from '../../../../src/apply/confirm/session-look.js';

const BIRD = { daemon: 'bird', process: '7' } as const;
const UP = { state: 'up', info: 'Established', isEstablished: true };
const DOWN = { state: 'start', info: 'Active', isEstablished: false };
const restarts = [{ protocolName: 'Node_b', formerName: 'Mesh_b' }];

function lookOf(sessions: Readonly<Record<string, typeof UP>>, isIdle = true): SessionLook {
  const found = Object.entries(sessions).map(([name, session]): [string, BgpSession] => [
    name,
    { name, since: '', ...session },
  ]);
  return { isIdle, sessions: new Map(found) };
}

/** A trial of 10 s from 1,000 s on, of a BIRD that had these sessions. */
function trialOf(names: readonly string[], removed: readonly string[] = []) {
  const birds = [trialBirdOf(BIRD, names, { restarts, removed })];
  const times = { now: 50, monotonicMs: 1_000_000, confirmMs: 10_000 };
  return makeTrial({ sequence: 7, digest: 'd7', birds, ...times });
}

test('a trial lasts as long as it is told, and twice as long when sessions restart; it is decided before BIRD undoes it', () => {
  expect(trialOf(['Mesh_a'])).toMatchObject({
    until: 10_050,
    dueMs: 1_009_000,
    restartsDueMs: 1_009_000,
    undoMs: 1_010_000,
    birds: [{ ...BIRD, awaited: ['Mesh_a'], restarting: [] }],
  });
  expect(trialOf(['Mesh_a', 'Mesh_b'])).toMatchObject({
    until: 20_050,
    dueMs: 1_009_000,
    restartsDueMs: 1_019_000,
    undoMs: 1_020_000,
    birds: [{ ...BIRD, awaited: ['Mesh_a'], restarting: ['Node_b'] }],
  });
});

test('a session that the plan removes is not waited for, also while BIRD takes long to end it', () => {
  const { birds } = trialOf(['Mesh_a', 'Mesh_c'], ['Mesh_c']);

  expect(birds).toMatchObject([{ awaited: ['Mesh_a'] }]);
});

test('all is well when each session is Established or gone', () => {
  const trial = trialOf(['Mesh_a', 'Mesh_b', 'Own']);

  expect(judgeTrial(trial, [lookOf({ Mesh_a: UP, Node_b: UP })], 0)).toEqual({ kind: 'good' });
});

test('a session that is missing while BIRD reconfigures is not known to be gone', () => {
  const trial = trialOf(['Mesh_a']);

  expect(judgeTrial(trial, [lookOf({}, false)], 0)).toEqual({
    kind: 'waiting',
    missing: ['Mesh_a'],
  });
  expect(judgeTrial(trial, [lookOf({ Mesh_a: UP }, false)], 0)).toEqual({
    kind: 'waiting',
    missing: ['bird is still reconfiguring'],
  });
});

test('a session that was to stay has less time than one that restarts by forecast', () => {
  const trial = trialOf(['Mesh_a', 'Mesh_b']);
  const judge = (sessions: Readonly<Record<string, typeof UP>>, nowMs: number) =>
    judgeTrial(trial, [lookOf(sessions)], nowMs);

  expect(judge({ Mesh_a: DOWN, Node_b: UP }, 1_008_999)).toMatchObject({ kind: 'waiting' });
  expect(judge({ Mesh_a: DOWN, Node_b: UP }, 1_009_000)).toEqual({
    kind: 'failed',
    missing: ['Mesh_a (Active)'],
  });
  expect(judge({ Mesh_a: UP, Node_b: DOWN }, 1_018_999)).toMatchObject({ kind: 'waiting' });
  expect(judge({ Mesh_a: UP, Node_b: DOWN }, 1_019_000)).toEqual({
    kind: 'failed',
    missing: ['Node_b (Active)'],
  });
});

test('of a BIRD that does not answer when the time is over nothing is known', () => {
  const trial = trialOf(['Mesh_b']);

  expect(judgeTrial(trial, [undefined], 1_018_999)).toEqual({
    kind: 'waiting',
    missing: ['Node_b'],
  });
  expect(judgeTrial(trial, [undefined], 1_019_000)).toEqual({
    kind: 'silent',
    reason: 'bird did not answer by the end of its trial',
  });
  expect(
    judgeTrial({ ...trial, birds: [{ ...BIRD, awaited: [], restarting: [] }] }, [undefined], 0),
  ).toEqual({
    kind: 'waiting',
    missing: ['bird does not answer'],
  });
});

test('of two BIRDs of which one does not answer the other one may have failed', () => {
  const birds = [
    trialBirdOf(BIRD, ['Mesh_a'], { restarts, removed: [] }),
    trialBirdOf({ daemon: 'bird6', process: '8' }, ['Mesh_c'], { restarts, removed: [] }),
  ];
  const trial = { ...trialOf([]), birds };

  expect(judgeTrial(trial, [lookOf({ Mesh_a: UP }), undefined], 1_009_000)).toMatchObject({
    kind: 'silent',
    reason: expect.stringContaining('bird6'),
  });
  expect(judgeTrial(trial, [lookOf({ Mesh_a: DOWN }), undefined], 1_009_000)).toEqual({
    kind: 'failed',
    missing: ['Mesh_a (Active)'],
  });
});
