import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelayMs } from '../../../src/base/backoff.js';

const OPTIONS = { baseMs: 100, maxMs: 1_500 };

test.each([
  [0, 50, 100],
  [1, 50, 200],
  [3, 50, 800],
  [4, 50, 1_500],
  [100_000, 50, 1_500],
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

test('a longest wait below the first ceiling still gives room to spread', () => {
  expect(backoffDelayMs({ baseMs: 1_000, maxMs: 100 }, 5, 0)).toBe(50);
  expect(backoffDelayMs({ baseMs: 1_000, maxMs: 100 }, 5, 0.999_999_999)).toBeCloseTo(100, 3);
});

test('at the longest wait, hosts come back spread over all of it', () => {
  const waits = Array.from({ length: 100 }, (_, i) => backoffDelayMs(OPTIONS, 10, i / 100));

  expect(waits.filter((wait) => wait < OPTIONS.maxMs / 2).length).toBeGreaterThan(45);
});
