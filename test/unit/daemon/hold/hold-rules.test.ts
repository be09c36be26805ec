import { describe, expect, test } from 'vitest';
import {
  type Circumstances,
  type Footing,
  isOtherStore,
  type Reason,
  reasonToHold,
  storeMarkOf,
} from '../../../../src/daemon/hold/hold-rules.js';

const STANDING = footing(20);
const BUSY: Circumstances = {
  isOtherStore: false,
  heldFor: undefined,
  isSteady: false,
  limit: undefined,
};

/** A footing with so many sessions. */
function footing(sessions: number): Footing {
  const names = Array.from({ length: sessions }, (_, i) => `192.0.2.${i + 1}`);
  return { hasOwn: true, hasOthers: true, sessions: names, blocks: [], pools: [] };
}

/** Why a state with so many sessions is held. */
function reasonOf(
  { sessions = 20, ...has }: { sessions?: number; hasOwn?: boolean; hasOthers?: boolean },
  circumstances: Partial<Circumstances> = {},
  standing = STANDING,
) {
  const now = { ...footing(sessions), ...has };
  return reasonToHold('node-a', standing, now, { ...BUSY, ...circumstances });
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
    const still = { heldFor: [], isSteady: true };

    expect(reasonOf({ hasOwn: false, sessions: 19 }, still)).toBeDefined();
    expect(reasonOf({ hasOthers: false, sessions: 0 }, still)).toBeDefined();
  });
});

describe('a state is not held', () => {
  test.each([20, 19, 10, 1, 0])(
    'that merely asks for %i of 20 sessions, where any loss is let through',
    (sessions) => {
      expect(reasonOf({ sessions })).toBeUndefined();
    },
  );

  test('when what it lacks was never there', () => {
    const poor = { hasOwn: false, hasOthers: false };

    expect(reasonOf({ ...poor, sessions: 0 }, {}, { ...footing(0), ...poor })).toBeUndefined();
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
      for (const doubt of [{ heldFor: [] }, { isOtherStore: true }]) {
        expect(reasonOf({ sessions }, { ...doubt, isSteady }) !== undefined).toBe(isHeld);
      }
    },
  );
});

describe('a loss at one go', () => {
  const limit = { share: 50, atLeast: 3 };
  const names = (count: number, prefix = '192.0.2.'): readonly string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
  const withSessions = (sessions: readonly string[]): Footing => ({ ...footing(0), sessions });
  const loss = (
    standing: Footing,
    now: Footing,
    circumstances: Partial<Circumstances> = {},
  ): Reason | undefined =>
    reasonToHold('node-a', standing, now, { ...BUSY, limit, ...circumstances });

  test.each([
    // of, kept, share, least, held
    [20, 10, 50, 3, false],
    [20, 9, 50, 3, true],
    [20, 0, 50, 3, true],
    [3, 0, 50, 3, true],
    [3, 1, 50, 3, false],
    [2, 0, 50, 3, false],
    [1, 0, 50, 3, false],
    [1, 0, 50, 1, true],
    [20, 19, 0, 1, true],
    [20, 18, 0, 3, false],
    [20, 3, 90, 3, false],
    [20, 1, 90, 3, true],
    [20, 0, 100, 3, false],
    [0, 0, 0, 1, false],
  ])(
    'of %i sessions %i are left, with a share of %i and at least %i: held is %s',
    (of, left, share, atLeast, held) => {
      const reason = loss(withSessions(names(of)), withSessions(names(left)), {
        limit: { share, atLeast },
      });

      expect(reason !== undefined).toBe(held);
    },
  );

  test('is told with what goes, the first of it by name', () => {
    expect(loss(footing(20), footing(4))).toEqual({
      key: 'nodes',
      reason:
        'at one go 16 of 20 sessions (192.0.2.5, 192.0.2.6, 192.0.2.7, 192.0.2.8, 192.0.2.9 and 11 more) would be removed',
      parts: ['sessions'],
    });
  });

  test('counts blocks and pools by themselves', () => {
    const standing = { ...footing(20), blocks: names(4, '10.0.'), pools: names(3, '10.9.') };

    expect(loss(standing, { ...standing, blocks: names(2, '10.0.') })).toBeUndefined();
    expect(loss(standing, { ...standing, blocks: names(1, '10.0.') })?.parts).toEqual(['blocks']);
    expect(loss(standing, footing(5))).toMatchObject({
      reason: expect.stringMatching(/^at one go 15 of 20 .*, and 4 of 4 .*, and 3 of 3 /),
      parts: ['sessions', 'blocks', 'pools'],
    });
  });

  test('counts the sessions of each family, too: that of all IPv6 is half of both', () => {
    const both = withSessions([...names(4), ...names(4, '2001:db8::')]);

    expect(loss(both, withSessions(names(4)))).toMatchObject({
      reason: expect.stringContaining('at one go 4 of 4 IPv6 sessions (2001:db8::1, '),
    });
    expect(loss(both, withSessions(names(4, '2001:db8::')))).toMatchObject({
      reason: expect.stringContaining('at one go 4 of 4 IPv4 sessions (192.0.2.1, '),
    });
  });

  test('is none where others take their place at the same neighbors, and one where they are other neighbors', () => {
    expect(loss(withSessions(names(9)), withSessions(names(9).toReversed()))).toBeUndefined();
    expect(loss(withSessions(names(9)), withSessions(names(9, '198.51.100.')))).toBeDefined();
  });

  test('is none bit by bit, and none of what was never there', () => {
    expect(loss(footing(20), footing(19))).toBeUndefined();
    expect(loss(footing(0), footing(0))).toBeUndefined();
    expect(loss(footing(0), footing(9))).toBeUndefined();
  });

  test('that was held is held until all of it is back, or nearly all for long', () => {
    const heldFor = ['sessions'] as const;

    expect(loss(footing(20), footing(12), { heldFor })).toEqual({
      key: 'nodes',
      reason:
        'what would have been removed at one go is not all back: it asks for 12 of 20 sessions',
      parts: ['sessions'],
    });
    expect(loss(footing(20), footing(19), { heldFor })).toBeDefined();
    expect(loss(footing(20), footing(19), { heldFor, isSteady: true })).toBeUndefined();
    expect(loss(footing(20), footing(20), { heldFor })).toBeUndefined();
  });

  test('of blocks waits for blocks alone', () => {
    const standing = { ...footing(20), blocks: names(4, '10.0.') };
    const heldFor = ['blocks'] as const;

    expect(
      loss(
        standing,
        { ...standing, ...withSessions(names(19)), blocks: standing.blocks },
        { heldFor },
      ),
    ).toBeUndefined();
    expect(loss(standing, { ...standing, blocks: names(3, '10.0.') }, { heldFor })).toBeDefined();
  });

  test('of a store that is another one is told as that', () => {
    expect(loss(footing(20), footing(4), { isOtherStore: true })).toEqual({
      key: 'nodes',
      reason: expect.stringContaining('is not whole again: it asks for 4 of 20 sessions'),
    });
    const others = withSessions(names(20, '198.51.100.'));
    expect(loss(footing(20), others, { isOtherStore: true })).toBeDefined();
  });
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
