import { expect, test } from 'vitest';
import { comment } from '../../../src/render/syntax/comment.js';
import { quoted } from '../../../src/render/syntax/quoted.js';

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
