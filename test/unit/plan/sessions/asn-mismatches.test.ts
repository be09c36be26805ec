import { describe, expect, test } from 'vitest';
import { type BgpKeys, NODE, planOf, reflectorAt } from '../plan-fixture.js';

const RR = reflectorAt('192.0.2.101');
const CLUSTER = {
  'global/node_mesh': '{"enabled":false}',
  'host/node-a/ip_addr_v4': '192.0.2.1',
  'host/node-b/ip_addr_v4': '192.0.2.2',
  'rr_v4/192.0.2.101': '{"ip":"192.0.2.101","cluster_id":"1.0.0.1"}',
};
const ofAll = (asn: string): BgpKeys => ({
  'global/peer_v4/192.0.2.101': `{"ip":"192.0.2.101","as_num":"${asn}"}`,
});
const ofOne = (node: string, asn: string): BgpKeys => ({
  [`host/${node}/peer_v4/192.0.2.101`]: `{"ip":"192.0.2.101","as_num":"${asn}"}`,
});

/** What is said of mismatches, after `but`, by the key below `/calico/bgp/v1/` that is blamed. */
function mismatches(keys: BgpKeys, host = NODE): Readonly<Record<string, string>> {
  const { problems } = planOf({ ...CLUSTER, ...keys }, host);
  const found = problems.filter(({ code }) => code === 'as-number-mismatch');
  return Object.fromEntries(
    found.map(({ key, reason }) => [
      key.slice('/calico/bgp/v1/'.length),
      /but (.*): these sessions never come up$/.exec(reason)?.[1] ?? reason,
    ]),
  );
}

describe('on a node', () => {
  test.each<[string, BgpKeys, Readonly<Record<string, string>>]>([
    ['the same number, by default', ofAll('64512'), {}],
    ['the same number, of its own', { ...ofAll('65001'), 'host/node-a/as_num': '65001' }, {}],
    [
      'a number of its own',
      { ...ofAll('64512'), 'host/node-a/as_num': '65001' },
      {
        'global/peer_v4/192.0.2.101':
          'node node-a is in AS 65001 (/calico/bgp/v1/host/node-a/as_num)',
      },
    ],
    [
      "the cluster's number",
      { ...ofOne('node-a', '65001'), 'global/as_num': '65002' },
      {
        'host/node-a/peer_v4/192.0.2.101':
          'node node-a is in AS 65002 (/calico/bgp/v1/global/as_num)',
      },
    ],
    [
      'no number at all',
      ofOne('node-a', '65001'),
      { 'host/node-a/peer_v4/192.0.2.101': "node node-a is in AS 64512 (Calico's default)" },
    ],
    ["another node's peering", ofOne('node-b', '65001'), {}],
    ['another number of another node', { ...ofAll('64512'), 'host/node-b/as_num': '65001' }, {}],
    [
      'a mesh session that takes the place of the peering',
      {
        ...ofAll('65001'),
        'global/node_mesh': '{"enabled":true}',
        'host/node-r/ip_addr_v4': '192.0.2.101',
      },
      {},
    ],
  ])('%s', (_, keys, expected) => {
    expect(mismatches(keys)).toEqual(expected);
  });
});

describe('on a node, with another node', () => {
  const peering = (asn: string): BgpKeys => ({
    'host/node-a/peer_v4/192.0.2.2': `{"ip":"192.0.2.2","as_num":"${asn}"}`,
  });

  test.each<[string, BgpKeys, Readonly<Record<string, string>>]>([
    ['the number that it has', peering('64512'), {}],
    ['the number of its own', { ...peering('65001'), 'host/node-b/as_num': '65001' }, {}],
    ['an external one', { ...peering('64512'), 'host/node-a/as_num': '65001' }, {}],
    [
      'another number',
      { ...peering('65001'), 'host/node-b/as_num': '65002' },
      {
        'host/node-a/peer_v4/192.0.2.2':
          'it puts 192.0.2.2 into AS 65001, but node node-b is in AS 65002 (/calico/bgp/v1/host/node-b/as_num): this session never comes up',
      },
    ],
    [
      'another number, where the mesh has the session',
      { ...peering('65001'), 'global/node_mesh': '{"enabled":true}' },
      {},
    ],
  ])('%s', (_, keys, expected) => {
    expect(mismatches(keys)).toEqual(expected);
  });
});

describe('on a reflector', () => {
  test.each<[string, BgpKeys, Readonly<Record<string, string>>]>([
    ['all in its AS', ofAll('64512'), {}],
    [
      'one with a number of its own',
      { ...ofAll('64512'), 'host/node-b/as_num': '65001' },
      {
        'global/peer_v4/192.0.2.101':
          'node node-b is in AS 65001 (/calico/bgp/v1/host/node-b/as_num)',
      },
    ],
    [
      'all of them by the number of the cluster',
      { ...ofAll('65001'), 'global/as_num': '65002' },
      { 'global/peer_v4/192.0.2.101': '2 nodes are in AS 65002 (/calico/bgp/v1/global/as_num)' },
    ],
    [
      'a peering of one',
      ofOne('node-b', '65001'),
      { 'host/node-b/peer_v4/192.0.2.101': "node node-b is in AS 64512 (Calico's default)" },
    ],
    [
      'a peering of one that has its session by the peering of all',
      { ...ofAll('64512'), ...ofOne('node-b', '65001') },
      {},
    ],
  ])('%s', (_, keys, expected) => {
    expect(mismatches(keys, RR)).toEqual(expected);
  });

  test('many numbers are cut short', () => {
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [
        [`host/node-x${n}/ip_addr_v4`, `192.0.2.${n + 10}`],
        [`host/node-x${n}/as_num`, String(65010 + n)],
      ]).flat(),
    );

    expect(mismatches({ ...ofAll('64512'), ...many }, RR)['global/peer_v4/192.0.2.101']).toMatch(
      /^(node node-x\d is in AS 6501\d \(\S+\), ){3}6 more are in others$/,
    );
  });
});
