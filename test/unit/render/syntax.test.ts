import { expect, test } from 'vitest';
import { comment } from '../../../src/render/syntax/comment.js';
import { pattern } from '../../../src/render/syntax/pattern.js';
import { quoted } from '../../../src/render/syntax/quoted.js';
import { filterSymbol, symbol } from '../../../src/render/syntax/symbol.js';

test.each([
  ['tunl0', '"tunl0"'],
  ['', '""'],
  ['a # b; } \\', '"a # b; } \\"'],
  ['ä'.repeat(500), `"${'ä'.repeat(500)}"`],
])('%j is the string %s', (text, value) => {
  expect(quoted(text)).toEqual({ ok: true, value });
});

test.each([
  ['a"b', /double quote/],
  ['a\nb', /control character/],
  ['a\u0000b', /control character/],
  ['a\u0085b', /control character/],
  ['ä'.repeat(501), /1000 bytes/],
])('%j cannot be a string', (text, reason) => {
  const result = quoted(text);

  expect(result.ok ? '' : result.reason).toMatch(reason);
});

test.each([
  ['/calico/bgp/v1/host/ä "b"; }', '/calico/bgp/v1/host/ä "b"; }'],
  ['a\nb\rc\td', 'a?b?c?d'],
  ['a\u0000\u0001\u007f\u0085b', 'a????b'],
  ['a\u2028b\u2029c', 'a?b?c'],
])('%j in a comment is %j', (text, expected) => {
  expect(comment(text)).toBe(expected);
});

test.each(['eth0', 'bond0.*', 'cali?', 'en-p1@if7', 'a+b', '*'])('%j is a pattern', (text) => {
  expect(pattern(text)).toEqual({ ok: true, value: `"${text}"` });
});

test.each(['', 'a b', 'a"b', 'a\\', 'a/b', '[a]', 'ä'])('%j is no pattern', (text) => {
  expect(pattern(text)).toMatchObject({ ok: false });
});

const LONGEST = 'a'.repeat(45);

test.each([
  ['rack-1.b', "'bgp_rack-1.b_importFilterV4'"],
  [LONGEST, `'bgp_${LONGEST}_importFilterV4'`],
  // The first 28 characters, and the start of what `printf NAME | sha256sum` says.
  [`${LONGEST}b`, `'bgp_${'a'.repeat(28)}_92070F385568F622_importFilterV4'`],
  ["a'b", "'bgp_a_b_C6654BF7605731F0_importFilterV4'"],
])('the BGPFilter %j is the function %s', (name, expected) => {
  expect(filterSymbol(name, 'importFilterV4')).toBe(expected);
});

test.each([
  [['calico_import_internal'], /^'calico_import_internal'$/],
  [['calico_import_internal', 'a', 'b-c'], /^'calico_import_internal:a:b-c'$/],
  [['calico_import_internal', 'a:b-c'], /^'calico_import_internal:a:b-c_[0-9A-F]{16}'$/],
  [['calico_import_internal', 'a'.repeat(42)], /^'calico_import_internal:a{24}_[0-9A-F]{16}'$/],
])('%j are the symbol %s', (parts, expected) => {
  expect(symbol(parts)).toMatch(expected);
});
