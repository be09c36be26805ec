import { expect, test } from 'vitest';
import { Layout } from '../../../src/apply/layout.js';

test('the links are relative, so that the folder can be mounted elsewhere for BIRD', () => {
  expect(new Layout('/etc/birdkeeper').fixedTarget('bird.cfg')).toBe(
    '.birdkeeper/current/bird.cfg',
  );
});

test('the links are absolute to a state directory outside of the output directory', () => {
  const layout = new Layout('/etc/birdkeeper', '/var/lib/birdkeeper');

  expect(layout.fixedTarget('bird.cfg')).toBe('/var/lib/birdkeeper/current/bird.cfg');
});

test('a state directory whose name only starts like "above" is inside all the same', () => {
  const layout = new Layout('/etc/birdkeeper', '/etc/birdkeeper/..state');

  expect(layout.fixedTarget('bird.cfg')).toBe('..state/current/bird.cfg');
});
