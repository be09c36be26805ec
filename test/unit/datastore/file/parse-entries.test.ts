import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEntries } from '../../../../src/datastore/file/parse-entries.js';

function entriesOf(text: string): Record<string, string> {
  const parsed = parseEntries(text);
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return Object.fromEntries(parsed.value.entries);
}

test.each([
  ['a string is stored as it is', '/k: "on"', 'on'],
  ['a plain word is a string', '/k: ipip', 'ipip'],
  ['an address is a string', '/k: 10.0.0.1', '10.0.0.1'],
  ['a quoted number is a string', '/k: "64512"', '64512'],
  ['a number is stored as its JSON', '/k: 64512', '64512'],
  ['a number keeps its digits', '/k: 64512.10', '64512.10'],
  ['a large number keeps its digits', '/k: 12345678901234567890', '12345678901234567890'],
  ['a hexadecimal number becomes JSON', '/k: 0x10', '16'],
  ['a boolean is stored as its JSON', '/k: true', 'true'],
  ['nothing is stored as JSON null', '/k:', 'null'],
  [
    'a map is stored as its JSON',
    '/k: {ip: 10.0.0.1, as_num: "64512"}',
    '{"ip":"10.0.0.1","as_num":"64512"}',
  ],
  ['a list is stored as its JSON', '/k: [1, a]', '[1,"a"]'],
  ['a block of text keeps its lines', '/k: |\n  a\n  b\n', 'a\nb\n'],
])('%s', (_, text, value) => {
  expect(entriesOf(text)).toEqual({ '/k': value });
});

test('all documents of a file count, and empty ones do no harm', () => {
  expect(entriesOf('---\n/a: x\n---\n# nothing\n---\n/b: y\n')).toEqual({ '/a': 'x', '/b': 'y' });
});

test('{} is a file without entries', () => {
  expect(entriesOf('{}')).toEqual({});
});

test.each([
  ['', '1:1: the file is empty; write {} for no entries'],
  ['/a: 1\n/a: 2\n', '2:1: Map keys must be unique'],
  ['/a: 1\n---\n/b: 1\n/a: 2\n', '4:1: /a is given twice'],
  ['/a: 1\n---\n- x\n', '3:1: not a map of key to value'],
  ['just text', '1:1: not a map of key to value'],
  ['/a: "x\n', '2:1: Missing closing "quote'],
  ['*b : x\n', '1:1: Unresolved alias (the anchor must be set before the alias): b'],
  ['/a: x\n? [*b]\n: y\n', '2:3: Unresolved alias (the anchor must be set before the alias): b'],
  ['/a: *b\n', '1:5: Unresolved alias (the anchor must be set before the alias): b'],
])('%j is refused as %j', (text, reason) => {
  expect(parseEntries(text)).toEqual({ ok: false, reason });
});

test('a Calico v3 resource is no entry', () => {
  const parsed = parseEntries(
    'apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\n',
  );

  expect(parsed).toEqual({
    ok: true,
    value: { entries: new Map(), ignoredResources: ['IPPool p'] },
  });
});

test('an alias that stands for a key is one', () => {
  expect(entriesOf('/a: &x /b\n*x : y\n')).toEqual({ '/a': '/b', '/b': 'y' });
});

test('whatever a file holds, it is read or refused with a place, and nothing is thrown', () => {
  const piece = fc.constantFrom(
    ...['/a', '/b: ', ': ', '*x', '&x ', '*x : ', '? ', '- ', '[', ']', '{', '}', ', ', '"', "'"],
    ...[
      '!!int ',
      '!!binary ',
      '!foo ',
      '<<: ',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '%TAG ! x\n',
      '|\n',
      '>\n',
    ],
    ...[
      '\n',
      '  ',
      '\t',
      '# c\n',
      '\0',
      '\ud800',
      '1e999',
      '.nan',
      '~',
      'kind: X\n',
      'apiVersion: v3\n',
    ],
  );
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 15 });

  fc.assert(
    fc.property(text, (pieces) => {
      const parsed = parseEntries(pieces.join(''));

      if (parsed.ok) {
        for (const [key, value] of parsed.value.entries) {
          expect([typeof key, typeof value]).toEqual(['string', 'string']);
        }
      } else {
        expect(parsed.reason).toMatch(/^\d+:\d+: ./);
      }
    }),
    { numRuns: 2_000 },
  );
});
