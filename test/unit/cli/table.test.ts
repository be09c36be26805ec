import { expect, test } from 'vitest';
import { tableOf } from '../../../src/cli/table.js';

test.each([
  [[], '+---+---+\n| A | B |\n+---+---+'],
  [
    [
      ['one', '1'],
      ['three', ''],
    ],
    '+-------+---+\n| A     | B |\n+-------+---+\n| one   | 1 |\n| three |   |\n+-------+---+',
  ],
])('a table of %j is as wide as it has to be', (rows, text) => {
  expect(tableOf(['A', 'B'], rows)).toBe(text);
});
