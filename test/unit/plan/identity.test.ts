import { describe, expect, test } from 'vitest';
import { parseSpeakerAddress } from '../../../src/values/address.js';
import { parseRouterId } from '../../../src/values/router-id.js';
import { NODE, planOf } from './plan-fixture.js';

const V4 = { 'host/node-a/ip_addr_v4': '192.0.2.1' };
const V6 = { 'host/node-a/ip_addr_v6': '2001:db8::1' };
// printf node-a | sha256sum begins with 66 57 0f f0.
const HASH = '102.87.15.240';

function okValue<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!result.ok) {
    throw new Error('the test has a bad value');
  }
  return result.value;
}

describe('the router id is', () => {
  test.each([
    ['the IPv4 address', V4, {}, '192.0.2.1'],
    ['made of the name where there is none', V6, {}, HASH],
    ['made of the name where that is set', V4, { routerId: 'hash' as const }, HASH],
    ['what is set', V4, { routerId: okValue(parseRouterId('10.9.9.9')) }, '10.9.9.9'],
    [
      'the address of the settings',
      V6,
      { ipv4: okValue(parseSpeakerAddress('192.0.2.9')) },
      '192.0.2.9',
    ],
  ])('%s', (_, keys, settings, routerId) => {
    expect(planOf(keys, { ...NODE, ...settings }).plan.routerId).toBe(routerId);
  });
});

test('the address of the datastore comes before that of the settings: the others peer with it', () => {
  const host = { ...NODE, ipv4: okValue(parseSpeakerAddress('192.0.2.9')) };

  expect(planOf(V4, host).plan.ipv4.localAddress).toBe('192.0.2.1');
  expect(planOf(V6, host).plan.ipv4.localAddress).toBe('192.0.2.9');
});

test("a node's AS number and log level are its own, or the cluster's, or the defaults", () => {
  const ownOf = (keys: Readonly<Record<string, string>>) => {
    const { plan } = planOf({ ...V4, ...keys });
    return [plan.ipv4.localAsn, plan.logLevel];
  };
  const cluster = { 'global/as_num': '65001', 'global/loglevel': 'debug' };

  expect(ownOf({})).toEqual([64512, 'info']);
  expect(ownOf(cluster)).toEqual([65001, 'debug']);
  expect(
    ownOf({ ...cluster, 'host/node-a/as_num': '1.1', 'host/node-a/loglevel': 'none' }),
  ).toEqual([65537, 'none']);
});
