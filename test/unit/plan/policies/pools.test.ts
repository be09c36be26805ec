import { expect, test } from 'vitest';
import type { Pool } from '../../../../src/model/pool.js';
import { type PoolRules, planPools } from '../../../../src/plan/policies/pools.js';
import type { Family } from '../../../../src/values/family.js';
import { familyOfText, prefix } from '../v3-fixture.js';

function pool(text: string, tunnel: Pool['tunnel'], origin = `/pool/${text}`): Pool {
  const family = familyOfText(text);
  return { prefix: prefix(text), family, tunnel, isVxlan: false, isExportDisabled: false, origin };
}

function rulesOf(family: Family): PoolRules {
  return { family, isSpoken: true };
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
    expect(planPools([pool('198.18.0.0/16', mode)], { ...rulesOf('ipv4'), network }).pools).toEqual(
      [{ prefix: '198.18.0.0/16', origin: '/pool/198.18.0.0/16', ...OF_V1, ...planned }],
    );
  },
);

test('IPIP carries IPv4 alone, so an IPv6 pool has no tunnel', () => {
  expect(planPools([pool('2001:db8::/64', 'always')], rulesOf('ipv6')).pools).toEqual([
    { prefix: '2001:db8::/64', isTunneled: false, origin: '/pool/2001:db8::/64', ...OF_V1 },
  ]);
});

test('a family has its own pools; of two with one prefix the first key stands, and the other is a problem', () => {
  const pools = [
    pool('198.18.0.0/16', 'never', '/pool/a'),
    pool('2001:db8::/64', 'never'),
    pool('198.18.0.0/16', 'always', '/pool/b'),
  ];

  expect(planPools(pools, rulesOf('ipv4'))).toEqual({
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

    expect(planPools(pools, rulesOf(pools[0]?.family ?? 'ipv4')).problems).toEqual([]);
  },
);

const BY_DEFAULT = { ipip: false, unencapsulated: true };
const BY_BIRD = { ipip: true, unencapsulated: true };
const BY_FELIX = { ipip: false, unencapsulated: false };
const IPIP_BY_BIRD = { ipip: true, unencapsulated: false };

/** `who programs`, with `tunnel` where BIRD uses it and the next hops that it reaches without. */
function programming(one: Pool, rules: PoolRules): string | undefined {
  return planPools([one], rules).pools.map(({ programmedBy, isTunneled, directNextHops }) =>
    [programmedBy, ...(isTunneled ? ['tunnel'] : []), directNextHops].join(' ').trimEnd(),
  )[0];
}

test.each<
  [
    what: string,
    pool: Pool,
    expected: Readonly<Record<'default' | 'bird' | 'felix' | 'ipipByBird', string>>,
  ]
>([
  [
    'no encapsulation',
    pool('198.18.0.0/16', 'never'),
    {
      default: 'bird',
      bird: 'bird',
      felix: 'felix-cluster-routes',
      ipipByBird: 'felix-cluster-routes',
    },
  ],
  [
    'IPIP',
    pool('198.18.0.0/16', 'always'),
    {
      default: 'felix-cluster-routes',
      bird: 'bird tunnel',
      felix: 'felix-cluster-routes',
      ipipByBird: 'bird tunnel',
    },
  ],
  [
    'IPIP to other subnets',
    pool('198.18.0.0/16', 'cross-subnet'),
    {
      default: 'felix-cluster-routes',
      bird: 'bird tunnel 192.0.2.0/24',
      felix: 'felix-cluster-routes',
      ipipByBird: 'bird tunnel 192.0.2.0/24',
    },
  ],
  [
    'VXLAN',
    { ...pool('198.18.0.0/16', 'never'), isVxlan: true },
    {
      default: 'felix-vxlan',
      bird: 'felix-vxlan',
      felix: 'felix-vxlan',
      ipipByBird: 'felix-vxlan',
    },
  ],
  [
    'VXLAN over IPv6',
    { ...pool('2001:db8::/64', 'never'), isVxlan: true },
    {
      default: 'felix-vxlan',
      bird: 'felix-vxlan',
      felix: 'felix-vxlan',
      ipipByBird: 'felix-vxlan',
    },
  ],
  [
    'IPv6, which has no IPIP',
    pool('2001:db8::/64', 'always'),
    {
      default: 'bird',
      bird: 'bird',
      felix: 'felix-cluster-routes',
      ipipByBird: 'felix-cluster-routes',
    },
  ],
])('by the rules of v3, who programs a pool with %s', (_, one, expected) => {
  const rules = { family: one.family, network: NETWORK, isSpoken: true };
  const by = (clusterRoutes: NonNullable<PoolRules['clusterRoutes']>) =>
    programming(one, { ...rules, clusterRoutes });

  expect({
    default: by(BY_DEFAULT),
    bird: by(BY_BIRD),
    felix: by(BY_FELIX),
    ipipByBird: by(IPIP_BY_BIRD),
  }).toEqual(expected);
});

test.each<[text: string, tunnel: Pool['tunnel'], isVxlan: boolean, expected: string]>([
  ['198.18.0.0/16', 'always', false, 'bird'],
  ['198.18.0.0/16', 'never', true, 'bird'],
  ['2001:db8::/64', 'never', true, 'felix-vxlan'],
])(
  'where the family is not spoken, nothing is said of programming %s (IPIP %s, VXLAN %s) but for IPv6: %s',
  (text, tunnel, isVxlan, expected) => {
    const one = { ...pool(text, tunnel), isVxlan };
    const rules = { family: one.family, clusterRoutes: BY_FELIX, isSpoken: false };

    expect(programming(one, rules)).toBe(expected);
  },
);

test('a pool that is not to be exported is programmed all the same', () => {
  const one = { ...pool('198.18.0.0/16', 'never'), isExportDisabled: true };

  const { pools } = planPools([one], { ...rulesOf('ipv4'), clusterRoutes: BY_DEFAULT });

  expect(pools).toMatchObject([{ isExported: false, programmedBy: 'bird' }]);
});

test('pools of v3 are in the order of their text, in which the outer of two comes first', () => {
  const texts = ['203.0.113.0/24', '198.18.128.0/17', '198.18.0.0/16'];
  const pools = texts.map((text, n) => pool(text, 'never', `/pool/${n}`));
  const orderBy = (rules: PoolRules) => planPools(pools, rules).pools.map((one) => one.prefix);

  expect(orderBy({ ...rulesOf('ipv4'), clusterRoutes: BY_DEFAULT })).toEqual([
    '198.18.0.0/16',
    '198.18.128.0/17',
    '203.0.113.0/24',
  ]);
  expect(orderBy(rulesOf('ipv4'))).toEqual(texts);
});

test('two pools of one prefix that differ in encapsulation or export are a problem', () => {
  const first = pool('198.18.0.0/16', 'never', '/pool/a');
  const second = { ...pool('198.18.0.0/16', 'never', '/pool/b'), isVxlan: true };
  const third = { ...pool('198.18.0.0/16', 'never', '/pool/c'), isExportDisabled: true };

  const { problems } = planPools([first, second, third], rulesOf('ipv4'));

  expect(problems.map(({ reason }) => reason)).toEqual([
    'it says of the pool 198.18.0.0/16: no IPIP, VXLAN; but /pool/a says: no IPIP',
    'it says of the pool 198.18.0.0/16: no IPIP, not exported; but /pool/a says: no IPIP',
  ]);
});
