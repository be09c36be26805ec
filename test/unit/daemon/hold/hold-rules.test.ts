import { describe, expect, test } from 'vitest';
import {
  type Footing,
  isOtherStore,
  reasonToHold,
  storeMarkOf,
} from '../../../../src/daemon/hold/hold-rules.js';

const STANDING: Footing = { hasOwn: true, hasOthers: true, sessions: 20 };
const BUSY = { isDoubted: false, isSteady: false };

function reasonOf(now: Partial<Footing>, circumstances = BUSY, standing = STANDING) {
  return reasonToHold('node-a', standing, { ...STANDING, ...now }, circumstances);
}

describe('a state is held', () => {
  test('that has no node any more, whatever else it has', () => {
    expect(reasonOf({ hasOwn: false, hasOthers: false, sessions: 0 })).toEqual({
      key: 'nodes',
      reason: 'the datastore has no node any more, and it had some',
    });
  });

  test('that has no address of this node any more, and names where it was', () => {
    expect(reasonOf({ hasOwn: false, sessions: 0 })?.key).toBe('node node-a');
  });

  test('also when the datastore has not changed for long: only what is missing counts', () => {
    const still = { isDoubted: true, isSteady: true };

    expect(reasonOf({ hasOwn: false, sessions: 19 }, still)).toBeDefined();
    expect(reasonOf({ hasOthers: false, sessions: 0 }, still)).toBeDefined();
  });
});

describe('a state is not held', () => {
  test.each([20, 19, 10, 1, 0])('that merely asks for %i of 20 sessions', (sessions) => {
    expect(reasonOf({ sessions })).toBeUndefined();
  });

  test('when what it lacks was never there', () => {
    const poor = { hasOwn: false, hasOthers: false, sessions: 0 };

    expect(reasonOf(poor, BUSY, poor)).toBeUndefined();
  });
});

describe('after a state that was held, or of another store', () => {
  test.each([
    { sessions: 20, isSteady: false, isHeld: false },
    { sessions: 21, isSteady: false, isHeld: false },
    { sessions: 19, isSteady: false, isHeld: true },
    { sessions: 19, isSteady: true, isHeld: false },
    { sessions: 18, isSteady: true, isHeld: false },
    { sessions: 17, isSteady: true, isHeld: true },
    { sessions: 10, isSteady: true, isHeld: true },
    { sessions: 0, isSteady: true, isHeld: true },
  ])(
    '$sessions of 20 sessions, steady: $isSteady, are held: $isHeld',
    ({ sessions, isSteady, isHeld }) => {
      expect(reasonOf({ sessions }, { isDoubted: true, isSteady }) !== undefined).toBe(isHeld);
    },
  );
});

test.each([
  ['the same store, as far', { id: 'a', revision: 7 }, { id: 'a', revision: 7 }, false],
  ['the same store, further', { id: 'a', revision: 7 }, { id: 'a', revision: 8 }, false],
  ['the same store, not as far', { id: 'a', revision: 7 }, { id: 'a', revision: 6 }, true],
  ['another store', { id: 'a', revision: 7 }, { id: 'b', revision: 8 }, true],
  ['a file after an etcd', { id: 'a', revision: 7 }, undefined, true],
  ['an etcd after a file, or after nothing', undefined, { id: 'a', revision: 7 }, false],
])('%s', (_, before, now, isOther) => {
  expect(isOtherStore(before, now)).toBe(isOther);
});

test('a snapshot of a file has no mark: its revisions begin anew with each start', () => {
  expect(storeMarkOf({ revision: '3', entries: [] })).toBeUndefined();
  expect(storeMarkOf({ revision: '3', storeId: 'a', entries: [] })).toEqual({
    id: 'a',
    revision: 3,
  });
});
