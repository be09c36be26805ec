import { expect, test } from 'vitest';
import { NODE, planAfter, planOf, reflectorAt, sessionsOf } from './plan-fixture.js';

const NODES = {
  'host/node-a/ip_addr_v4': '192.0.2.1',
  'host/node-b/ip_addr_v4': '192.0.2.2',
  'host/node-c/ip_addr_v4': '192.0.2.3',
};
const CLAIM = { 'host/node-c/ip_addr_v4': '192.0.2.2', 'host/node-c/as_num': '65009' };

/** Problems about claims, as `KEY: REASON`. */
function claims(result: ReturnType<typeof planOf>): readonly string[] {
  return result.problems
    .filter(({ code }) => code === 'duplicate-address')
    .map(({ key, reason }) => `${key.slice('/calico/bgp/v1/'.length)}: ${reason}`);
}

const BOTH_KEYS = [
  'host/node-c/ip_addr_v4: it gives the node node-c the address 192.0.2.2, which /calico/bgp/v1/host/node-b/ip_addr_v4 gives the node node-b',
];

test('an address of two nodes is one session, on the terms of the first by name; both keys are named', () => {
  const result = planOf({ ...NODES, ...CLAIM });

  expect(sessionsOf(result)).toEqual(['Mesh_192_0_2_2 64512']);
  expect(claims(result)).toEqual(BOTH_KEYS);
});

test.each(['node-b', 'node-c'])('%s, one of the two, goes on with its sessions', (nodeName) => {
  const result = planOf({ ...NODES, ...CLAIM }, { ...NODE, nodeName });

  expect(sessionsOf(result)).toEqual(['Mesh_192_0_2_1 64512']);
  expect(claims(result)).toEqual(BOTH_KEYS);
});

test.each([
  ['node-a', 'node-b, the first by name, keeps the address, and no session is planned with node-c'],
  ['node-b', 'node-b, the first by name, keeps the address, and no session is planned with node-c'],
  ['node-c', "planned this node's sessions all the same, but others take 192.0.2.2 for node-b"],
])('on %s it says what came of it', (nodeName, action) => {
  const { problems } = planOf({ ...NODES, ...CLAIM }, { ...NODE, nodeName });

  expect(problems.map((problem) => problem.action)).toEqual([
    `${action}; give one of the two an address of its own`,
  ]);
});

test('three nodes with one address are two problems, each with the key of the one that keeps it', () => {
  const result = planOf({ ...NODES, ...CLAIM, 'host/node-d/ip_addr_v4': '192.0.2.2' });

  expect(claims(result).map((line) => line.split(':')[0])).toEqual([
    'host/node-c/ip_addr_v4',
    'host/node-d/ip_addr_v4',
  ]);
});

test('the address that the settings give this host is not another node’s', () => {
  const ipv4 = reflectorAt('192.0.2.2').ipv4;
  const host = { ...NODE, nodeName: 'node-x', ...(ipv4 && { ipv4 }) };
  const expected = [
    "host/node-b/ip_addr_v4: it gives the node node-b the address 192.0.2.2, which is this host's own (--ip, --ip6)",
  ];

  expect(claims(planOf(NODES, host))).toEqual(expected);
  expect(sessionsOf(planOf(NODES, host))).toEqual(['Mesh_192_0_2_1 64512', 'Mesh_192_0_2_3 64512']);
  expect(claims(planOf(NODES, reflectorAt('192.0.2.2')))).toEqual(expected);
});

test('nodes with addresses of their own are no problem, and neither is one in a family that this host lacks', () => {
  expect(claims(planOf(NODES))).toEqual([]);
  const ipv6 = {
    'host/node-b/ip_addr_v6': '2001:db8::2',
    'host/node-c/ip_addr_v6': '2001:db8::2',
  };
  expect(claims(planOf({ ...NODES, ...ipv6 }))).toEqual([]);
});

test('a claim that is taken back leaves nothing behind', () => {
  const mended = planAfter({ ...NODES, ...CLAIM }, NODES);

  expect(claims(mended)).toEqual([]);
  expect(sessionsOf(mended)).toEqual(['Mesh_192_0_2_2 64512', 'Mesh_192_0_2_3 65009']);
});
