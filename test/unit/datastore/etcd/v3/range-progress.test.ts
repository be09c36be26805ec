import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../../../src/datastore/datastore.js';
import { Gatherer } from '../../../../../src/datastore/etcd/v3/gatherer.js';
import { keyRangesOf } from '../../../../../src/datastore/etcd/v3/key-range.js';
import { RangeProgress } from '../../../../../src/datastore/etcd/v3/range-progress.js';

const put = (key: string, value = key): Change => ({ kind: 'put', key, value });
const gone = (key: string): Change => ({ kind: 'delete', key });
const entry = (key: string, value = key) => ({ key, value });
const NONE: ReadonlySet<string> = new Set();

describe('the progress of a range', () => {
  const progressWith = (...keys: readonly string[]): RangeProgress => {
    const [range] = keyRangesOf(['/d/']);
    return new RangeProgress(
      range ?? expect.fail('no range'),
      keys.map((key) => entry(key)),
      10,
    );
  };

  test('begins right after its listing', () => {
    const progress = progressWith('/d/a', '/d/b');

    expect(progress.nextRevision).toBe(11);
    expect(progress.count).toBe(2);
    expect(progress.firstDifference([entry('/d/a'), entry('/d/b')], NONE)).toBeUndefined();
  });

  test('counts keys as it is told, and holds the last value of each', () => {
    const progress = progressWith('/d/a');
    progress.apply(put('/d/b'), 1);
    progress.apply(put('/d/a', 'new'), 0);
    progress.apply(gone('/d/b'), -1);

    expect(progress.count).toBe(1);
    expect(progress.firstDifference([entry('/d/a', 'new')], NONE)).toBeUndefined();
    expect(progress.firstDifference([entry('/d/a')], NONE)).toBe('/d/a');
  });

  test.each([
    ['another value', [entry('/d/a', 'x'), entry('/d/b')], '/d/a'],
    ['one more', [entry('/d/a'), entry('/d/b'), entry('/d/c')], '/d/c'],
    ['one less', [entry('/d/a')], '/d/b'],
    ['none', [], '/d/a'],
  ])('differs from entries with %s by that key', (_, entries, key) => {
    expect(progressWith('/d/a', '/d/b').firstDifference(entries, NONE)).toBe(key);
    expect(
      progressWith('/d/a', '/d/b').firstDifference(entries, new Set(['/d/a', '/d/b', '/d/c'])),
    ).toBeUndefined();
  });

  test('notes which keys change from when it is asked until it is told to stop', () => {
    const progress = progressWith('/d/a');
    progress.apply(put('/d/b'), 1);

    const changed = progress.noteChanges();
    progress.apply(gone('/d/b'), -1);
    progress.apply(put('/d/c'), 1);
    progress.forgetChanges();
    progress.apply(put('/d/e'), 1);

    expect([...changed]).toEqual(['/d/b', '/d/c']);
    expect([...progress.noteChanges()]).toEqual([]);
  });
});

describe('changes that arrive as several messages', () => {
  function gathererForTest() {
    const told: unknown[] = [];
    const gatherer = new Gatherer((changes, revision, late) => {
      told.push([changes.map(({ key }) => key), revision, late]);
    });
    return { told, gatherer };
  }

  test('in one turn are told as one, in the order of their revisions', async () => {
    const { told, gatherer } = gathererForTest();
    gatherer.add(12, put('/b/1'));
    gatherer.add(11, put('/a/1'));
    gatherer.add(12, put('/a/2'));
    expect(told).toEqual([]);
    await turn();
    await turn();

    expect(told).toEqual([[['/a/1', '/b/1', '/a/2'], 12, undefined]]);
  });

  test('wait while each turn brings more, but not for ever', async () => {
    const { told, gatherer } = gathererForTest();
    for (let count = 1; told.length === 0; count += 1) {
      expect(count).toBeLessThan(20);
      gatherer.add(2 * count, put(`/a/${count}`));
      gatherer.add(2 * count + 1, put(`/b/${count}`));
      await turn();
    }

    const [[keys]] = told as [[string[]]];
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.slice(0, 4)).toEqual(['/a/1', '/b/1', '/a/2', '/b/2']);
  });

  test('of a revision that was told already are late', async () => {
    const { told, gatherer } = gathererForTest();
    gatherer.add(12, put('/a/1'));
    gatherer.flush();
    gatherer.add(12, put('/b/1'));
    gatherer.add(13, put('/b/2'));
    gatherer.flush();
    gatherer.add(14, gone('/b/2'));
    gatherer.flush();

    expect(told).toEqual([
      [['/a/1'], 12, undefined],
      [['/b/1', '/b/2'], 13, 'late'],
      [['/b/2'], 14, undefined],
    ]);
  });

  test('that are none are not told', async () => {
    const { told, gatherer } = gathererForTest();
    gatherer.flush();
    gatherer.add(1, put('/a/1'));
    gatherer.flush();
    await turn();
    await turn();

    expect(told).toHaveLength(1);
  });
});
