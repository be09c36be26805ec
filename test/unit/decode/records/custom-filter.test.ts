import { expect, test } from 'vitest';
import { checkStatements } from '../../../../src/decode/records/custom-filter.js';

test.each([
  'reject;',
  'if (net ~ 198.18.0.0/16) then { accept; } else { reject; }',
  'print "a } in a string"; # and } in a comment',
  '',
])('%j stays inside of its function', (text) => {
  expect(checkStatements(text)).toEqual({ ok: true, value: text });
});

test.each([
  ['accept; } filter evil { accept;', /} without its {/],
  ['if true then {', /{ without its }/],
  ['/* swallow what follows', /comment or a string/],
  ['print "no end', /comment or a string/],
  ['include "/etc/passwd";', /include/],
  ['reject;\u0000', /control character/],
  ['x'.repeat(20_000), /characters long/],
])('%j does not', (text, reason) => {
  const result = checkStatements(text);

  expect(result.ok ? '' : result.reason).toMatch(reason);
});
