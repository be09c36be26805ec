import { expect, test } from 'vitest';
import { Attempt } from '../../../src/apply/attempt.js';
import { ManualClock } from '../../support/manual-clock.js';

test('an attempt knows which step runs, and how long each took', async () => {
  const clock = new ManualClock(1_000);
  const attempt = new Attempt(clock);
  expect(attempt.step).toBe('stage');
  expect(attempt.timings).toEqual({});

  await attempt.run('stage', async () => clock.advance(3));
  const checked = attempt.run('check', async () => {
    clock.advance(12);
    return attempt.step;
  });

  expect(await checked).toBe('check');
  expect(attempt.step).toBe('check');
  expect(attempt.timings).toEqual({ stage: 3, check: 12 });
});

test('a step that fails is the last one, and its time counts', async () => {
  const clock = new ManualClock();
  const attempt = new Attempt(clock);
  await attempt.run('stage', async () => {});

  const failed = attempt.run('configure', async () => {
    clock.advance(5_000);
    throw new Error('no answer');
  });

  await expect(failed).rejects.toThrow('no answer');
  expect(attempt.step).toBe('configure');
  expect(attempt.timings).toEqual({ stage: 0, configure: 5_000 });
});

test('a step that is done again counts from anew', async () => {
  const clock = new ManualClock();
  const attempt = new Attempt(clock);
  await attempt.run('configure', async () => clock.advance(50));
  await attempt.run('configure', async () => clock.advance(2));

  expect(attempt.timings).toEqual({ configure: 2 });
});

test('an attempt has written nothing, and is out of date only when somebody says so', () => {
  const clock = new ManualClock();
  let isOld = false;
  const attempt = new Attempt(clock, { isOutdated: () => isOld });

  expect(new Attempt(clock).isOutdated()).toBe(false);
  expect(new Attempt(clock).wrote).toBe(false);
  expect(attempt.isOutdated()).toBe(false);
  isOld = true;
  expect(attempt.isOutdated()).toBe(true);
});
