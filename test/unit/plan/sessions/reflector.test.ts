import { describe, expect, test } from 'vitest';
import { planAfter, planOf, reflectorAt, sessionsOf } from '../plan-fixture.js';

const RR = reflectorAt('192.0.2.101');
const NODES = {
  'global/node_mesh': '{"enabled":false}',
  'host/node-a/ip_addr_v4': '192.0.2.1',
  'host/node-b/ip_addr_v4': '192.0.2.2',
};
const CLUSTER = {
  'rr_v4/192.0.2.101': '{"ip":"192.0.2.101","cluster_id":"1.0.0.1"}',
  'rr_v4/192.0.2.102': '{"ip":"192.0.2.102","cluster_id":"1.0.0.2"}',
};
const GLOBAL = { 'global/peer_v4/192.0.2.101': '{"ip":"192.0.2.101","as_num":"64512"}' };

describe('a reflector peers with', () => {
  test.each([
    [
      'every node as a client, by a global peering',
      GLOBAL,
      ['Global_192_0_2_1 64512*', 'Global_192_0_2_2 64512*'],
    ],
    [
      'nobody by a global peering with another',
      { 'global/peer_v4/192.0.2.102': '{"ip":"192.0.2.102","as_num":"64512"}' },
      [],
    ],
    [
      'the node that has a peering with it',
      { 'host/node-b/peer_v4/192.0.2.101': '{"ip":"192.0.2.101","as_num":"64513"}' },
      ['Node_192_0_2_2 64513*'],
    ],
    [
      'a node of both kinds of peering once',
      { ...GLOBAL, 'host/node-b/peer_v4/192.0.2.101': '{"ip":"192.0.2.101","as_num":"64512"}' },
      ['Global_192_0_2_1 64512*', 'Global_192_0_2_2 64512*'],
    ],
    ['other reflectors, whatever their cluster', CLUSTER, ['Mesh_192_0_2_102 64512']],
    [
      'no other reflector when the datastore does not name it',
      { 'rr_v4/192.0.2.102': '{"ip":"192.0.2.102"}' },
      [],
    ],
    [
      "clients by the peering's AS number, not the node's: a client is internal",
      { ...GLOBAL, 'host/node-a/as_num': '65001' },
      ['Global_192_0_2_1 64512*', 'Global_192_0_2_2 64512*'],
    ],
    [
      'no node that has its own address',
      { ...GLOBAL, 'host/node-a/ip_addr_v4': '192.0.2.101' },
      ['Global_192_0_2_2 64512*'],
    ],
    [
      'no node without an address',
      { ...GLOBAL, 'host/node-a/ip_addr_v4': '' },
      ['Global_192_0_2_2 64512*'],
    ],
  ])('%s', (_, keys, sessions) => {
    expect(sessionsOf(planOf({ ...NODES, ...keys }, RR))).toEqual(sessions);
  });
});

test('both ends of a client session have the AS number of the peering, and the cluster is ours', () => {
  const [mesh, client] = planOf({ ...NODES, ...CLUSTER, ...GLOBAL }, RR).plan.ipv4.sessions;

  expect(mesh).toMatchObject({ localAsn: 64512, remoteAsn: 64512, isReflectorClient: false });
  expect(mesh?.clusterId).toBeUndefined();
  expect(client).toMatchObject({ localAsn: 64512, remoteAsn: 64512, clusterId: '1.0.0.1' });
});

test('without a cluster id of its own a reflector leaves it to BIRD', () => {
  const [client] = planOf({ ...NODES, ...GLOBAL }, RR).plan.ipv4.sessions;

  expect(client?.clusterId).toBeUndefined();
});

test('IPv6 peerings are compared with the IPv6 address', () => {
  const keys = {
    'host/node-a/ip_addr_v6': '2001:db8::1',
    'host/node-a/peer_v6/2001:db8::101': '{"ip":"2001:DB8::101","as_num":"64512"}',
    'rr_v6/2001:db8::101': '{"ip":"2001:db8::101","cluster_id":"1.0.0.1"}',
  };

  expect(sessionsOf(planOf(keys, reflectorAt('192.0.2.101', '2001:db8::101')), 'ipv6')).toEqual([
    'Node_2001_db8__1 64512*',
  ]);
});

test.each([
  ["the cluster's AS number", { 'global/as_num': '65001' }],
  [
    'the AS number of the peering',
    { 'global/peer_v4/192.0.2.101': '{"ip":"192.0.2.101","as_num":"65001"}' },
  ],
  ['its own cluster id', { 'rr_v4/192.0.2.101': '{"ip":"192.0.2.101","cluster_id":"1.0.0.9"}' }],
  ['whether it is named at all', { 'rr_v4/192.0.2.101': '{}' }],
])('a planner that planned before notices a change of %s', (_, change) => {
  const keys = { ...NODES, ...CLUSTER, ...GLOBAL };

  expect(planAfter(keys, change, RR)).toEqual(planOf({ ...keys, ...change }, RR));
  expect(planAfter(keys, change, RR)).not.toEqual(planOf(keys, RR));
});

test('two records of this reflector that name different clusters are told, with both keys', () => {
  const keys = {
    'rr_v6/2001:DB8::1': '{"cluster_id":"1.0.0.1"}',
    'rr_v6/2001:db8::1': '{"cluster_id":"1.0.0.2"}',
    'rr_v6/2001:db8:0::1': '{"cluster_id":"1.0.0.1"}',
  };
  const told = planOf(keys, reflectorAt('2001:db8::1')).problems.filter(
    ({ code }) => code === 'duplicate-record',
  );

  expect(told).toMatchObject([
    {
      key: '/calico/bgp/v1/rr_v6/2001:db8::1',
      reason:
        'it says of the reflector 2001:db8::1: its cluster is 1.0.0.2; but /calico/bgp/v1/rr_v6/2001:DB8::1 says: its cluster is 1.0.0.1',
    },
  ]);
});
