import { expect, test } from 'vitest';
import { Causes } from '../../../src/daemon/causes.js';

test('causes are gathered in order, and taken once', () => {
  const causes = new Causes();

  causes.note('/a', '/b');
  causes.note('bird is there');

  expect(causes.take()).toEqual({ causes: ['/a', '/b', 'bird is there'], causeCount: 3 });
  expect(causes.take()).toEqual({ causes: [], causeCount: 0 });
});

test('of many the first ten are named, and all are counted', () => {
  const causes = new Causes();
  const keys = Array.from({ length: 25 }, (_, i) => `/${i}`);

  causes.note(...keys.slice(0, 8));
  causes.note(...keys.slice(8));

  expect(causes.take()).toEqual({ causes: keys.slice(0, 10), causeCount: 25 });
});

test('what a pass came to nothing for is a cause of the next one, too', () => {
  const causes = new Causes();
  causes.note('/a', '/b');
  const taken = causes.take();
  causes.note('/c');

  causes.putBack(taken);

  expect(causes.take()).toEqual({ causes: ['/a', '/b', '/c'], causeCount: 3 });
});

test('what waits is kept for the pass that applies it, the newest first', () => {
  const causes = new Causes();
  causes.note('/a');
  causes.defer(causes.take());
  causes.note('/b');
  causes.defer(causes.take());
  causes.note('resumed');

  expect(causes.take()).toEqual({ causes: ['resumed'], causeCount: 1 });
  expect(causes.earlier).toEqual({ causes: ['/b', '/a'], causeCount: 2 });
  causes.settle();
  expect(causes.earlier).toEqual({ causes: [], causeCount: 0 });
});
