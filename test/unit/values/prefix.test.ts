import { expect, test } from 'vitest';
import { insideOf, isOneAddress, prefixOf } from '../../../src/values/prefix.js';
import { address, prefix } from '../plan/v3-fixture.js';

test.each([
  ['192.0.2.1', '192.0.2.1/32'],
  ['2001:db8::1', '2001:db8::1/128'],
])('%s alone is %s', (text, expected) => {
  expect(prefixOf(address(text))).toBe(expected);
  expect(isOneAddress(prefix(expected))).toBe(true);
});

test.each(['192.0.2.0/31', '2001:db8::/32', '2001:db8::/127', '0.0.0.0/0'])(
  '%s has more than one address',
  (text) => {
    expect(isOneAddress(prefix(text))).toBe(false);
  },
);

test.each([
  ['192.0.2.1', '192.0.2.0/24', true],
  ['192.0.3.1', '192.0.2.0/24', false],
  ['192.0.2.1', '192.0.2.1/32', true],
  ['192.0.2.1', '0.0.0.0/0', true],
  ['2001:db8::1', '2001:db8::/64', true],
  ['2001:db8:1::1', '2001:db8::/64', false],
  ['2001:db8::1', '0.0.0.0/0', false],
  ['192.0.2.1', '::/0', false],
])('%s lies in %s: %s', (text, range, expected) => {
  expect(insideOf([prefix(range)])(address(text))).toBe(expected);
});

test('an address is inside of several prefixes when it is in one of them, and never of none', () => {
  const ranges = ['2001:db8::/64', '192.0.2.0/24', '198.18.0.0/16'].map(prefix);

  expect(insideOf(ranges)(address('198.18.5.1'))).toBe(true);
  expect(insideOf(ranges)(address('198.19.5.1'))).toBe(false);
  expect(insideOf([])(address('198.18.5.1'))).toBe(false);
});
