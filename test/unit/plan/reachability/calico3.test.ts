/** Which node pairs lose each other by the rules of Calico 3, and what can't be known of it. */
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../src/model/cluster.js';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { unknownsOf } from '../../../../src/plan/reachability/unknowns.js';
import { viewOf } from '../../../../src/verbs/store-view.js';

const RESOURCES = '/calico/resources/v3/projectcalico.org';

/** A cluster in short. */
interface Site {
  /** Of each node more of its `spec.bgp`, and its labels. Addresses are 10.0.0.1 and on. */
  readonly nodes?: Readonly<
    Record<string, { readonly [field: string]: unknown; readonly labels?: object }>
  >;
  readonly mesh?: boolean;
  readonly peers?: readonly object[];
  readonly filters?: Readonly<Record<string, object>>;
  readonly pools?: readonly string[];
  /** Further entries. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Further settings. */
  readonly settings?: object;
  /** The resources that have faults. */
  readonly unreadable?: readonly string[];
}

const RR = { routeReflectorClusterID: '1.0.0.1', labels: { rr: '1' } };
const ABR: NonNullable<Site['nodes']> = { a: {}, b: {}, r: RR };
const SECRET = { secretKeyRef: { name: 's', key: 'k' } };
const TO_RR = { nodeSelector: 'all()', peerSelector: "rr == '1'" };

function clusterOf(site: Site): Cluster {
  const {
    nodes = ABR,
    mesh = false,
    peers = [],
    filters = {},
    pools = [],
    keys = {},
    settings,
    unreadable = [],
  } = site;
  const resources: Readonly<Record<string, Readonly<Record<string, object>>>> = {
    bgpconfigurations: { default: { spec: { nodeToNodeMeshEnabled: mesh, ...settings } } },
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([name, { labels, ...bgp }], i) => [
        name,
        {
          metadata: { name, labels },
          spec: { bgp: { ipv4Address: `10.0.0.${i + 1}/24`, ...bgp } },
        },
      ]),
    ),
    bgppeers: Object.fromEntries(peers.map((spec, i) => [`p${i}`, { spec }])),
    bgpfilters: Object.fromEntries(Object.entries(filters).map(([name, spec]) => [name, { spec }])),
    ippools: Object.fromEntries(pools.map((cidr, i) => [`pool${i}`, { spec: { cidr } }])),
  };
  const entries = Object.entries(resources).flatMap(([plural, byName]) =>
    Object.entries(byName).map(([name, document]) => ({
      key: `${RESOURCES}/${plural}/${name}`,
      value: JSON.stringify({ metadata: { name }, ...document }),
    })),
  );
  const others = Object.entries(keys).map(([key, value]) => ({ key, value }));
  const { cluster, problems } = viewOf({ revision: '1', entries: [...entries, ...others] });
  expect(problems.map(({ key }) => key.replace(`${RESOURCES}/`, ''))).toEqual(unreadable);
  return cluster;
}

/** The pairs that `site` lacks, as `a-b`: what is lost when a mesh without reflectors gives way to it. */
function unconnected(site: Site): readonly string[] {
  const nodes = Object.fromEntries(Object.keys(site.nodes ?? ABR).map((name) => [name, {}]));
  const losses = findLostPairs(clusterOf({ nodes, mesh: true }), clusterOf(site), 100);
  return losses.flatMap(({ first }) => first.map((pair) => pair.join('-')));
}

const rejecting = (rule: object = {}) => [{ action: 'Reject', ...rule }];
const filtered = (spec: object): Site => ({
  peers: [{ ...TO_RR, filters: ['f'] }],
  filters: { f: spec },
});
const inPool = (cidr: string) => ({ cidr, matchOperator: 'In' });
const chain = (terms: object = {}): Site => ({
  nodes: { a: { asNumber: 65001 }, b: { asNumber: 65002 }, c: { asNumber: 65001 } },
  peers: [
    { node: 'b', peerIP: '10.0.0.1', asNumber: 65001 },
    { node: 'b', peerIP: '10.0.0.3', asNumber: 65001 },
    {
      nodeSelector: 'all()',
      peerIP: '10.0.0.2',
      asNumber: 65002,
      reversePeering: 'Manual',
      ...terms,
    },
  ],
});

/** Nodes that peer with the reflector, one of them with TTL security that the reflector doesn't know of. */
function ttlSecurityAt(name: string, hops: number): Site {
  const toReflector = { peerIP: '10.0.0.3', asNumber: 64512, reversePeering: 'Manual' };
  return {
    peers: [
      ...['a', 'b'].map((node) => ({
        node,
        ...toReflector,
        ...(node === name && { ttlSecurity: hops }),
      })),
      { node: 'r', peerSelector: '!has(rr)', reversePeering: 'Manual' },
    ],
  };
}

test.each<readonly [what: string, site: Site, lost: readonly string[]]>([
  ['nothing', {}, ['a-b', 'a-r', 'b-r']],
  ['a reflector by selector', { peers: [TO_RR] }, []],
  ['a mesh that the reflector leaves', { mesh: true }, ['a-r', 'b-r']],
  [
    'a label that one node alone has',
    {
      nodes: { a: { labels: { rack: 'x' } }, b: {}, r: RR },
      peers: [{ ...TO_RR, nodeSelector: "rack == 'x'" }],
    },
    ['a-b', 'b-r'],
  ],
  [
    'a reflector without its cluster id',
    { nodes: { ...ABR, r: { labels: RR.labels } }, peers: [TO_RR] },
    ['a-b'],
  ],
  [
    'a peering that is not given back',
    { peers: [{ ...TO_RR, reversePeering: 'Manual' }] },
    ['a-b', 'a-r', 'b-r'],
  ],
  [
    'two reflectors of one cluster with other clients each',
    {
      nodes: { a: {}, b: {}, r: RR, s: { ...RR, labels: { rr: '2' } } },
      peers: [
        { node: 'a', peerSelector: "rr == '1'" },
        { node: 'b', peerSelector: "rr == '2'" },
        { nodeSelector: 'has(rr)', peerSelector: 'has(rr)' },
      ],
    },
    ['a-b', 'a-s', 'b-r'],
  ],
  [
    'an AS number that a peering gives this end alone',
    {
      peers: [
        { nodeSelector: '!has(rr)', peerIP: '10.0.0.3', asNumber: 64512, localASNumber: 65009 },
        { node: 'r', peerSelector: '!has(rr)' },
      ],
    },
    ['a-b', 'a-r', 'b-r'],
  ],
  ['an external chain back into its own AS', chain(), ['a-c']],
  ['the same where that is allowed', chain({ numAllowedLocalASNumbers: 1 }), []],
  ['a password that no datastore has', { peers: [{ ...TO_RR, password: SECRET }] }, []],
  [
    'a password that one end alone has',
    {
      nodes: { a: {}, b: {}, r: RR },
      peers: [
        { node: 'a', peerIP: '10.0.0.3', asNumber: 64512, reversePeering: 'Manual' },
        { node: 'b', peerIP: '10.0.0.3', asNumber: 64512, reversePeering: 'Manual' },
        {
          node: 'r',
          peerIP: '10.0.0.1',
          asNumber: 64512,
          reversePeering: 'Manual',
          password: SECRET,
        },
        { node: 'r', peerIP: '10.0.0.2', asNumber: 64512, reversePeering: 'Manual' },
      ],
    },
    ['a-b', 'a-r'],
  ],
  [
    'the same where its end is one of two that are alike otherwise',
    {
      peers: [
        { node: 'a', peerIP: '10.0.0.3', asNumber: 64512, reversePeering: 'Manual' },
        {
          node: 'b',
          peerIP: '10.0.0.3',
          asNumber: 64512,
          reversePeering: 'Manual',
          password: SECRET,
        },
        { node: 'r', peerSelector: '!has(rr)', reversePeering: 'Manual' },
      ],
    },
    ['a-b', 'b-r'],
  ],
  [
    'the same of the mesh',
    {
      mesh: true,
      peers: [TO_RR],
      settings: { nodeMeshPassword: SECRET },
    },
    [],
  ],
  ['TTL security at both ends', { peers: [{ ...TO_RR, ttlSecurity: 1 }] }, []],
  ['TTL security at one end alone', ttlSecurityAt('b', 2), ['a-b', 'b-r']],
  ['the same of so many hops that nothing is too far away', ttlSecurityAt('b', 192), []],
  ['a filter that lets nothing out', filtered({ exportV4: rejecting() }), ['a-b', 'a-r', 'b-r']],
  ['one that lets nothing in', filtered({ importV4: rejecting() }), ['a-b', 'a-r', 'b-r']],
  ['one of the other family', filtered({ exportV6: rejecting() }), []],
  ['one for external sessions', filtered({ exportV4: rejecting({ peerType: 'eBGP' }) }), []],
  [
    'one for internal sessions',
    filtered({ exportV4: rejecting({ peerType: 'iBGP' }) }),
    ['a-b', 'a-r', 'b-r'],
  ],
  [
    'one that lets nothing learnt go on',
    filtered({ exportV4: rejecting({ source: 'RemotePeers' }) }),
    ['a-b'],
  ],
  [
    'one that accepts before it rejects',
    filtered({ exportV4: [{ action: 'Accept' }, ...rejecting()] }),
    [],
  ],
  [
    'a filter of one node',
    {
      peers: [
        { node: 'a', peerSelector: "rr == '1'", filters: ['f'] },
        { node: 'b', peerSelector: "rr == '1'" },
      ],
      filters: { f: { importV4: rejecting() } },
    },
    ['a-b', 'a-r'],
  ],
  [
    'filters of two nodes that have one peer by its address',
    {
      peers: [
        { node: 'a', peerIP: '10.0.0.3', asNumber: 64512, filters: ['f'] },
        { node: 'b', peerIP: '10.0.0.3', asNumber: 64512 },
      ],
      filters: { f: { importV4: rejecting() } },
    },
    ['a-b', 'a-r'],
  ],
  [
    'one that rejects a whole pool',
    {
      ...filtered({ exportV4: rejecting(inPool('192.168.0.0/16')) }),
      pools: ['192.168.0.0/16', '172.16.0.0/16'],
    },
    ['a-b', 'a-r', 'b-r'],
  ],
  [
    'one that accepts the pools and nothing else',
    {
      ...filtered({
        exportV4: [{ action: 'Accept', ...inPool('192.168.0.0/16') }, ...rejecting()],
      }),
      pools: ['192.168.0.0/17', '192.168.128.0/17'],
    },
    [],
  ],
  [
    'one that rejects another prefix',
    { ...filtered({ exportV4: rejecting(inPool('10.0.0.0/8')) }), pools: ['192.168.0.0/16'] },
    [],
  ],
  [
    'one that rejects all but a pool',
    {
      ...filtered({ exportV4: rejecting({ cidr: '192.168.0.0/16', matchOperator: 'NotIn' }) }),
      pools: ['192.168.0.0/16'],
    },
    [],
  ],
  [
    'one that rejects by what is not known',
    {
      ...filtered({ exportV4: rejecting({ communities: { values: ['65000:1'] } }) }),
      pools: ['192.168.0.0/16'],
    },
    [],
  ],
  [
    'one that rejects whatever interface a route goes out by',
    filtered({ exportV4: rejecting({ interface: '*' }) }),
    ['a-b', 'a-r', 'b-r'],
  ],
  [
    'a reflector of both generations, with clients by a key of Calico 2',
    {
      keys: {
        '/calico/bgp/v1/rr_v4/10.0.0.3': '{"ip":"10.0.0.3","cluster_id":"1.0.0.1"}',
        '/calico/bgp/v1/global/peer_v4/10.0.0.3': '{"ip":"10.0.0.3","as_num":"64512"}',
      },
    },
    [],
  ],
])('%s', (_, site, lost) => {
  expect(unconnected(site)).toEqual(lost);
});

const NO_SECRET = { secretKeyRef: { name: 's' } };
const BAD_PASSWORD: Site = {
  settings: { nodeMeshPassword: NO_SECRET },
  unreadable: ['bgpconfigurations/default'],
};

describe.each<readonly [what: string, before: Site, after: Site, lost: readonly string[]]>([
  [
    'a mesh whose password can not be read, turned off',
    { nodes: { a: {}, b: {} }, mesh: true, ...BAD_PASSWORD },
    { nodes: { a: {}, b: {} }, ...BAD_PASSWORD },
    ['a-b'],
  ],
  [
    'a reflector, where such a mesh is all that stays',
    { peers: [TO_RR], mesh: true, ...BAD_PASSWORD },
    { nodes: { a: {}, b: {}, r: {} }, mesh: true, ...BAD_PASSWORD },
    ['a-b', 'a-r', 'b-r'],
  ],
  [
    'a peering whose password can not be read',
    { peers: [{ ...TO_RR, password: NO_SECRET }], unreadable: ['bgppeers/p0'] },
    {},
    ['a-b', 'a-r', 'b-r'],
  ],
  [
    'a mesh that a node with an unreadable AS number is in',
    { nodes: { a: {}, b: { asNumber: 'x' } }, mesh: true, unreadable: ['nodes/b'] },
    { nodes: { a: {}, b: { asNumber: 'x' } }, unreadable: ['nodes/b'] },
    ['a-b'],
  ],
  [
    "a mesh of nodes that go by the cluster's AS number, which can not be read",
    {
      nodes: { a: {}, b: {} },
      mesh: true,
      settings: { asNumber: 'x' },
      unreadable: ['bgpconfigurations/default'],
    },
    {
      nodes: { a: {}, b: {} },
      settings: { asNumber: 'x' },
      unreadable: ['bgpconfigurations/default'],
    },
    ['a-b'],
  ],
])('what is lost with %s', (_, before, after, lost) => {
  test('counts', () => {
    const losses = findLostPairs(clusterOf(before), clusterOf(after), 100);
    expect(losses.flatMap(({ first }) => first.map((pair) => pair.join('-')))).toEqual(lost);
  });

  test('does not count where nothing changes', () => {
    expect(findLostPairs(clusterOf(before), clusterOf(before), 100)).toEqual([]);
  });
});

describe('what can not be known is said', () => {
  test.each<readonly [what: string, site: Site, said: readonly RegExp[]]>([
    [
      'nothing where all is known',
      { ...filtered({ exportV4: rejecting() }), pools: ['192.168.0.0/16'] },
      [],
    ],
    ['passwords', { peers: [{ ...TO_RR, password: SECRET }] }, [/passwords .* s\/k$/]],
    [
      'a password that can not be read',
      { peers: [{ ...TO_RR, password: NO_SECRET }], unreadable: ['bgppeers/p0'] },
      [/^the password that .*bgppeers\/p0 asks for can't be read/],
    ],
    [
      'a node of which a part can not be read',
      { nodes: { a: {}, b: { asNumber: 'x' } }, unreadable: ['nodes/b'] },
      [/^the AS number, labels or role of b can't be read/],
    ],
    [
      'an AS number of the cluster that can not be read',
      { settings: { asNumber: 'x' }, unreadable: ['bgpconfigurations/default'] },
      [/^the AS number of the cluster can't be read: it is taken to be 64512$/],
    ],
    [
      'that of the mesh',
      { mesh: true, ...BAD_PASSWORD },
      [/^the password that .*bgpconfigurations\/default asks for can't be read/],
    ],
    [
      'a filter by a community',
      filtered({ importV4: rejecting({ communities: { values: ['65000:1'] } }) }),
      [/BGPFilter f it can't be told/],
    ],
    [
      'a filter of a part of a pool',
      { ...filtered({ exportV4: rejecting(inPool('192.168.7.0/24')) }), pools: ['192.168.0.0/16'] },
      [/BGPFilter f it can't be told/],
    ],
    [
      'what is of a peer outside alone: services, and neither its filters nor its password',
      {
        peers: [{ peerIP: '192.0.2.9', asNumber: 65001, password: SECRET, filters: ['f'] }],
        filters: { f: { exportV4: rejecting({ communities: { values: ['65000:1'] } }) } },
        settings: { serviceClusterIPs: [{ cidr: '10.96.0.0/12' }] },
      },
      [/services \(10\.96\.0\.0\/12\)/],
    ],
  ])('%s', (_, site, said) => {
    expect(unknownsOf(clusterOf(site))).toEqual(said.map((one) => expect.stringMatching(one)));
  });

  test('custom filters of Calico 2', () => {
    const entries = [
      { key: '/calico/bgp/v1/global/custom_filters/v4/mine', value: 'reject;' },
      { key: '/calico/bgp/v1/global/as_num', value: '65001' },
    ];
    expect(unknownsOf(viewOf({ revision: '1', entries }).cluster)).toEqual([
      'custom filters are raw statements: mine is taken to reject nothing',
    ]);
  });
});
