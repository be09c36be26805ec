import { describe, expect, test } from 'vitest';
import { keyPrefixesOf, parseKey } from '../../../src/decode/keys.js';

const RESOURCES = '/calico/resources/v3/projectcalico.org';
const BGP = '/calico/bgp/v1';
const IPAM = '/calico/v1/ipam';
const BLOCKS = '/calico/ipam/v2/host';

test.each([
  [`${BGP}/global/as_num`, { kind: 'default-asn' }],
  [`${BGP}/global/node_mesh`, { kind: 'mesh' }],
  [`${BGP}/global/loglevel`, { kind: 'log-level' }],
  [`${BGP}/global/peer_v4/192.0.2.1`, { kind: 'peer', family: 'ipv4', address: '192.0.2.1' }],
  [`${BGP}/global/peer_v6/2001:db8::1`, { kind: 'peer', family: 'ipv6', address: '2001:db8::1' }],
  [
    `${BGP}/global/custom_filters/v4/10-drop`,
    { kind: 'custom-filter', family: 'ipv4', name: '10-drop' },
  ],
  [
    `${BGP}/global/custom_filters/v6/peer_v4`,
    { kind: 'custom-filter', family: 'ipv6', name: 'peer_v4' },
  ],
  [`${BGP}/host/n/ip_addr_v4`, { kind: 'node-address', nodeName: 'n', family: 'ipv4' }],
  [`${BGP}/host/n/ip_addr_v6`, { kind: 'node-address', nodeName: 'n', family: 'ipv6' }],
  [`${BGP}/host/n/as_num`, { kind: 'node-asn', nodeName: 'n' }],
  [`${BGP}/host/n/network_v4`, { kind: 'node-network', nodeName: 'n', family: 'ipv4' }],
  [`${BGP}/host/n/network_v6`, { kind: 'node-network', nodeName: 'n', family: 'ipv6' }],
  [`${BGP}/host/n/loglevel`, { kind: 'log-level', nodeName: 'n' }],
  [
    `${BGP}/host/n/peer_v4/192.0.2.1`,
    { kind: 'peer', nodeName: 'n', family: 'ipv4', address: '192.0.2.1' },
  ],
  [`${BGP}/host/as_num/as_num`, { kind: 'node-asn', nodeName: 'as_num' }],
  [`${BGP}/rr_v4/192.0.2.1`, { kind: 'reflector', family: 'ipv4', address: '192.0.2.1' }],
  [`${BGP}/rr_v6/2001:db8::1`, { kind: 'reflector', family: 'ipv6', address: '2001:db8::1' }],
  [`${IPAM}/v4/pool/198.18.0.0-16`, { kind: 'pool', family: 'ipv4' }],
  [`${IPAM}/v6/pool/2001:db8::-64`, { kind: 'pool', family: 'ipv6' }],
  [
    `${BLOCKS}/n/ipv4/block/198.18.0.0-26`,
    { kind: 'block', nodeName: 'n', family: 'ipv4', prefix: '198.18.0.0/26' },
  ],
  [
    `${BLOCKS}/node-1/ipv6/block/2001:db8::-122`,
    { kind: 'block', nodeName: 'node-1', family: 'ipv6', prefix: '2001:db8::/122' },
  ],
])('%s is ours', (key, ref) => {
  expect(parseKey(key)).toEqual(ref);
});

test.each([
  '',
  '/calico/bgp/v1',
  `${BGP}/`,
  `${BGP}/global`,
  `${BGP}/global/`,
  `${BGP}/global/rr_v4`,
  `${BGP}/global/as_num/more`,
  `${BGP}/global/AS_NUM`,
  `${BGP}/global/peer_v4`,
  `${BGP}/global/peer_v4/`,
  `${BGP}/global/peer_v4/192.0.2.1/more`,
  `${BGP}/global/peer_v5/192.0.2.1`,
  `${BGP}/global/custom_filters/v4`,
  `${BGP}/global/custom_filters/v4/`,
  `${BGP}/global/custom_filters/v5/a`,
  `${BGP}/global/custom_filters/v4/a/b`,
  `${BGP}/host`,
  `${BGP}/host/n`,
  `${BGP}/host//as_num`,
  `${BGP}/host/n/`,
  `${BGP}/host/n/rr_cluster_id`,
  `${BGP}/host/n/as_num/more`,
  `${BGP}/host/n/peer_v4/192.0.2.1/more`,
  `${BGP}/host/n/peer_v4`,
  `${BGP}/rr_v4`,
  `${BGP}/rr_v4/`,
  `${BGP}/rr_v4/192.0.2.1/more`,
  `${BGP}/toString`,
  `${IPAM}/v4/pool`,
  `${IPAM}/v4/pool/`,
  `${IPAM}/v4/pool/a/b`,
  `${IPAM}/v5/pool/198.18.0.0-16`,
  `${IPAM}/v4/config`,
  `${BLOCKS}/n/ipv4/block`,
  `${BLOCKS}/n/ipv4/block/`,
  `${BLOCKS}/n/ipv5/block/198.18.0.0-26`,
  `${BLOCKS}/n/ipv4/handle/198.18.0.0-26`,
  `${BLOCKS}/n/ipv4/block/198.18.0.0-26/more`,
  `${BLOCKS}//ipv4/block/198.18.0.0-26`,
  '/calico/bgp/v2/global/as_num',
  '/calico/ipam/v2/assignment/ipv4/block/198.18.0.0-26',
  '/registry/calico/bgp/v1/global/as_num',
])('%j is not ours', (key) => {
  expect(parseKey(key)).toBeUndefined();
});

test.each(['bgpconfigurations', 'bgpfilters', 'bgppeers', 'ippools', 'nodes'])(
  '%s are resources',
  (plural) => {
    expect(parseKey(`${RESOURCES}/${plural}/a.b`)).toEqual({
      kind: 'resource',
      plural,
      name: 'a.b',
    });
    expect(parseKey(`${RESOURCES}/${plural}/a/b`)).toBeUndefined();
    expect(parseKey(`${RESOURCES}/${plural}/`)).toBeUndefined();
  },
);

describe('what a host follows', () => {
  const keys = {
    bgp: `${BGP}/host/b/ip_addr_v4`,
    pool: `${IPAM}/v4/pool/198.18.0.0-16`,
    own: `${BLOCKS}/a/ipv4/block/198.18.0.0-26`,
    foreign: `${BLOCKS}/ab/ipv4/block/198.18.0.64-26`,
    resource: `${RESOURCES}/bgppeers/p`,
    other: `${RESOURCES}/hostendpoints/p`,
  };

  test.each([
    ['node', ['bgp', 'pool', 'own', 'resource']],
    ['reflector', ['bgp', 'resource']],
  ] as const)('a %s: %j', (role, expected) => {
    const prefixes = keyPrefixesOf(role, 'a');
    const followed = Object.entries(keys).filter(([, key]) =>
      prefixes.some((prefix) => key.startsWith(prefix)),
    );

    expect(followed.map(([name]) => name)).toEqual(expected);
  });
});

test('nothing of Calico 3 is followed where it never wrote', () => {
  const followed = keyPrefixesOf('node', 'n', false);

  expect(followed.filter((prefix) => prefix.includes('/resources/'))).toEqual([]);
  expect(followed.length).toBeLessThan(keyPrefixesOf('node', 'n').length);
});
