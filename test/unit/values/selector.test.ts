import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSelector } from '../../../src/values/selector.js';

const NODE = { role: 'rack', 'topology/zone': 'eu-1', empty: '' };

function selects(text: string, labels: Readonly<Record<string, string>> = NODE): boolean {
  const selector = parseSelector(text);
  if (!selector.ok) {
    throw new Error(selector.reason);
  }
  return selector.value.matches(labels);
}

describe('what is selected', () => {
  test.each([
    ['', true],
    ['  ', true],
    ['all()', true],
    ['all( )', true],
    ['!all()', false],
    ['global()', true],
    ["role == 'rack'", true],
    ['role == "rack"', true],
    ["role=='spine'", false],
    ["role != 'rack'", false],
    ["none != 'x'", true],
    ["none == ''", false],
    ["empty == ''", true],
    ["role in {'spine', 'rack'}", true],
    ["role in{'spine','rack',}", true],
    ['role in {}', false],
    ['role not in {}', true],
    ["role not in {'rack'}", false],
    ["role notin {'rack'}", false],
    ["none not in {'rack'}", true],
    ["none in {'rack'}", false],
    ["role contains 'ac'", true],
    ["none contains ''", false],
    ["role starts with 'ra'", true],
    ["role startswith 'ck'", false],
    ["topology/zone ends with '-1'", true],
    ["none ends with ''", false],
    ['has(role)', true],
    ['has( none )', false],
    ['!has(none)', true],
    ['! has(none)', true],
    ['!!has(role)', true],
    ["!role == 'spine'", true],
    ["has(role) && role == 'spine'", false],
    ["has(none) || role == 'rack'", true],
    ['has(role) || has(none) && has(none)', true],
    ['(has(role) || has(none)) && has(none)', false],
    ['!(has(none))', true],
    ["(((role == 'rack')))", true],
    [`role == "it's"`, false],
  ])('%j: %j', (text, expected) => {
    expect(selects(text)).toBe(expected);
  });

  test('global() leaves out what is of a namespace', () => {
    expect(selects('global()', { 'projectcalico.org/namespace': 'a' })).toBe(false);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'a label %s is there when somebody set it',
    (name) => {
      expect(selects(`has(${name})`)).toBe(false);
      expect(selects(`${name} != 'x'`)).toBe(true);
      expect(selects(`${name} == 'x'`, Object.fromEntries([[name, 'x']]))).toBe(true);
    },
  );

  test.each(['in', 'not', 'all', 'has', 'contains', 'starts'])('%s may be a name', (name) => {
    expect(selects(`${name} == 'x'`, { [name]: 'x' })).toBe(true);
  });
});

describe('what is refused', () => {
  test.each([
    'role',
    'role ==',
    'role == rack',
    "role == 'rack",
    "role = 'rack'",
    "== 'rack'",
    'has(role',
    'has()',
    'has(a b)',
    'all',
    'all(x)',
    "role in 'rack'",
    "role in {'a' 'b'}",
    "role in {'a'",
    'role in {,}',
    '(has(role)',
    'has(role))',
    'has(role) &&',
    'has(role) & has(a)',
    'has(role) has(a)',
    '!',
    '&& has(a)',
    'rôle == "x"',
    "role == 'a' x",
    `has(${'a'.repeat(513)})`,
  ])('%j', (text) => {
    expect(parseSelector(text)).toMatchObject({ ok: false });
  });

  test('the reason names the place', () => {
    expect(parseSelector('has(a) && b = 1')).toMatchObject({
      reason:
        '"has(a) && b = 1" is not a selector: an operator (==, !=, in, not in, contains, starts with, ends with) is expected at character 13',
    });
  });

  test('deep parentheses, by their number and not by the stack', () => {
    expect(parseSelector(`${'('.repeat(1e5)}has(a)${')'.repeat(1e5)}`)).toMatchObject({
      ok: false,
    });
    expect(selects(`${'('.repeat(100)}has(role)${')'.repeat(100)}`)).toBe(true);
  });

  test('nothing for its length alone', () => {
    expect(selects(`${'!'.repeat(1e5)}has(role)`)).toBe(true);
    expect(selects(Array.from({ length: 1e4 }, () => 'has(role)').join(' && '))).toBe(true);
    expect(selects(`has(${'a'.repeat(512)})`)).toBe(false);
  });
});

const token = fc.constantFrom(
  ...['a', 'b', '==', '!=', 'in', 'not in', '{', '}', ',', "'x'", '"y"', 'has(', 'all()', ')'],
  ...['(', '!', '&&', '||', 'contains', 'starts with', ' ', 'global()', "'", '=', '\u0000'],
);

test('any text is a selector that answers, or is refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(token).map((tokens) => tokens.join(' ')),
      ),
      (text) => {
        const selector = parseSelector(text);

        expect(selector.ok ? typeof selector.value.matches(NODE) : selector.reason).toBeTruthy();
      },
    ),
  );
});

test('a selector and its negation part all nodes', () => {
  const term = fc.constantFrom('has(a)', "a == 'x'", "b in {'x','y'}", "b starts with 'x'");
  const joined = fc
    .array(fc.tuple(term, fc.constantFrom('&&', '||')), { minLength: 1, maxLength: 5 })
    .map((parts) => `${parts.flat().slice(0, -1).join(' ')}`);
  const labels = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', ''));
  fc.assert(
    fc.property(joined, labels, (text, of) => {
      expect(selects(`!(${text})`, of)).toBe(!selects(text, of));
    }),
  );
});
