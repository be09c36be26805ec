import { expect, test } from 'vitest';
import { ChangeTimer } from '../../../src/daemon/change-timer.js';

test('the time counts from the first change of a pass to its end', () => {
  const timer = new ChangeTimer();

  timer.heard(100);
  timer.heard(150);
  timer.takeIn();

  expect(timer.done(400)).toBe(300);
  expect(timer.done(500)).toBeUndefined();
});

test('a change during a pass is of the next one', () => {
  const timer = new ChangeTimer();
  timer.heard(100);
  timer.takeIn();

  timer.heard(200);

  expect(timer.done(250)).toBe(150);
  timer.takeIn();
  expect(timer.done(300)).toBe(100);
});

test('changes that BIRD could not be given yet count on', () => {
  const timer = new ChangeTimer();
  timer.heard(100);
  timer.takeIn();
  // The pass fails. Another change, and a pass that doesn't.
  timer.heard(600);
  timer.takeIn();

  expect(timer.done(1_000)).toBe(900);
});

test('a pass without a change takes no time', () => {
  const timer = new ChangeTimer();

  timer.takeIn();

  expect(timer.done(1_000)).toBeUndefined();
});
