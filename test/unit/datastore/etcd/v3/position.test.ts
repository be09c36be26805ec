import { expect, test } from 'vitest';
import { keyRangesOf } from '../../../../../src/datastore/etcd/v3/key-range.js';
import { Position } from '../../../../../src/datastore/etcd/v3/position.js';

const HEADER = { clusterId: '42', revision: 100, raftTerm: 5 };

function positionAt(header = HEADER): Position {
  const ranges = new Map(
    keyRangesOf(['/a/', '/b/']).map(
      (range) => [range, [{ key: `${range.keyPrefix}1`, value: 'one' }]] as const,
    ),
  );
  return new Position({ header, ranges });
}

test('after a listing every range resumes right behind its revision', () => {
  const { ranges } = positionAt();

  expect(ranges.map(({ nextRevision, count }) => [nextRevision, count])).toEqual([
    [101, 1],
    [101, 1],
  ]);
});

test.each([
  ['the same store', HEADER, undefined],
  ['a store that went on', { ...HEADER, revision: 200, raftTerm: 6 }, undefined],
  ['another cluster', { ...HEADER, clusterId: '43' }, 'another etcd cluster answers'],
  ['a lower term', { ...HEADER, raftTerm: 4, revision: 900 }, 'the Raft term went back: 5 to 4'],
  ['a lower revision', { ...HEADER, revision: 99 }, 'the revision went back: 100 to 99'],
])('%s: %j is doubted as %j', (_, header, doubt) => {
  const position = positionAt();

  expect(position.doubt(header, position.floor)).toBe(doubt);
});

test('an answer is compared with what was known when it was asked for', () => {
  const position = positionAt();
  const { floor } = position;
  position.doubt({ ...HEADER, revision: 105, raftTerm: 6 });

  expect(position.doubt({ ...HEADER, revision: 103 }, floor)).toBeUndefined();
  expect(position.floor).toEqual({ revision: 105, raftTerm: 6 });
});
