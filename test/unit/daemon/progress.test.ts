import { expect, test } from 'vitest';
import { Progress } from '../../../src/daemon/progress.js';
import { ManualClock } from '../../support/manual-clock.js';

const HOUR_MS = 3_600_000;

test('a daemon that waits for changes gets on, however long', () => {
  const clock = new ManualClock();
  const progress = new Progress(clock);
  clock.advance(HOUR_MS);
  expect(progress.isStuck()).toBe(false);

  progress.begin(0);
  progress.end();
  clock.advance(HOUR_MS);

  expect(progress.isStuck()).toBe(false);
});

test('a pass that runs beyond all of its deadlines hangs, until it ends after all', () => {
  const clock = new ManualClock();
  const progress = new Progress(clock);

  progress.begin(0);
  // bird -p, birdc configure, and the same to go back.
  clock.advance(10_000 + 60_000 + 10_000 + 60_000);
  expect(progress.isStuck()).toBe(false);
  clock.advance(HOUR_MS);
  expect(progress.isStuck()).toBe(true);
  progress.end();

  expect(progress.isStuck()).toBe(false);
});

test('each custom filter has a deadline of its own', () => {
  const clock = new ManualClock();
  const progress = new Progress(clock);

  progress.begin(1_000);
  clock.advance(1_000 * 10_000);
  expect(progress.isStuck()).toBe(false);
  clock.advance(HOUR_MS);

  expect(progress.isStuck()).toBe(true);
});

test('a pass may wait for sessions as often as it has to', () => {
  const clock = new ManualClock();
  const [short, long] = [new Progress(clock), new Progress(clock, 600_000)];
  short.begin(0);
  long.begin(0);

  clock.advance(2_600_000);

  expect([short.isStuck(), long.isStuck()]).toEqual([true, false]);
});

test('a pass may wait for the end of a trial that a former run made longer than today', () => {
  const clock = new ManualClock();
  let trialEndMs: number | undefined = clock.monotonic() + 1_200_000;
  const progress = new Progress(clock, 0, () => trialEndMs);

  progress.begin(0);
  // As the watchdog looks.
  for (let look = 0; look < 120; look += 1) {
    clock.advance(10_000);
    expect(progress.isStuck()).toBe(false);
  }
  trialEndMs = undefined;
  clock.advance(200_000);
  expect(progress.isStuck()).toBe(false);
  clock.advance(HOUR_MS);

  expect(progress.isStuck()).toBe(true);
});
