import { describe, expect, test } from 'vitest';
import { decodeEntry } from '../../../src/decode/decode-entry.js';

const BGP = '/calico/bgp/v1';
const PEER = `${BGP}/global/peer_v4/192.0.2.9`;
const POOL = '/calico/v1/ipam/v4/pool/198.18.0.0-16';
const BLOCK = '/calico/ipam/v2/host/n/ipv4/block/198.18.0.0-26';
const REFLECTOR = `${BGP}/rr_v4/192.0.2.9`;

function decode(key: string, value: string) {
  const decoded = decodeEntry(key, value);
  if (decoded === undefined) {
    throw new Error(`${key} is not ours`);
  }
  return decoded;
}

/** The one fact that the good entry gives. */
function good(key: string, value: string): unknown {
  const result = decode(key, value);
  if (!result.ok) {
    throw new Error(result.reason);
  }
  expect(result.value).toHaveLength(1);
  return result.value[0];
}

/** Why the entry is refused; empty when it isn't. */
function whyNot(key: string, value: string): string {
  const result = decode(key, value);
  return result.ok ? '' : result.reason;
}

describe('a peer', () => {
  test.each([
    ["Calico's Go client", '{"ip":"192.0.2.9","as_num":"65001"}'],
    ["Calico's Python client", '{"as_num": "65001", "ip": "192.0.2.9"}'],
    ['a number', '{"ip":"192.0.2.9","as_num":65001}'],
    ['asdot', '{"ip":"192.0.2.9","as_num":"0.65001"}'],
    ['no address but the one in the key', '{"as_num":"65001"}'],
    ['a field of a newer writer', '{"ip":"192.0.2.9","as_num":"65001","password":null}'],
  ])('is read as %s writes it', (_, value) => {
    expect(good(PEER, value)).toEqual({
      kind: 'peering',
      peering: {
        scope: { kind: 'all-nodes' },
        remote: { kind: 'address', address: '192.0.2.9', asn: 65001 },
        terms: { usesNodeAddress: true, filters: [], isReversed: false },
        origin: PEER,
      },
    });
  });

  test('of a node names its node, and IPv6 is canonical', () => {
    const key = `${BGP}/host/n/peer_v6/2001:DB8::9`;

    expect(good(key, '{"as_num":"65001"}')).toEqual({
      kind: 'peering',
      peering: {
        scope: { kind: 'node', nodeName: 'n' },
        remote: { kind: 'address', address: '2001:db8::9', asn: 65001 },
        terms: { usesNodeAddress: true, filters: [], isReversed: false },
        origin: key,
      },
    });
  });

  test.each([
    ['not JSON', 'x', /not JSON: "x"/],
    ['no AS number', '{"ip":"192.0.2.9"}', /field "as_num"/],
    ['the AS number 0', '{"ip":"192.0.2.9","as_num":"0"}', /field "as_num"/],
    ['a fraction', '{"ip":"192.0.2.9","as_num":1.5}', /field "as_num"/],
    ['a negative number', '{"ip":"192.0.2.9","as_num":-1}', /field "as_num"/],
    ['an address of the other family', '{"ip":"2001:db8::9","as_num":"1"}', /field "ip".*IPv4/],
    ['a multicast address', '{"ip":"224.0.0.5","as_num":"1"}', /field "ip".*multicast/],
    ['an address that is no text', '{"ip":7,"as_num":"1"}', /field "ip"/],
    ['a list', '[]', /./],
    ['null', 'null', /./],
  ])('%s: the field is named', (_, value, reason) => {
    expect(whyNot(PEER, value)).toMatch(reason);
  });
});

describe('a pool', () => {
  test.each([
    [
      'Go, no tunnel',
      '{"cidr":"198.18.0.0/16","ipip":"","ipip_mode":"","masquerade":true}',
      'never',
    ],
    ['Go, tunnel', '{"cidr":"198.18.0.0/16","ipip":"tunl0","ipip_mode":"always"}', 'always'],
    ['Go', '{"cidr":"198.18.0.0/16","ipip":"tunl0","ipip_mode":"cross-subnet"}', 'cross-subnet'],
    ['Python, no tunnel', '{"cidr": "198.18.0.0/16", "masquerade": false}', 'never'],
    ['Python, tunnel', '{"cidr": "198.18.0.0/16", "ipip": "tunl0"}', 'always'],
    ['null for nothing', '{"cidr":"198.18.0.0/16","ipip":null,"ipip_mode":null}', 'never'],
    ['a mode but no device', '{"cidr":"198.18.0.0/16","ipip":"","ipip_mode":"always"}', 'never'],
  ])('of %s: %s', (_, value, tunnel) => {
    expect(good(POOL, value)).toEqual({
      kind: 'pool',
      pool: {
        prefix: '198.18.0.0/16',
        family: 'ipv4',
        tunnel,
        isVxlan: false,
        isExportDisabled: false,
        origin: POOL,
      },
    });
  });

  test.each([
    ['{}', /field "cidr"|"cidr"/],
    ['{"cidr":"2001:db8::/64"}', /field "cidr".*IPv4/],
    ['{"cidr":"198.18.0.0/16","ipip":"tunl0","ipip_mode":"sometimes"}', /"ipip_mode".*"sometimes"/],
  ])('%s is refused', (value, reason) => {
    expect(whyNot(POOL, value)).toMatch(reason);
  });
});

describe('a block', () => {
  test.each([
    ['nothing, as Python writes it', '', 'confirmed'],
    ['blanks', ' \n', 'confirmed'],
    ['an empty object, as Go wrote it up to 2.6', '{}', 'confirmed'],
    ['confirmed', '{"state":"confirmed"}', 'confirmed'],
    ['pending', '{"state":"pending"}', 'pending'],
    ['pendingDeletion', '{"state":"pendingDeletion"}', 'releasing'],
  ])('with %s', (_, value, state) => {
    expect(good(BLOCK, value)).toEqual({
      kind: 'block',
      block: { prefix: '198.18.0.0/26', family: 'ipv4', nodeName: 'n', state, origin: BLOCK },
    });
  });

  test('in a state that nobody knows is refused', () => {
    expect(whyNot(BLOCK, '{"state":"x"}')).toMatch(/field "state"/);
  });

  test('with a key that holds no prefix is refused', () => {
    expect(whyNot(BLOCK.replace('-26', '-33'), '{}')).toMatch(/prefix/);
  });
});

describe('a reflector', () => {
  test.each([
    ['{"ip":"192.0.2.9","cluster_id":"1.0.0.1"}', { clusterId: '1.0.0.1' }],
    ['{"ip":"192.0.2.9","cluster_id":"16777217"}', { clusterId: '1.0.0.1' }],
    ['{"ip":"192.0.2.9"}', {}],
    ['{"ip":"","cluster_id":""}', {}],
    ['{}', {}],
  ])('%s', (value, more) => {
    expect(good(REFLECTOR, value)).toEqual({
      kind: 'reflector',
      reflector: { address: '192.0.2.9', origin: REFLECTOR, ...more },
    });
  });

  test('with a cluster id of zero is refused', () => {
    expect(whyNot(REFLECTOR, '{"cluster_id":"0.0.0.0"}')).toMatch(/field "cluster_id"/);
  });
});

describe('single values', () => {
  test.each([
    [`${BGP}/global/as_num`, '64512\n', { kind: 'default-asn', asn: 64512 }],
    [`${BGP}/global/node_mesh`, '{"enabled": false}', { kind: 'mesh', isEnabled: false }],
    [`${BGP}/global/node_mesh`, '{"enabled":true}', { kind: 'mesh', isEnabled: true }],
    [`${BGP}/global/loglevel`, 'debug', { kind: 'log-level', level: 'debug' }],
    [`${BGP}/global/loglevel`, 'critical', { kind: 'log-level', level: 'none' }],
    [`${BGP}/host/n/loglevel`, 'none', { kind: 'node-log-level', nodeName: 'n', level: 'none' }],
    [`${BGP}/host/n/as_num`, '1.10', { kind: 'node-asn', nodeName: 'n', asn: 65546 }],
    [
      `${BGP}/host/n/ip_addr_v4`,
      '192.0.2.1\n',
      { kind: 'node-address', nodeName: 'n', family: 'ipv4', address: '192.0.2.1' },
    ],
    [`${BGP}/host/n/ip_addr_v6`, '', { kind: 'node-address', nodeName: 'n', family: 'ipv6' }],
    [
      `${BGP}/host/n/network_v4`,
      '192.0.2.77/24',
      { kind: 'node-network', nodeName: 'n', family: 'ipv4', network: '192.0.2.0/24' },
    ],
    [`${BGP}/host/n/network_v6`, '', { kind: 'node-network', nodeName: 'n', family: 'ipv6' }],
  ])('%s = %j', (key, value, expected) => {
    expect(good(key, value)).toEqual(expected);
  });

  test.each([
    [`${BGP}/global/as_num`, '', /AS number/],
    [`${BGP}/global/node_mesh`, '{"enabled":"false"}', /field "enabled"/],
    [`${BGP}/global/node_mesh`, 'false', /./],
    [`${BGP}/global/loglevel`, 'toString', /"toString" is not a log level/],
    [`${BGP}/global/loglevel`, 'x'.repeat(1_000), /^.{1,200}$/],
    [`${BGP}/host/n/ip_addr_v4`, '0.0.0.0', /unspecified/],
    [`${BGP}/host/n/ip_addr_v4`, '192.0.2.1/24', /IPv4 address/],
    [`${BGP}/host/n/network_v4`, '192.0.2.0', /IPv4 prefix/],
    [`${BGP}/host/a b/as_num`, '64512', /"a b" is not a node name/],
  ])('%s = %j is refused', (key, value, reason) => {
    expect(whyNot(key, value)).toMatch(reason);
  });

  test('statements of an operator are kept as they are', () => {
    const key = `${BGP}/global/custom_filters/v4/a`;

    expect(good(key, ' reject;\n')).toEqual({
      kind: 'custom-filter',
      filter: { name: 'a', family: 'ipv4', statements: ' reject;\n', origin: key },
    });
    expect(whyNot(key, 'accept; }')).toMatch(/}/);
  });
});
