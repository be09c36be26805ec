import { expect, test } from 'vitest';
import * as parse from '../../../src/settings/parsers.js';

test.each([
  ['0.0.0.0:9470', { host: '0.0.0.0', port: 9470 }],
  ['[2001:db8::1]:9470', { host: '2001:db8::1', port: 9470 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['off', 'off'],
])('%s is a place to listen', (text, value) => {
  expect(parse.listen(text)).toEqual({ ok: true, value });
});

test.each(['', '9470', ':9470', '127.0.0.1', '127.0.0.1:65536', '2001:db8::1:9470', 'on'])(
  '%o is no place to listen',
  (text) => {
    expect(parse.listen(text)).toEqual({
      ok: false,
      reason: `"${text}" is neither ADDRESS:PORT nor off`,
    });
  },
);

test('endpoints may have spaces between them, and slashes at their ends', () => {
  expect(parse.endpoints('http://192.0.2.1:2379/ , https://[2001:db8::1]:2379')).toEqual({
    ok: true,
    value: ['http://192.0.2.1:2379', 'https://[2001:db8::1]:2379'],
  });
});

test.each([
  ['192.0.2.1:2379', '192.0.2.1:2379'],
  ['http://192.0.2.1', 'http://192.0.2.1'],
  ['http://192.0.2.1:65536', 'http://192.0.2.1:65536'],
  ['http://192.0.2.1:2379,', ''],
  ['http://192.0.2.1:2379/v3', 'http://192.0.2.1:2379/v3'],
  ['etcd://192.0.2.1:2379', 'etcd://192.0.2.1:2379'],
])('among the endpoints %o, "%s" is refused', (text, wrong) => {
  expect(parse.endpoints(text)).toEqual({
    ok: false,
    reason: `"${wrong}" is not of the form http://HOST:PORT or https://HOST:PORT`,
  });
});

test.each(['', '1.5', '-1', '+1', '0x1', '1e1', ' 1', '11', '99999999999'])(
  '%o is no whole number from 0 to 10',
  (text) => {
    expect(parse.integer(0, 10)(text)).toEqual({
      ok: false,
      reason: `"${text}" is not a whole number from 0 to 10`,
    });
  },
);

test('both ends of a range of numbers belong to it', () => {
  expect(parse.integer(0, 10)('0')).toEqual({ ok: true, value: 0 });
  expect(parse.integer(0, 10)('10')).toEqual({ ok: true, value: 10 });
});

test('addresses are of the family that is asked for', () => {
  expect(parse.ipv4('192.0.2.1')).toEqual({ ok: true, value: '192.0.2.1' });
  expect(parse.ipv4('2001:db8::1')).toMatchObject({ ok: false });
  expect(parse.ipv6('2001:DB8:0::1')).toEqual({ ok: true, value: '2001:db8::1' });
  expect(parse.ipv6('192.0.2.1')).toMatchObject({ ok: false });
});

test.each([
  ['off', 'off'],
  ['2s', 2],
  ['30s', 30],
  ['1m30s', 90],
  ['10m', 600],
])('%s is how long sessions may take', (text, value) => {
  expect(parse.confirmTime(text)).toEqual({ ok: true, value });
});

test.each([
  ['on', '"on" is not a duration such as 1m30s'],
  ['30', '"30" is not a duration such as 1m30s'],
  ['1s', '1s is not off, or from 2 s to 10 m'],
  ['1h', '1h is not off, or from 2 s to 10 m'],
])('%s is not', (text, reason) => {
  expect(parse.confirmTime(text)).toEqual({ ok: false, reason });
});
