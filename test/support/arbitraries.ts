/** Random clusters, as keys and values: good, bad and hostile ones, with addresses that collide. */
import fc from 'fast-check';
import type { Change, Entry } from '../../src/datastore/datastore.js';

const BGP = '/calico/bgp/v1';
const nodeName = fc.constantFrom('node-a', 'node-b', 'node-c', 'node-d', 'node-e');
const lastOctet = fc.integer({ min: 1, max: 6 });
const ipv4 = lastOctet.map((octet) => `192.0.2.${octet}`);
const ipv6 = lastOctet.map((octet) => `2001:db8::${octet}`);
const asn = fc.constantFrom('64512', '65001', '1.10');
const prefix4 = fc.constantFrom(
  '198.18.0.0/26',
  '198.18.0.64/26',
  '198.18.1.0/24',
  '198.18.0.0/16',
);
const prefix6 = fc.constantFrom('2001:db8:ffff::/64', '2001:db8:ffff::/122');
const dashed = (prefix: string): string => prefix.replace('/', '-');

function peerValue(ip: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.record({ ip, as_num: asn }).map((peer) => JSON.stringify(peer));
}

function resource(
  plural: string,
  names: fc.Arbitrary<string>,
  specs: fc.Arbitrary<object>,
): fc.Arbitrary<Entry> {
  return fc.tuple(names, specs).map(([name, spec]) => ({
    key: `/calico/resources/v3/projectcalico.org/${plural}/${name}`,
    value: JSON.stringify({ metadata: { name, labels: { a: 'b' } }, spec }),
  }));
}

/** A good entry of any kind. */
export const goodEntry: fc.Arbitrary<Entry> = fc.oneof(
  entry(fc.constant(`${BGP}/global/as_num`), asn),
  entry(
    fc.constant(`${BGP}/global/node_mesh`),
    fc.boolean().map((enabled) => JSON.stringify({ enabled })),
  ),
  entry(fc.constant(`${BGP}/global/loglevel`), fc.constantFrom('none', 'info', 'debug')),
  entry(
    nodeName.map((name) => `${BGP}/host/${name}/ip_addr_v4`),
    fc.oneof(ipv4, fc.constant('')),
  ),
  entry(
    nodeName.map((name) => `${BGP}/host/${name}/ip_addr_v4`),
    ipv4,
  ),
  entry(
    nodeName.map((name) => `${BGP}/host/${name}/ip_addr_v6`),
    fc.oneof(ipv6, fc.constant('')),
  ),
  entry(
    nodeName.map((name) => `${BGP}/host/${name}/as_num`),
    asn,
  ),
  entry(
    nodeName.map((name) => `${BGP}/host/${name}/network_v4`),
    fc.constant('192.0.2.0/24'),
  ),
  entry(
    nodeName.map((name) => `${BGP}/host/${name}/loglevel`),
    fc.constantFrom('none', 'debug'),
  ),
  entry(
    ipv4.map((ip) => `${BGP}/global/peer_v4/${ip}`),
    peerValue(ipv4),
  ),
  entry(
    ipv6.map((ip) => `${BGP}/global/peer_v6/${ip}`),
    peerValue(ipv6),
  ),
  entry(
    fc.tuple(nodeName, ipv4).map(([name, ip]) => `${BGP}/host/${name}/peer_v4/${ip}`),
    peerValue(ipv4),
  ),
  entry(
    fc.tuple(nodeName, ipv6).map(([name, ip]) => `${BGP}/host/${name}/peer_v6/${ip}`),
    peerValue(ipv6),
  ),
  entry(
    ipv6.map((ip) => `${BGP}/rr_v6/${ip}`),
    fc.constantFrom('{}', '{"cluster_id":"1.0.0.1"}'),
  ),
  entry(
    ipv4.map((ip) => `${BGP}/rr_v4/${ip}`),
    fc
      .record({ ip: ipv4, cluster_id: fc.constantFrom('1.0.0.1', '1.0.0.2') })
      .map((value) => JSON.stringify(value)),
  ),
  entry(
    prefix4.map((prefix) => `/calico/v1/ipam/v4/pool/${dashed(prefix)}`),
    fc
      .record({
        cidr: prefix4,
        ipip: fc.constantFrom('', 'tunl0'),
        ipip_mode: fc.constantFrom('', 'always', 'cross-subnet'),
      })
      .map((value) => JSON.stringify(value)),
  ),
  entry(
    prefix6.map((prefix) => `/calico/v1/ipam/v6/pool/${dashed(prefix)}`),
    prefix6.map((cidr) => JSON.stringify({ cidr })),
  ),
  entry(
    fc
      .tuple(nodeName, prefix4)
      .map(([name, prefix]) => `/calico/ipam/v2/host/${name}/ipv4/block/${dashed(prefix)}`),
    fc.constantFrom(
      '',
      '{}',
      '{"state":"confirmed"}',
      '{"state":"pendingDeletion"}',
      '{"state":"pending"}',
    ),
  ),
  entry(
    fc
      .tuple(nodeName, prefix6)
      .map(([name, prefix]) => `/calico/ipam/v2/host/${name}/ipv6/block/${dashed(prefix)}`),
    fc.constant('{}'),
  ),
  entry(
    fc.constantFrom('10', '20').map((name) => `${BGP}/global/custom_filters/v4/${name}`),
    fc.constantFrom('reject;', 'if (net ~ 198.18.0.0/16) then { accept; }', '# nothing'),
  ),
);

const community = fc.constantFrom('65000:1', '65000:1:2', 'blue');
const filters = fc.constantFrom([], ['f'], ['g', 'f'], ['gone']);

/** What a BGPPeer may say beside who is at its ends. */
const peerTerms = fc.record(
  {
    sourceAddress: fc.constantFrom('UseNodeIP', 'None'),
    maxRestartTime: fc.constantFrom('0s', '2m'),
    keepaliveTime: fc.constantFrom('7s', '30s'),
    nextHopMode: fc.constantFrom('Auto', 'Self', 'Keep'),
    ttlSecurity: fc.constantFrom(1, 2),
    reversePeering: fc.constantFrom('Auto', 'Manual'),
    filters,
  },
  { requiredKeys: [] },
);
const peerEnds = fc.oneof(
  fc.record(
    {
      peerIP: fc.oneof(
        ipv4,
        ipv6,
        ipv4.map((ip) => `${ip}:1179`),
      ),
      asNumber: asn,
      node: nodeName,
      localASNumber: asn,
      numAllowedLocalASNumbers: fc.constantFrom(0, 2),
      keepOriginalNextHop: fc.boolean(),
    },
    { requiredKeys: ['peerIP', 'asNumber'] },
  ),
  fc.record(
    {
      nodeSelector: fc.constantFrom('all()', 'has(a)', "a == 'c'"),
      peerSelector: fc.constantFrom('all()', 'has(rr)'),
    },
    { requiredKeys: ['peerSelector'] },
  ),
);
const filterRules = fc.array(
  fc.record(
    {
      action: fc.constantFrom('Accept', 'Reject'),
      peerType: fc.constantFrom('eBGP', 'iBGP'),
      source: fc.constant('RemotePeers'),
      priority: fc.constantFrom(1, 512),
    },
    { requiredKeys: ['action'] },
  ),
  { maxLength: 2 },
);

/** A good resource of Calico 3. */
export const goodResource: fc.Arbitrary<Entry> = fc.oneof(
  resource(
    'nodes',
    nodeName,
    fc.record({
      bgp: fc.record(
        {
          ipv4Address: ipv4.map((ip) => `${ip}/24`),
          ipv6Address: ipv6,
          asNumber: asn,
          routeReflectorClusterID: fc.constantFrom('1.0.0.1', '1.0.0.2'),
        },
        { requiredKeys: [] },
      ),
      wireguard: fc.record({ interfaceIPv4Address: ipv4 }, { requiredKeys: [] }),
    }),
  ),
  resource(
    'bgpconfigurations',
    fc.oneof(
      fc.constant('default'),
      nodeName.map((name) => `node.${name}`),
    ),
    fc.record(
      {
        asNumber: asn,
        nodeToNodeMeshEnabled: fc.boolean(),
        logSeverityScreen: fc.constantFrom('Debug', 'Error'),
        listenPort: fc.constantFrom(179, 1790),
        bindMode: fc.constantFrom('None', 'NodeIP'),
        nodeMeshMaxRestartTime: fc.constantFrom('0s', '1m'),
        ignoredInterfaces: fc.constantFrom([], ['docker*']),
        programClusterRoutes: fc.constantFrom('Enabled', 'Disabled'),
        ipv4NormalRoutePriority: fc.constantFrom(1, 1024, 2048),
        serviceClusterIPs: fc.constantFrom([], [{ cidr: '203.0.113.0/28' }]),
        communities: fc.constant([{ name: 'blue', value: '65000:9' }]),
        prefixAdvertisements: fc.array(
          fc.record({ cidr: fc.oneof(prefix4, prefix6), communities: fc.array(community) }),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: ['communities'] },
    ),
  ),
  resource(
    'bgppeers',
    fc.constantFrom('p', 'q', 'r'),
    fc.tuple(peerEnds, peerTerms).map(([ends, terms]) => {
      const { keepOriginalNextHop: _, ...others } = ends as { keepOriginalNextHop?: boolean };
      return 'nextHopMode' in terms ? { ...others, ...terms } : { ...ends, ...terms };
    }),
  ),
  resource(
    'bgpfilters',
    fc.constantFrom('f', 'g'),
    fc.record(
      { importV4: filterRules, exportV4: filterRules, importV6: filterRules },
      { requiredKeys: [] },
    ),
  ),
  resource(
    'ippools',
    fc.constantFrom('p', 'q'),
    fc.record(
      {
        cidr: fc.oneof(prefix4, prefix6),
        ipipMode: fc.constantFrom('Never', 'Always', 'CrossSubnet'),
        disableBGPExport: fc.boolean(),
      },
      { requiredKeys: ['cidr'] },
    ),
  ),
);

/** A good entry of either generation. */
export const goodOfAny: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 2, arbitrary: goodEntry },
  { weight: 1, arbitrary: goodResource },
);

/** A good entry's key with a value that is wrong, or hostile. */
export const badEntry: fc.Arbitrary<Entry> = fc
  .tuple(
    goodEntry,
    fc.oneof(
      fc.constantFrom(
        'x',
        '0',
        '{}',
        '[]',
        'null',
        '192.0.2.300',
        '::ffff:192.0.2.2',
        '{"ip":"::ffff:192.0.2.2","as_num":"1"}',
        '"; accept;',
        '{"ip":"0.0.0.0","as_num":"1"}',
        '}\nprotocol bgp x {',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
  )
  .map(([{ key }, value]) => ({ key, value }));

/** Any change of any key: mostly good, some bad, some deletions. */
export function changes(entries: fc.Arbitrary<Entry>): fc.Arbitrary<readonly Change[]> {
  return fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: entries.map(({ key, value }): Change => ({ kind: 'put', key, value })),
      },
      { weight: 1, arbitrary: goodOfAny.map(({ key }): Change => ({ kind: 'delete', key })) },
    ),
    { minLength: 1, maxLength: 12 },
  );
}

/** What stands after `batches`, one after the other, in the order of keys as a datastore lists them. */
export function entriesAfter(batches: readonly (readonly Change[])[]): readonly Entry[] {
  const values = new Map<string, string>();
  for (const change of batches.flat()) {
    if (change.kind === 'put') {
      values.set(change.key, change.value);
    } else {
      values.delete(change.key);
    }
  }
  return [...values]
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function entry(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Entry> {
  return fc.record({ key, value });
}
