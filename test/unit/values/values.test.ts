import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/base/result.js';
import { parseAddress, parseSpeakerAddress } from '../../../src/values/address.js';
import { parseAsn } from '../../../src/values/asn.js';
import { parseNodeName } from '../../../src/values/node-name.js';
import { parsePrefix } from '../../../src/values/prefix.js';
import { parseRouterId, routerIdOfName } from '../../../src/values/router-id.js';

/** The value, or `refused`. */
function outcome(result: Result<unknown>): unknown {
  return result.ok ? result.value : 'refused';
}

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['010.0.0.1', 'refused'],
  ['0x0a.0.0.1', 'refused'],
  ['10.1', 'refused'],
  ['192.0.2.256', 'refused'],
  [' 192.0.2.1', 'refused'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['fe80::1%eth0', 'refused'],
  ['::g', 'refused'],
  ['192.0.2.1 ', 'refused'],
  ['192.0.2.1\n', 'refused'],
  ['3221225985', 'refused'],
  ['192.0.2.1/32', 'refused'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::FFFF:192.0.2.1', '::ffff:c000:201'],
  ['::ffff:c000:201', '::ffff:c000:201'],
  ['::ffff:192.0.2.010', 'refused'],
  ['::192.0.2.0x1', 'refused'],
  ['[2001:db8::1]', 'refused'],
  ['1::2::3', 'refused'],
  ['1:2:3:4:5:6:7:8:9', 'refused'],
  ['', 'refused'],
])('address %j is %s', (text, expected) => {
  expect(outcome(parseAddress(text))).toBe(expected);
});

test('an address of the other family is refused', () => {
  expect(outcome(parseAddress('192.0.2.1', 'ipv6'))).toBe('refused');
  expect(outcome(parseAddress('::1', 'ipv4'))).toBe('refused');
});

test.each([
  ['0.0.0.0', 'refused'],
  ['255.255.255.255', 'refused'],
  ['224.0.0.1', 'refused'],
  ['::', 'refused'],
  ['ff02::1', 'refused'],
  ['fe80::1', 'refused'],
  ['febf::1', 'refused'],
  ['169.254.0.1', '169.254.0.1'],
  ['127.0.0.1', 'refused'],
  ['127.255.255.254', 'refused'],
  ['128.0.0.1', '128.0.0.1'],
  ['0.1.2.3', 'refused'],
  ['::1', 'refused'],
  ['239.255.255.255', 'refused'],
  ['::ffff:192.0.2.1', 'refused'],
  ['::ffff:c000:201', 'refused'],
  ['2001:DB8::1', '2001:db8::1'],
  ['x', 'refused'],
])('speaker address %j is %s', (text, expected) => {
  expect(outcome(parseSpeakerAddress(text))).toBe(expected);
});

test.each([
  ['198.18.0.0/26', 'ipv4', '198.18.0.0/26'],
  ['198.18.0.77/26', 'ipv4', '198.18.0.64/26'],
  ['0.0.0.0/0', 'ipv4', '0.0.0.0/0'],
  ['198.18.0.0/33', 'ipv4', 'refused'],
  ['198.18.0.0/08', 'ipv4', 'refused'],
  ['198.18.0.0', 'ipv4', 'refused'],
  ['198.18.0.0/8/8', 'ipv4', 'refused'],
  ['2001:DB8::1/64', 'ipv6', '2001:db8::/64'],
  ['2001:db8::/129', 'ipv6', 'refused'],
  ['198.18.0.0/16', 'ipv6', 'refused'],
  ['::/0', 'ipv6', '::/0'],
  ['198.18.0.1/32', 'ipv4', '198.18.0.1/32'],
  ['198.18.0.0/', 'ipv4', 'refused'],
  ['198.18.0.0/-1', 'ipv4', 'refused'],
  ['198.18.0.0/255.255.0.0', 'ipv4', 'refused'],
  ['/16', 'ipv4', 'refused'],
  ['', 'ipv4', 'refused'],
] as const)('prefix %j of %s is %s', (text, family, expected) => {
  expect(outcome(parsePrefix(text, family))).toBe(expected);
});

test.each([
  ['1', 1],
  ['64512', 64512],
  ['4294967294', 4294967294],
  ['23455', 23455],
  ['65534', 65534],
  ['65536', 65536],
  ['4294967296', 'refused'],
  ['0', 'refused'],
  ['1.10', 65546],
  ['0.0', 'refused'],
  ['65536.1', 'refused'],
  ['65535.65534', 4294967294],
  ['-1', 'refused'],
  ['1e3', 'refused'],
  ['', 'refused'],
])('AS number %j is %s', (text, expected) => {
  expect(outcome(parseAsn(text))).toBe(expected);
});

test.each([
  ['0', /RFC 7607/],
  ['0.0', /RFC 7607/],
  ['23456', /AS_TRANS.*RFC 6793/],
  ['0.23456', /AS_TRANS/],
  ['65535', /RFC 7300/],
  ['0.65535', /RFC 7300/],
  ['4294967295', /RFC 7300/],
  ['65535.65535', /RFC 7300/],
  ['4294967296', /not an AS number/],
])('AS number %j is refused, and why is said', (text, reason) => {
  const result = parseAsn(text);

  expect(result.ok ? '' : result.reason).toMatch(reason);
});

describe('router ids', () => {
  test.each([
    ['1.0.0.1', '1.0.0.1'],
    ['16777217', '1.0.0.1'],
    ['0.0.0.0', 'refused'],
    ['0', 'refused'],
    ['4294967296', 'refused'],
    ['::1', 'refused'],
    ['4294967295', '255.255.255.255'],
    ['016777217', 'refused'],
    ['-1', 'refused'],
    ['', 'refused'],
  ])('%j is %s', (text, expected) => {
    expect(outcome(parseRouterId(text))).toBe(expected);
  });

  test('of a name are the start of its SHA-256, below 224', () => {
    // printf kube-master | sha256sum begins with these octets (the first one less 32 where it is above 223).
    expect(routerIdOfName('kube-master')).toBe('25.79.212.8');
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(Number(routerIdOfName(name).split('.')[0])).toBeLessThan(224);
      }),
    );
  });
});

test.each([
  ['kube-node1.example.com', 'kube-node1.example.com'],
  ['', 'refused'],
  ['a/b', 'refused'],
  ['a b', 'refused'],
  ['a\nb', 'refused'],
  ['x'.repeat(254), 'refused'],
  ['x'.repeat(253), 'x'.repeat(253)],
  ['a\u0000b', 'refused'],
  ['a\u00a0b', 'refused'],
  ['nœud', 'nœud'],
])('node name %j is %s', (text, expected) => {
  expect(outcome(parseNodeName(text))).toBe(expected);
});
