import { describe, expect, test } from 'vitest';
import { type Footing, reasonToHold } from '../../../../src/daemon/hold/hold-rules.js';

const STANDING: Footing = { hasOwn: true, hasOthers: true, sessions: 20 };
const BUSY = { isHeld: false, isStill: false };

function reasonOf(now: Partial<Footing>, circumstances = BUSY, standing = STANDING) {
  return reasonToHold('node-a', standing, { ...STANDING, ...now }, circumstances);
}

describe('a state is held', () => {
  test('that has no node any more, whatever else it has', () => {
    expect(reasonOf({ hasOwn: false, hasOthers: false, sessions: 0 })).toEqual({
      key: '/calico/bgp/v1/host',
      reason: 'the datastore has no node any more, and it had some',
    });
  });

  test('that has no address of this node any more, and names where it was', () => {
    expect(reasonOf({ hasOwn: false, sessions: 0 })?.key).toBe('/calico/bgp/v1/host/node-a');
  });

  test('also when the datastore has not changed for long: only what is missing counts', () => {
    const still = { isHeld: true, isStill: true };

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

describe('after a state that was held', () => {
  test.each([
    { sessions: 20, isStill: false, isHeld: false },
    { sessions: 21, isStill: false, isHeld: false },
    { sessions: 19, isStill: false, isHeld: true },
    { sessions: 19, isStill: true, isHeld: false },
    { sessions: 10, isStill: true, isHeld: false },
    { sessions: 9, isStill: true, isHeld: true },
  ])(
    '$sessions of 20 sessions, still: $isStill, are held: $isHeld',
    ({ sessions, isStill, isHeld }) => {
      expect(reasonOf({ sessions }, { isHeld: true, isStill }) !== undefined).toBe(isHeld);
    },
  );
});
