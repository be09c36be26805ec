/** What `npm run check` finds wrong with the tests that docs/guarantees.md names. */
import { expect, test } from 'vitest';
import { namedFiles, wrongNames } from '../../support/named-tests.js';

const A = 'test/a.test.ts';
const FILES: Readonly<Record<string, readonly string[]>> = {
  [A]: ['holds', 'the lock > is $what', 'of %i many', 'BIRD 2.0.12 > starts'],
};
const wrongIn = (text: string) => wrongNames(text, (path) => FILES[path]);

test('tests that are there are fine, with their titles or without', () => {
  const text = `See \`${A}\`: "holds", "the\n  lock is …" and "of … many", or \`${A}\`, which is "quick".`;

  expect(wrongIn(text)).toEqual([]);
  expect(namedFiles(text)).toEqual([A]);
});

test('a file that is gone is told', () => {
  expect(wrongIn('`test/b.test.ts`: "holds"')).toEqual(['there is no file test/b.test.ts']);
});

test('each title that is gone is told, with its file', () => {
  expect(wrongIn(`\`${A}\`: "holds", "held", "BIRD 2.0.12 starts" and "the lock"`)).toEqual([
    `${A} has no test "held"`,
    `${A} has no test "the lock"`,
  ]);
});

test('a row of a table of tests that names no title is told', () => {
  const tables = [
    '| fault | test |\n|---|---|\n| one | `test/a.test.ts`: "holds" |\n| two | `test/a.test.ts` |',
    '| event | cost |\n|---|---|\n| three | 0 |',
  ];

  expect(wrongIn(tables.join('\n\n'))).toEqual(['no test is named in: | two | `test/a.test.ts` |']);
});
