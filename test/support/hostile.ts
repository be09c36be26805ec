/**
 * Hostile values in every field of every record that is read: a cluster in which each record has each of its fields, and random
 * changes of one value in one record. What is to come of a good value is in `arbitraries.ts`.
 */
import fc from 'fast-check';
import type { Entry } from '../../src/datastore/datastore.js';

/** A word that stands in no text of ours: where it is printed outside of a comment or a string, it was smuggled in. */
export const SMUGGLED = 'smuggled';

const V3 = '/calico/resources/v3/projectcalico.org';
const RULE = {
  action: 'Accept',
  cidr: '198.18.0.0/16',
  matchOperator: 'In',
  prefixLength: { min: 16, max: 26 },
  source: 'RemotePeers',
  interface: 'eth*',
  peerType: 'eBGP',
  communities: { values: ['65000:1'] },
  asPathPrefix: [65001],
  priority: 512,
  operations: [
    { addCommunity: { value: '65000:1:2' } },
    { prependASPath: { prefix: [65001] } },
    { setPriority: { value: 512 } },
  ],
};
const TERMS = {
  localASNumber: 65001,
  password: { secretKeyRef: { name: 'bgp', key: 'tor' } },
  sourceAddress: 'UseNodeIP',
  maxRestartTime: '1m',
  keepaliveTime: '10s',
  numAllowedLocalASNumbers: 1,
  ttlSecurity: 2,
  filters: ['f', 'f.g'],
  reversePeering: 'Auto',
};

/** Specifications by `plural/name`. */
const RESOURCES: Readonly<Record<string, object>> = {
  'nodes/node-a': {
    bgp: { asNumber: 64512, ipv4Address: '192.0.2.1/24', ipv6Address: '2001:db8::1/64' },
    wireguard: { interfaceIPv4Address: '198.19.0.1', interfaceIPv6Address: '2001:db8:1::1' },
  },
  'nodes/node-b': {
    bgp: { ipv4Address: '192.0.2.2/24', routeReflectorClusterID: '244.0.0.1' },
    wireguard: { interfaceIPv4Address: '198.19.0.2' },
  },
  'nodes/node.c': { bgp: { ipv4Address: '192.0.2.3', ipv6Address: '2001:db8::3' } },
  'nodes/node_c': { bgp: { ipv4Address: '192.0.2.4' } },
  'bgpconfigurations/default': {
    asNumber: '1.10',
    nodeToNodeMeshEnabled: true,
    logSeverityScreen: 'Info',
    listenPort: 1790,
    bindMode: 'NodeIP',
    communities: [{ name: 'blue', value: '65000:1' }],
    prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['blue', '65000:1:2'] }],
    serviceClusterIPs: [{ cidr: '203.0.113.0/26' }],
    serviceExternalIPs: [{ cidr: '203.0.113.64/26' }],
    serviceLoadBalancerIPs: [{ cidr: '2001:db8:113::/112' }],
    serviceLoadBalancerAggregation: 'Disabled',
    nodeMeshPassword: { secretKeyRef: { name: 'bgp', key: 'mesh' } },
    nodeMeshMaxRestartTime: '1m',
    ignoredInterfaces: ['docker*'],
    programClusterRoutes: 'Enabled',
    ipv4NormalRoutePriority: 1024,
    ipv6NormalRoutePriority: 1024,
  },
  'bgpconfigurations/node.node-a': {
    listenPort: 179,
    logSeverityScreen: 'Debug',
    prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['65000:1'] }],
  },
  'bgppeers/tor': {
    peerIP: '192.0.2.254:1179',
    asNumber: 65010,
    keepOriginalNextHop: true,
    ...TERMS,
  },
  'bgppeers/tor6': {
    node: 'node-a',
    peerIP: '2001:db8::fe',
    asNumber: 65010,
    reachableBy: '2001:db8::2',
    nextHopMode: 'Self',
    ...TERMS,
  },
  'bgppeers/nodes': { nodeSelector: 'has(a) && !(b == "c")', peerSelector: 'all()' },
  'bgppeers/pods': { localWorkloadSelector: 'all()', asNumber: 65011 },
  'bgpfilters/f': {
    importV4: [RULE],
    exportV4: [RULE],
    importV6: [{ action: 'Reject' }],
    exportV6: [{ action: 'Accept' }],
  },
  'bgpfilters/f.g': { exportV4: [RULE, { action: 'Reject' }] },
  'bgpfilters/f_g': { exportV4: [{ action: 'Reject' }] },
  'ippools/p': {
    cidr: '198.18.0.0/16',
    ipipMode: 'CrossSubnet',
    vxlanMode: 'Never',
    disableBGPExport: false,
  },
  'ippools/q': { cidr: '2001:db8:ffff::/64', disableBGPExport: true },
};
const BGP1 = '/calico/bgp/v1';
const RECORDS: Readonly<Record<string, unknown>> = {
  [`${BGP1}/global/as_num`]: '64512',
  [`${BGP1}/global/node_mesh`]: { enabled: true },
  [`${BGP1}/global/loglevel`]: 'info',
  [`${BGP1}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP1}/host/node-a/ip_addr_v6`]: '2001:db8::1',
  [`${BGP1}/host/node-d/ip_addr_v4`]: '192.0.2.5',
  [`${BGP1}/host/node-d/as_num`]: '65001',
  [`${BGP1}/host/node-a/network_v4`]: '192.0.2.0/24',
  [`${BGP1}/host/node-a/loglevel`]: 'debug',
  [`${BGP1}/global/peer_v4/192.0.2.40`]: { ip: '192.0.2.40', as_num: '64512' },
  [`${BGP1}/host/node-a/peer_v6/2001:db8::40`]: { ip: '2001:db8::40', as_num: '65001' },
  [`${BGP1}/rr_v4/192.0.2.1`]: { ip: '192.0.2.1', cluster_id: '1.0.0.1' },
  '/calico/v1/ipam/v4/pool/198.18.0.0-16': {
    cidr: '198.18.0.0/16',
    ipip: 'tunl0',
    ipip_mode: 'always',
  },
  '/calico/ipam/v2/host/node-a/ipv4/block/198.18.0.0-26': { state: 'confirmed' },
};

/** The records of both generations before anything is done to them, as documents by their keys. */
const DOCUMENTS: ReadonlyMap<string, unknown> = new Map([
  ...Object.entries(RECORDS),
  ...Object.entries(RESOURCES).map(([path, spec]): [string, unknown] => [
    `${V3}/${path}`,
    {
      kind: 'Any',
      metadata: { name: path.split('/')[1], labels: { a: 'b', role: 'x' } },
      spec,
      status: { podCIDRs: ['198.18.9.0/24'] },
    },
  ]),
]);

const statements = fc.constantFrom(
  ...[
    `${SMUGGLED};`,
    `"; ${SMUGGLED}; "`,
    `'; ${SMUGGLED}; '`,
    `} ${SMUGGLED} {`,
    `*/ ${SMUGGLED} /*`,
  ],
  ...[
    `\n${SMUGGLED};\n`,
    `# \r\n${SMUGGLED}`,
    `x\u2028${SMUGGLED}`,
    `\0${SMUGGLED}`,
    `192.0.2.9; ${SMUGGLED};`,
  ],
  ...[
    `protocol bgp ${SMUGGLED} { }`,
    `192.0.2.9 as 1; ${SMUGGLED}`,
    `198.18.0.0/16) then accept; ${SMUGGLED} (`,
  ],
  ...[
    `65000:1) ${SMUGGLED}`,
    `{{${SMUGGLED}}}`,
    `{{{${SMUGGLED}}}}`,
    `all() || ${SMUGGLED}`,
    `eth0" ${SMUGGLED} "`,
  ],
);
const odd = fc.constantFrom<unknown>(
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 32, 2 ** 53, '', ' ', [], {}, [[]], [null]],
  ...[
    '0',
    '-1',
    '4294967296',
    '0x10',
    '1e3',
    '١',
    '0.0.0.0',
    '127.0.0.1',
    '255.255.255.255',
    '224.0.0.1',
  ],
  ...[
    '::',
    '::1',
    'fe80::1',
    '::ffff:192.0.2.9',
    '192.0.2.1/33',
    '2001:db8::/129',
    '192.0.2.9/',
    '[::1]:0',
  ],
  ...[
    '192.0.2.1',
    '2001:db8::1',
    '198.18.0.0/16',
    '2001:db8::/32',
    '192.0.2.254:1179',
    '0.0.0.0/0',
    '::/0',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'node_c',
    'node.c',
    'f_g',
    'f.g',
    'default',
  ],
  ...[
    'all()',
    'has(',
    '!'.repeat(500),
    '('.repeat(500),
    'a == "b" && '.repeat(200),
    'Accept',
    'Enabled',
    '9999h',
  ],
);
const long = fc.constantFrom(
  'x'.repeat(70),
  'x'.repeat(5_000),
  '"'.repeat(5_000),
  '9'.repeat(5_000),
  'a.'.repeat(5_000),
);
const deep = fc.constantFrom(200, 2_000).map((depth) => {
  let value: unknown = SMUGGLED;
  for (let level = 0; level < depth; level++) {
    value = level % 2 === 0 ? [value] : { cidr: value };
  }
  return value;
});
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  ...[statements, odd, long, deep],
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue(),
);

/** A place in a document: the names that lead to it. */
type Place = readonly (string | number)[];

function placesIn(document: unknown, place: Place = []): readonly Place[] {
  const fields = typeof document === 'object' && document !== null ? Object.entries(document) : [];
  return [place, ...fields.flatMap(([name, value]) => placesIn(value, [...place, name]))];
}

function replaced(document: unknown, place: Place, value: unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) {
    return value;
  }
  const copy = Array.isArray(document) ? [...document] : { ...(document as object) };
  Reflect.set(copy, name, replaced(Reflect.get(copy, name), rest, value));
  return copy;
}

const PLACES = [...DOCUMENTS].flatMap(([key, document]) =>
  placesIn(document).map((place) => ({ key, document, place })),
);

/** One record with a hostile value somewhere, or with a field more. */
const hostileEntry: fc.Arbitrary<Entry> = fc
  .tuple(fc.constantFrom(...PLACES), hostileValue, fc.constantFrom('', '', '__proto__', 'x'))
  .map(([{ key, document, place }, value, more]) => {
    const changed = replaced(document, more === '' ? place : [...place, more], value);
    return { key, value: textOf(changed) };
  });

/** Anything at all under a key of ours. */
const rawEntry: fc.Arbitrary<Entry> = fc.record({
  key: fc.constantFrom(...DOCUMENTS.keys()),
  value: fc.oneof(
    statements,
    fc.string({ unit: 'binary' }),
    fc.constantFrom('[', '{"spec":', '['.repeat(20_000)),
  ),
});

/** A cluster in which some records are hostile, and the keys of these. */
export const hostileCluster = fc
  .tuple(
    fc.array(fc.oneof({ weight: 9, arbitrary: hostileEntry }, { weight: 1, arbitrary: rawEntry }), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom('v1', 'v3', 'both'),
  )
  .map(([hostile, generation]) => {
    const isMeant = (key: string) =>
      generation === 'both' || key.startsWith(V3) === (generation === 'v3');
    const entries = new Map(
      Array.from(DOCUMENTS, ([key, document]): [string, string] => [key, textOf(document)]),
    );
    for (const { key, value } of hostile) {
      entries.set(key, value);
    }
    const bad = new Set(hostile.map(({ key }) => key));
    const standing = [...entries].filter(([key]) => isMeant(key) || bad.has(key));
    return { entries: standing.map(([key, value]) => ({ key, value })), bad };
  });

/** Plain text as it is, everything else as JSON. */
function textOf(document: unknown): string {
  return typeof document === 'string' ? document : (JSON.stringify(document) ?? '');
}
