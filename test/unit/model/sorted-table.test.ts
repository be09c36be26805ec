import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedTable } from '../../../src/model/sorted-table.js';

const steps = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'B', 'ä'),
    value: fc.option(fc.nat(9), { nil: undefined }),
  }),
);

test('holds what a map sorted by id holds, whatever is set and deleted', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const table = new SortedTable<number>();
      const map = new Map<string, number>();
      for (const { id, value } of all) {
        if (value === undefined) {
          table.delete(id);
          map.delete(id);
        } else {
          table.set(id, value);
          map.set(id, value);
        }
        const sorted = [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
        expect(table.list()).toEqual(sorted);
      }
    }),
  );
});

test('gives the same list until something changes, and never changes one that it gave', () => {
  const table = new SortedTable<string>();
  table.set('a', '1');
  const before = table.list();
  table.delete('b');
  expect(table.list()).toBe(before);

  table.set('a', '2');

  expect(before).toEqual(['1']);
  expect(table.list()).toEqual(['2']);
});
