import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../../../src/datastore/datastore.js';
import { Known } from '../../../../../src/datastore/etcd/v2/known.js';
import { directoriesOf } from '../../../../../src/datastore/etcd/v2/list.js';

const put = (key: string, value: string): Change => ({ kind: 'put', key, value });
const gone = (key: string): Change => ({ kind: 'delete', key });

function knownWith(values: Readonly<Record<string, string>>): Known {
  const entries = Object.entries(values).map(([key, value]) => ({ key, value }));
  return new Known({ entries, head: { index: 10, clusterId: 'c' } });
}

describe('an event', () => {
  test.each(['set', 'update', 'create', 'compareAndSwap', 'get'])(
    '"%s" puts a value that is another one',
    (action) => {
      const known = knownWith({ '/d/a': '1' });
      const event = (value: string) => ({
        action,
        node: { key: '/d/a', value, modifiedIndex: 12 },
      });

      expect(known.apply(event('1'), '/d/')).toEqual([]);
      expect(known.apply(event('2'), '/d/')).toEqual([put('/d/a', '2')]);
      expect(known.apply(event('2'), '/d/')).toEqual([]);
      expect(known.keys).toBe(1);
    },
  );

  test.each(['delete', 'expire', 'compareAndDelete'])('"%s" takes a value away', (action) => {
    const known = knownWith({ '/d/a': '1', '/d/ab': '2' });

    expect(known.apply({ action, node: { key: '/d/a', modifiedIndex: 12 } }, '/d/')).toEqual([
      gone('/d/a'),
    ]);
    expect(known.keys).toBe(1);
  });

  test('that takes a directory away takes all that is in it, and nothing beside it', () => {
    const known = knownWith({ '/d/a/x': '1', '/d/a/y/z': '2', '/d/ab': '3', '/e/a/x': '4' });

    const changes = known.apply({ action: 'delete', node: { key: '/d/a', dir: true } }, '/d/');

    expect(changes).toEqual([gone('/d/a/x'), gone('/d/a/y/z')]);
  });

  test('that takes away what is above a directory takes all of that directory', () => {
    const known = knownWith({ '/d/a': '1', '/d/b': '2', '/e/c': '3' });

    expect(known.apply({ action: 'delete', node: { key: '', dir: true } }, '/d/')).toEqual([
      gone('/d/a'),
      gone('/d/b'),
    ]);
  });

  test('that makes a directory takes away the value in its place', () => {
    const known = knownWith({ '/d/a': '1' });
    const event = { action: 'set', node: { key: '/d/a', dir: true, modifiedIndex: 11 } };

    expect(known.apply(event, '/d/')).toEqual([gone('/d/a')]);
    expect(known.apply(event, '/d/')).toEqual([]);
  });

  test('beside the directory says how far the store is, and nothing else', () => {
    const known = knownWith({ '/d/a': '1' });
    const node = { key: '/other', value: 'x', modifiedIndex: 20 };

    expect(known.apply({ action: 'set', node }, '/d/')).toEqual([]);
    expect(known.index).toBe(20);
  });

  test('without a value puts an empty one', () => {
    expect(knownWith({}).apply({ action: 'set', node: { key: '/d/a' } }, '/d/')).toEqual([
      put('/d/a', ''),
    ]);
  });
});

describe('a new listing', () => {
  test('gives what went, then what came or changed', () => {
    const known = knownWith({ '/d/a': '1', '/d/b': '2', '/d/c': '3' });
    const entries = [
      { key: '/d/b', value: '2' },
      { key: '/d/c', value: 'x' },
      { key: '/d/d', value: '4' },
    ];

    const changes = known.update({ entries, head: { index: 30, clusterId: 'c' } });

    expect(changes).toEqual([gone('/d/a'), put('/d/c', 'x'), put('/d/d', '4')]);
    expect(known.changedAt).toBe(30);
    expect(known.update({ entries, head: { index: 31, clusterId: 'c' } })).toEqual([]);
  });

  test('leads to the same values from whatever was known', () => {
    const values = fc.dictionary(fc.constantFrom('/d/a', '/d/b', '/d/c', '/d/d'), fc.string());
    fc.assert(
      fc.property(values, values, (before, after) => {
        const entries = Object.entries(after).map(([key, value]) => ({ key, value }));
        const held = new Map(Object.entries(before));

        for (const change of knownWith(before).update({
          entries,
          head: { index: 1, clusterId: 'c' },
        })) {
          if (change.kind === 'put') {
            held.set(change.key, change.value);
          } else {
            held.delete(change.key);
          }
        }

        expect(Object.fromEntries(held)).toEqual(after);
      }),
    );
  });
});

test('an answer is doubted when it is of another cluster, or behind what the store had reached', () => {
  const known = knownWith({});

  expect(known.doubt({ index: 12, clusterId: 'c' }, 10)).toBeUndefined();
  expect(known.index).toBe(12);
  expect(known.doubt({ index: 11, clusterId: 'c' }, 10)).toBeUndefined();
  expect(known.index).toBe(12);
  expect(known.doubt({ index: 10, clusterId: 'c' }, 10)).toBeUndefined();
  expect(known.doubt({ index: 9, clusterId: 'c' }, 10)).toBe('the index went back: 10 to 9');
  expect(known.doubt({ index: 99, clusterId: 'x' }, 10)).toBe('another etcd cluster answers');
  expect(known.index).toBe(12);
});

test.each([
  [
    ['/b/', '/a/'],
    ['/a/', '/b/'],
  ],
  [['/a'], ['/a/']],
  [['/a/', '/a'], ['/a/']],
  [
    ['/a/b/', '/a/', '/c/d/'],
    ['/a/', '/c/d/'],
  ],
  [
    ['/a/', '/ab/'],
    ['/a/', '/ab/'],
  ],
])('the directories of %j are %j', (prefixes, directories) => {
  expect(directoriesOf(prefixes)).toEqual(directories);
});
