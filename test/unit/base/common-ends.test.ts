import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutCommonEnds } from '../../../src/base/common-ends.js';

test.each([
  ['nothing in common', 'ab', 'cd', 'ab', 'cd'],
  ['the same', 'abc', 'abc', '', ''],
  ['one changed in the middle', 'abcd', 'abxd', 'c', 'x'],
  ['one more', 'abc', 'abxc', '', 'x'],
  ['one less', 'abc', 'ac', 'b', ''],
  ['one of several equal ones gone', 'aaa', 'aa', 'a', ''],
  ['nothing before', '', 'ab', '', 'ab'],
])('%s: %j and %j leave %j and %j', (_, before, after, left, right) => {
  expect(withoutCommonEnds([...before], [...after])).toEqual([[...left], [...right]]);
});

const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 });

test('what was taken off both is the same at both ends, and no more could be', () => {
  fc.assert(
    fc.property(letters, letters, (before, after) => {
      const [left, right] = withoutCommonEnds(before, after);
      const starts = before.map((_, start) => start).concat(before.length);

      // There is a place where putting `right` for `left` gives the other list.
      expect(
        starts.some(
          (start) =>
            before.slice(start, start + left.length).join('') === left.join('') &&
            before.toSpliced(start, left.length, ...right).join('') === after.join(''),
        ),
      ).toBe(true);
      if (left.length > 0 && right.length > 0) {
        expect(left[0]).not.toBe(right[0]);
        expect(left.at(-1)).not.toBe(right.at(-1));
      }
    }),
  );
});
