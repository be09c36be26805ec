import { expect, test } from 'vitest';
import { type Problem, problemId } from '../../../src/base/problem.js';
import { boardWith, statusWith } from './status-fixture.js';

function problemOf(key: string, reason = 'bad'): Problem {
  return { code: 'invalid-value', key, reason, action: 'left out' };
}

test('an update replaces the named parts and leaves the others', () => {
  const board = boardWith();

  board.update({ sessions: { ipv4: 3, ipv6: 1 } });
  board.updateDatastore({ state: 'synced', revision: '42' });

  expect(board.current()).toEqual({
    ...statusWith(),
    sessions: { ipv4: 3, ipv6: 1 },
    datastore: { ...statusWith().datastore, state: 'synced', revision: '42' },
  });
});

test('a status that was read stays as it was', () => {
  const board = boardWith();
  const before = board.current();

  board.update({ node: 'node-b' });

  expect(before.node).toBe('node-a');
});

test('a retry that is no longer due is forgotten, and nothing else', () => {
  const board = boardWith();
  board.update({ retry: { attempt: 1, reason: 'away', at: 5 } });

  board.clearRetry();

  expect(board.current()).toEqual(statusWith());
});

test('problems are told when they appear and when they go, and keep the time since which they stand', () => {
  const board = boardWith();
  const [a, b, c] = [problemOf('/a'), problemOf('/b'), problemOf('/c')];

  const first = board.setProblems([a, b], problemId, 100);
  const second = board.setProblems([c, b], problemId, 200);

  expect(first).toEqual({ appeared: [a, b], gone: [] });
  expect(second.appeared).toEqual([c]);
  expect(second.gone).toMatchObject([a]);
  expect(board.current().problems).toEqual([
    { ...c, since: 200 },
    { ...b, since: 100 },
  ]);
});

test('a problem of the same key for another reason is a new one', () => {
  const board = boardWith();
  board.setProblems([problemOf('/a', 'too short')], problemId, 100);

  const { appeared, gone } = board.setProblems([problemOf('/a', 'too long')], problemId, 200);

  expect(appeared).toMatchObject([{ reason: 'too long' }]);
  expect(gone).toMatchObject([{ reason: 'too short' }]);
  expect(board.current().problems).toMatchObject([{ reason: 'too long', since: 200 }]);
});

test('a problem that comes back stands since it came back', () => {
  const board = boardWith();
  board.setProblems([problemOf('/a')], problemId, 100);
  board.setProblems([], problemId, 200);

  board.setProblems([problemOf('/a')], problemId, 300);

  expect(board.current().problems).toEqual([{ ...problemOf('/a'), since: 300 }]);
});
