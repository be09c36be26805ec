import { expect, test } from 'vitest';
import type { BgpFilter, FilterRule } from '../../../src/model/bgp-filter.js';
import type { Advertisement, BgpSettings } from '../../../src/model/bgp-settings.js';
import type { Fact } from '../../../src/model/fact.js';
import { NO_TERMS } from '../../../src/model/peering.js';
import type { Host } from '../../../src/plan/host.js';
import { makePlan } from '../../../src/plan/make-plan.js';
import { type FamilyExtras, NO_EXTRAS, type Plan } from '../../../src/plan/plan.js';
import type { Family } from '../../../src/values/family.js';
import { prefixOf } from '../../../src/values/prefix.js';
import { parseRouterId, type RouterId } from '../../../src/values/router-id.js';
import { NODE, reflectorAt } from './plan-fixture.js';
import { address, familyOfText, prefix, v3ClusterOf } from './v3-fixture.js';

function nodeAt(nodeName: string, ...addresses: readonly string[]): readonly Fact[] {
  return addresses.map((text) => ({
    kind: 'node-address',
    nodeName,
    family: familyOfText(text),
    address: address(text),
  }));
}

function encrypting(nodeName: string, text: string): Fact {
  return {
    kind: 'node-wireguard-address',
    nodeName,
    family: familyOfText(text),
    address: address(text),
  };
}

function settings(some: Partial<BgpSettings>): Fact {
  return { kind: 'bgp-settings', settings: some };
}

const OWN = nodeAt('node-a', '192.0.2.1', '2001:db8::1');

function planOf(facts: readonly Fact[], host: Host = NODE): Plan {
  return makePlan(v3ClusterOf([...OWN, ...facts]), host).plan;
}

function extrasOf(facts: readonly Fact[], host: Host = NODE, family: Family = 'ipv4') {
  return planOf(facts, host)[family].extras;
}

test('a cluster that says nothing has the defaults of Calico 3', () => {
  const plan = planOf([]);

  expect(plan.generation).toBe('v3');
  expect(plan).not.toHaveProperty('listenPort');
  expect(plan.ipv4.extras).toEqual({ ...NO_EXTRAS, programsTunnels: false });
});

test.each<[what: string, settings: Partial<BgpSettings>, expected: Partial<FamilyExtras>]>([
  ['bindMode', { bindsNodeAddress: true }, { bindsAddress: true }],
  ['ignored interfaces', { ignoredInterfaces: ['eth9'] }, { ignoredInterfaces: ['eth9'] }],
  ['priorities', { routePriority: { ipv4: 512, ipv6: 256 } }, { normalPriority: 512 }],
  [
    'programClusterRoutes',
    { clusterRoutes: { ipip: true, unencapsulated: true } },
    { programsTunnels: true },
  ],
])('%s of the cluster', (_, some, expected) => {
  expect(extrasOf([settings(some)])).toMatchObject(expected);
});

test('where a family is not spoken, there is no address to bind to', () => {
  const cluster = v3ClusterOf([
    ...nodeAt('node-a', '192.0.2.1'),
    settings({ bindsNodeAddress: true }),
  ]);

  const { ipv4, ipv6 } = makePlan(cluster, NODE).plan;

  expect([ipv4.extras.bindsAddress, ipv6.extras.bindsAddress]).toEqual([true, false]);
});

test.each<[own: number | undefined, ofCluster: number | undefined, expected: number | undefined]>([
  [undefined, undefined, undefined],
  [undefined, 1790, 1790],
  [1791, 1790, 1791],
  [179, 1790, undefined],
  [undefined, 179, undefined],
])('a node with port %s in a cluster with port %s listens on %s', (own, ofCluster, expected) => {
  const facts: readonly Fact[] = [
    ...(own === undefined
      ? []
      : [{ kind: 'node-listen-port', nodeName: 'node-a', port: own } as const]),
    ...(ofCluster === undefined ? [] : [settings({ listenPort: ofCluster })]),
  ];

  expect(planOf(facts).listenPort).toBe(expected);
});

const ACCEPT: FilterRule = { action: 'accept', operations: [] };

function filter(name: string, family: Family, rules: Partial<BgpFilter>): Fact {
  const none = { importRules: [], exportRules: [] };
  return { kind: 'bgp-filter', filter: { name, family, origin: name, ...none, ...rules } };
}

test('the filters are all that have rules in the family, used or not', () => {
  const facts = [
    filter('a', 'ipv4', { importRules: [ACCEPT] }),
    filter('b', 'ipv4', {}),
    filter('c', 'ipv6', { exportRules: [ACCEPT] }),
    filter('d', 'ipv4', { exportRules: [ACCEPT] }),
  ];

  expect(extrasOf(facts).filters.map(({ name }) => name)).toEqual(['a', 'd']);
  expect(extrasOf(facts, NODE, 'ipv6').filters.map(({ name }) => name)).toEqual(['c']);
});

function advertisement(text: string, ...numbers: readonly number[]): Advertisement {
  return {
    prefix: prefix(text),
    family: familyOfText(text),
    communities: numbers.map((n) => ({ kind: 'standard', parts: [64512, n] })),
    origin: text,
  };
}

/** `PREFIX numbers` of both families. */
function advertised(facts: readonly Fact[]): readonly string[] {
  const { ipv4, ipv6 } = planOf(facts);
  return [ipv4, ipv6].flatMap(({ extras }) =>
    extras.advertisements.map(({ prefix, communities }) =>
      [prefix, ...communities.map(({ parts }) => parts[1])].join(' '),
    ),
  );
}

const OF_CLUSTER = settings({
  advertisements: [
    advertisement('198.18.1.0/24', 2, 3),
    advertisement('2001:db8::/64', 4),
    advertisement('198.18.0.0/24', 1),
    advertisement('198.18.2.0/24'),
  ],
});

test('advertisements stand in the order in which they are given, without those that add no community', () => {
  expect(advertised([OF_CLUSTER])).toEqual([
    '198.18.1.0/24 2 3',
    '198.18.0.0/24 1',
    '2001:db8::/64 4',
  ]);
});

test("a node's own advertisements take the place of the cluster's in both families, also when they are none", () => {
  const own = (...advertisements: readonly Advertisement[]): Fact => ({
    kind: 'node-advertisements',
    nodeName: 'node-a',
    advertisements,
  });

  expect(advertised([OF_CLUSTER, own(advertisement('198.18.9.0/24', 9))])).toEqual([
    '198.18.9.0/24 9',
  ]);
  expect(advertised([OF_CLUSTER, own()])).toEqual([]);
});

const PEERS = [
  ...nodeAt('node-b', '192.0.2.2', '2001:db8::2'),
  ...nodeAt('node-c', '192.0.2.3'),
  encrypting('node-b', '198.51.100.2'),
  encrypting('node-b', '2001:db8:f::2'),
  // It has no address that peers know it by.
  encrypting('node-d', '198.51.100.4'),
];

test.each<[what: string, own: readonly Fact[], ipv4: readonly string[], ipv6: readonly string[]]>([
  ['this node does not', [], [], []],
  ['this node does in IPv4', [encrypting('node-a', '198.51.100.1')], ['192.0.2.2'], []],
  ['this node does in IPv6', [encrypting('node-a', '2001:db8:f::1')], [], ['2001:db8::2']],
])('routes are encrypted to nodes that do it, where %s', (_, own, ipv4, ipv6) => {
  const facts = [...PEERS, ...own];

  expect(extrasOf(facts).encryptedNextHops).toEqual(ipv4);
  expect(extrasOf(facts, NODE, 'ipv6').encryptedNextHops).toEqual(ipv6);
});

const SERVICES = settings({
  serviceRanges: {
    cluster: [prefix('198.18.0.0/16')],
    external: [prefix('192.0.2.0/24'), prefix('2001:db8:e::/64')],
    loadBalancer: [prefix('203.0.113.0/24'), prefix('192.0.2.0/24')],
    aggregatesLoadBalancers: true,
  },
});

test('a reflector among the nodes passes on service addresses from outside', () => {
  const clusterId: Fact = { kind: 'node-cluster-id', nodeName: 'node-a', clusterId: anyId() };

  expect(extrasOf([SERVICES]).transitRanges).toEqual([]);
  expect(extrasOf([SERVICES, clusterId]).transitRanges).toEqual(['203.0.113.0/24', '192.0.2.0/24']);
  expect(extrasOf([SERVICES, clusterId], NODE, 'ipv6').transitRanges).toEqual(['2001:db8:e::/64']);
});

function anyId(): RouterId {
  const parsed = parseRouterId('1.0.0.1');
  return parsed.ok ? parsed.value : expect.fail(parsed.reason);
}

test('services are announced by a node, and by no reflector outside of the nodes', () => {
  const ofNode = extrasOf([SERVICES]);
  const ofReflector = extrasOf(
    [SERVICES, settings({ listenPort: 1790 })],
    reflectorAt('192.0.2.9'),
  );

  expect(ofNode.staticRoutes.map((one) => one.prefix)).toEqual([
    '192.0.2.0/24',
    '198.18.0.0/16',
    '203.0.113.0/24',
  ]);
  expect(ofReflector).toMatchObject({ staticRoutes: [], unprogrammed: [], transitRanges: [] });
});

test('the label of a node that takes no traffic from outside is read', () => {
  const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' };
  const facts: readonly Fact[] = [SERVICES, { kind: 'node-labels', nodeName: 'node-a', labels }];

  expect(extrasOf(facts).staticRoutes).toEqual([]);
  expect(extrasOf(facts).unprogrammed).toHaveLength(3);
});

test('the ranges of cluster addresses that the settings give take the place of those of the datastore', () => {
  const host = { ...NODE, clusterServiceRanges: [prefix('198.19.0.0/16')] };

  expect(extrasOf([SERVICES], host).staticRoutes.map((one) => one.prefix)).toEqual([
    '192.0.2.0/24',
    '198.19.0.0/16',
    '203.0.113.0/24',
  ]);
});

test('endpoints of services name a node as Kubernetes does', () => {
  const service = {
    ...{ name: 'default/web', origin: 'default/web', isLocal: true },
    ...{ clusterAddresses: [], externalAddresses: [], endpointNodes: ['Node-A'] },
    loadBalancerAddresses: [address('203.0.113.7')],
  };
  const facts: readonly Fact[] = [SERVICES, { kind: 'service', service }];
  const routesOf = (host: Host) => extrasOf(facts, host).staticRoutes.map((one) => one.prefix);

  expect(routesOf(NODE)).not.toContain('203.0.113.7/32');
  expect(routesOf({ ...NODE, kubernetesName: 'Node-A' })).toContain('203.0.113.7/32');
});

test('pod prefixes count as blocks where the settings say so', () => {
  const prefixes = [prefix('198.18.5.0/24')];
  const facts: readonly Fact[] = [{ kind: 'node-pod-prefixes', nodeName: 'node-a', prefixes }];
  const blocksOf = (host: Host) => planOf(facts, host).ipv4.blocks.map((one) => one.prefix);

  expect(blocksOf(NODE)).toEqual([]);
  expect(blocksOf({ ...NODE, usesPodPrefixes: true })).toEqual(prefixes);
});

test('a service range that is a block too is one static route', () => {
  const range = prefix('198.18.0.0/16');
  const block = { prefix: range, family: 'ipv4', nodeName: 'node-a', origin: 'block' } as const;
  const { blocks, extras } = planOf([
    SERVICES,
    { kind: 'block', block: { ...block, state: 'confirmed' } },
  ]).ipv4;

  expect(blocks).toMatchObject([{ prefix: range, isBlackholed: false }]);
  expect(extras.staticRoutes.map((one) => one.prefix)).toContain(range);
});

test('a peer that is reached by a gateway stays so where its address is one of a service', () => {
  const peer = address('192.0.2.50');
  const ranges = { cluster: [], external: [prefixOf(peer)], loadBalancer: [] };
  const service: Fact = {
    kind: 'service',
    service: {
      name: 'default/web',
      clusterAddresses: [],
      externalAddresses: [peer],
      loadBalancerAddresses: [],
      isLocal: false,
      endpointNodes: [],
      origin: 'default/web',
    },
  };
  const peering: Fact = {
    kind: 'peering',
    peering: {
      scope: { kind: 'all-nodes' },
      remote: { kind: 'address', address: peer, asn: 65001 },
      terms: { ...NO_TERMS, reachableBy: address('192.0.2.254') },
      origin: 'tor',
    },
  };
  const facts = [
    settings({ serviceRanges: { ...ranges, aggregatesLoadBalancers: true } }),
    service,
  ];

  expect(extrasOf(facts).staticRoutes).toMatchObject([{ isExported: true }]);
  expect(extrasOf([...facts, peering]).staticRoutes).toEqual([
    { prefix: '192.0.2.50/32', via: '192.0.2.254', isExported: false, origin: 'tor' },
  ]);
});
