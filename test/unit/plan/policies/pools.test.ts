import { expect, test } from 'vitest';
import type { Pool } from '../../../../src/model/pool.js';
import { planPools } from '../../../../src/plan/policies/pools.js';
import { parsePrefix } from '../../../../src/values/prefix.js';

function prefix(text: string) {
  const parsed = parsePrefix(text, text.includes(':') ? 'ipv6' : 'ipv4');
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

function pool(text: string, tunnel: Pool['tunnel'], origin = `/pool/${text}`): Pool {
  const family = text.includes(':') ? 'ipv6' : 'ipv4';
  return { prefix: prefix(text), family, tunnel, isVxlan: false, isExportDisabled: false, origin };
}

const OF_V1 = { isExported: true, programmedBy: 'bird' };
const NETWORK = prefix('192.0.2.0/24');

test.each([
  ['never', undefined, { isTunneled: false }],
  ['never', NETWORK, { isTunneled: false }],
  ['always', undefined, { isTunneled: true }],
  ['always', NETWORK, { isTunneled: true }],
  ['cross-subnet', undefined, { isTunneled: true }],
  ['cross-subnet', NETWORK, { isTunneled: true, directNextHops: NETWORK }],
] as const)(
  'a pool that tunnels %s, on a node of the subnet %s, is %j',
  (mode, network, planned) => {
    expect(planPools([pool('198.18.0.0/16', mode)], 'ipv4', network).pools).toEqual([
      { prefix: '198.18.0.0/16', origin: '/pool/198.18.0.0/16', ...OF_V1, ...planned },
    ]);
  },
);

test('IPIP carries IPv4 alone, so an IPv6 pool has no tunnel', () => {
  expect(planPools([pool('2001:db8::/64', 'always')], 'ipv6', undefined).pools).toEqual([
    { prefix: '2001:db8::/64', isTunneled: false, origin: '/pool/2001:db8::/64', ...OF_V1 },
  ]);
});

test('a family has its own pools; of two with one prefix the first key stands, and the other is a problem', () => {
  const pools = [
    pool('198.18.0.0/16', 'never', '/pool/a'),
    pool('2001:db8::/64', 'never'),
    pool('198.18.0.0/16', 'always', '/pool/b'),
  ];

  expect(planPools(pools, 'ipv4', undefined)).toEqual({
    pools: [{ prefix: '198.18.0.0/16', isTunneled: false, origin: '/pool/a', ...OF_V1 }],
    problems: [
      {
        code: 'duplicate-record',
        key: '/pool/b',
        reason: 'it says of the pool 198.18.0.0/16: IPIP; but /pool/a says: no IPIP',
        action: 'kept what the first key says; make the two agree, or remove one',
      },
    ],
  });
});

test.each(['198.18.0.0/16', '2001:db8::/64'])(
  'two keys that come to the same for %s are no problem',
  (prefixText) => {
    const second = prefixText.includes(':') ? 'always' : 'never';
    const pools = [pool(prefixText, 'never', '/pool/a'), pool(prefixText, second, '/pool/b')];

    expect(planPools(pools, pools[0]?.family ?? 'ipv4', undefined).problems).toEqual([]);
  },
);
