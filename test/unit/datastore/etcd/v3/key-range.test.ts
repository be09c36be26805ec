import { expect, test } from 'vitest';
import { keyAfter, keyRangesOf } from '../../../../../src/datastore/etcd/v3/key-range.js';

function textOf(keyPrefixes: readonly string[]): string[] {
  return keyRangesOf(keyPrefixes).map(({ key, rangeEnd }) => `${key} ${rangeEnd}`);
}

test('a range ends before the first key that does not start with the key prefix', () => {
  expect(textOf(['/calico/bgp/v1/'])).toEqual(['/calico/bgp/v1/ /calico/bgp/v10']);
});

test('ranges are sorted, and one inside another, or twice, is left out', () => {
  expect(textOf(['/b/', '/a/x', '/a/', '/b/', '/ab/'])).toEqual([
    '/a/ /a0',
    '/ab/ /ab0',
    '/b/ /b0',
  ]);
});

test('a key prefix that ends in a letter of several bytes has a range', () => {
  const [range] = keyRangesOf(['/ü']);

  expect(range?.rangeEnd).toEqual(Buffer.from([0x2f, 0xc3, 0xbd]));
});

test('the empty key prefix is the whole store, as etcd writes it', () => {
  const zero = Buffer.from([0]);

  expect(keyRangesOf(['', '/a/'])).toEqual([{ keyPrefix: '', key: zero, rangeEnd: zero }]);
});

test('nothing fits between a key and the key after it', () => {
  expect(keyAfter(Buffer.from('a'))).toEqual(Buffer.from('a\0'));
});
