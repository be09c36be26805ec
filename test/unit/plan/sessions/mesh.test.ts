import { expect, test } from 'vitest';
import { NODE, planAfter, planOf, sessionsOf } from '../plan-fixture.js';

const NODES = {
  'host/node-a/ip_addr_v4': '192.0.2.1',
  'host/node-b/ip_addr_v4': '192.0.2.2',
  'host/node-c/ip_addr_v4': '192.0.2.3',
};

test.each([
  ['every other node, in the order of names', {}, ['Mesh_192_0_2_2 64512', 'Mesh_192_0_2_3 64512']],
  [
    "the cluster's AS number where a node has none of its own",
    { 'global/as_num': '65001', 'host/node-b/as_num': '65002' },
    ['Mesh_192_0_2_2 65002', 'Mesh_192_0_2_3 65001'],
  ],
  [
    "never this node's AS number in the place of the cluster's",
    { 'host/node-a/as_num': '65009' },
    ['Mesh_192_0_2_2 64512', 'Mesh_192_0_2_3 64512'],
  ],
  ['nobody with the mesh off', { 'global/node_mesh': '{"enabled":false}' }, []],
  [
    'nobody without an address of the family',
    { 'host/node-b/ip_addr_v4': '', 'host/node-b/ip_addr_v6': '2001:db8::2' },
    ['Mesh_192_0_2_3 64512'],
  ],
  [
    'no node that has our own address',
    { 'host/node-b/ip_addr_v4': '192.0.2.1' },
    ['Mesh_192_0_2_3 64512'],
  ],
  [
    'two nodes with one address once',
    { 'host/node-c/ip_addr_v4': '192.0.2.2' },
    ['Mesh_192_0_2_2 64512'],
  ],
])('the mesh is with %s', (_, keys, sessions) => {
  expect(sessionsOf(planOf({ ...NODES, ...keys }))).toEqual(sessions);
});

test('a node without an address of its own has no mesh', () => {
  const { 'host/node-a/ip_addr_v4': _, ...others } = NODES;
  const result = planOf(others);

  expect(sessionsOf(result)).toEqual([]);
  expect(result.problems.map(({ code }) => code)).toEqual(['own-address-missing']);
});

test('each family has a mesh of its own, and IPv6 names have _ for each colon', () => {
  const result = planOf({
    ...NODES,
    'host/node-a/ip_addr_v6': '2001:db8::1',
    'host/node-c/ip_addr_v6': '2001:0DB8:0::3',
  });

  expect(sessionsOf(result)).toEqual(['Mesh_192_0_2_2 64512', 'Mesh_192_0_2_3 64512']);
  expect(sessionsOf(result, 'ipv6')).toEqual(['Mesh_2001_db8__3 64512']);
});

test('two hosts with the same records plan sessions to each other', () => {
  const toB = planOf(NODES).plan.ipv4.sessions[0];
  const toA = planOf(NODES, { ...NODE, nodeName: 'node-b' }).plan.ipv4.sessions[0];

  expect([toB?.remoteAddress, toA?.remoteAddress]).toEqual(['192.0.2.2', '192.0.2.1']);
});

test.each([
  ["the cluster's AS number", { 'global/as_num': '65001' }],
  ["a node's AS number", { 'host/node-b/as_num': '65001' }],
  ["a node's address", { 'host/node-b/ip_addr_v4': '192.0.2.9' }],
  ["this node's address", { 'host/node-a/ip_addr_v4': '192.0.2.3' }],
  ['the mesh', { 'global/node_mesh': '{"enabled":false}' }],
])('a planner that planned before notices a change of %s', (_, change) => {
  expect(planAfter(NODES, change)).toEqual(planOf({ ...NODES, ...change }));
  expect(planAfter(NODES, change)).not.toEqual(planOf(NODES));
});
