import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelayMs } from '../../../src/base/backoff.js';

const OPTIONS = { baseMs: 100, maxMs: 1_500 };

test.each([
  [0, 50, 100],
  [1, 100, 200],
  [3, 400, 800],
  [4, 750, 1_500],
  [100_000, 750, 1_500],
])('retry number %i waits for %i to %i ms', (attempt, least, most) => {
  expect(backoffDelayMs(OPTIONS, attempt, 0)).toBe(least);
  expect(backoffDelayMs(OPTIONS, attempt, 0.5)).toBe((least + most) / 2);
  expect(backoffDelayMs(OPTIONS, attempt, 0.999_999_999)).toBeCloseTo(most, 3);
});

test('the wait is never longer than the longest, and never nothing', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const delayMs = backoffDelayMs(OPTIONS, attempt, random);

      expect(delayMs).toBeGreaterThanOrEqual(OPTIONS.baseMs / 2);
      expect(delayMs).toBeLessThanOrEqual(OPTIONS.maxMs);
    }),
  );
});
