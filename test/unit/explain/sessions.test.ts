/** Which key and rule make a session, and why there is none. */
import { expect, test } from 'vitest';
import { explain } from '../../../src/explain/explain.js';
import { isKnown } from '../../../src/explain/explanation.js';
import { NODE, reflectorAt } from '../plan/plan-fixture.js';
import { answerOf, explainedOf, type Keys, resource, textOf, V3 } from './fixture.js';

const BGP = 'bgp/v1';
const NODES: Keys = {
  [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP}/host/node-b/ip_addr_v4`]: '192.0.2.2',
};
const MESH_OFF: Keys = { [`${BGP}/global/node_mesh`]: { enabled: false } };
const peer = (place: string, ip: string, asn = '64512'): Keys => ({
  [`${BGP}/${place}/peer_v4/${ip}`]: { ip, as_num: asn },
});

const V3_NODES: Keys = {
  ...resource('bgpconfigurations', 'default', { nodeToNodeMeshEnabled: false }),
  ...resource('nodes', 'node-a', { bgp: { ipv4Address: '192.0.2.1/24' } }, { rack: 'one' }),
  ...resource('nodes', 'node-b', { bgp: { ipv4Address: '192.0.2.2/24' } }, { rack: 'two' }),
};

/** What is tried, with which keys; what is asked, and the reason that is told, with its key. */
type Case = [title: string, keys: Keys, question: string, text: string, key?: string];

const WITH_PASSWORD = { password: { secretKeyRef: { name: 'bgp', key: 'tor' } } };
const tor = (terms: object): Keys =>
  resource('bgppeers', 'tor', { peerIP: '192.0.2.9', asNumber: 65009, ...terms });

test('a session names its rule and every key that it hangs on', () => {
  const keys = {
    ...NODES,
    [`${BGP}/host/node-b/as_num`]: '65002',
    [`${BGP}/global/node_mesh`]: { enabled: true },
  };

  expect(textOf(keys, 'node-b').split('\n').slice(3)).toEqual([
    'session Mesh_192_0_2_2 with 192.0.2.2: AS 65002',
    '  the mesh: every node peers with every other (/calico/bgp/v1/global/node_mesh)',
    '  IPv4 address of the node node-b (/calico/bgp/v1/host/node-b/ip_addr_v4)',
    '  AS 65002 of the node node-b (/calico/bgp/v1/host/node-b/as_num)',
  ]);
});

test('the first record that asks stands, and the other is named', () => {
  const [session] = answerOf({ ...NODES, ...peer('global', '192.0.2.2') }, '192.0.2.2').sessions;

  expect(session?.name).toBe('Mesh_192_0_2_2');
  expect(session?.alsoAsked).toEqual([
    { text: 'a peering of all nodes', key: '/calico/bgp/v1/global/peer_v4/192.0.2.2' },
  ]);
});

test.each<Case>([
  [
    'with the mesh off',
    { ...NODES, ...MESH_OFF },
    'node-b',
    'the mesh is off',
    `/calico/${BGP}/global/node_mesh`,
  ],
  [
    'with a node that shares its address with an earlier one',
    {
      ...V3_NODES,
      ...resource('nodes', 'node-c', { bgp: { ipv4Address: '192.0.2.2/24' } }, { rack: 'three' }),
      ...resource('bgppeers', 'racks', { peerSelector: "rack == 'three'" }),
    },
    'node-c',
    'the node node-c shares its address with node-b, which is the first by name',
    `/calico/${V3}/bgppeers/racks`,
  ],
  [
    'with a node of IPv6 alone, where this host has none',
    { ...NODES, [`${BGP}/host/node-c/ip_addr_v6`]: '2001:db8::3' },
    'node-c',
    'this host has no IPv6 address, so it has no such sessions',
  ],
  [
    'with a node without an address',
    { ...NODES, [`${BGP}/host/node-c/as_num`]: '65003' },
    'node-c',
    'the node node-c has neither an IPv4 nor an IPv6 address',
  ],
  [
    'with a node of which nothing can be read',
    { ...NODES, [`${BGP}/host/node-c/ip_addr_v4`]: 'nowhere' },
    'node-c',
    'no record of the node node-c can be read',
  ],
  [
    'by a peering of another node',
    { ...NODES, ...peer('host/node-b', '192.0.2.9') },
    '192.0.2.9',
    'the peering is of the node node-b alone',
    `/calico/${BGP}/host/node-b/peer_v4/192.0.2.9`,
  ],
  [
    'with a reflector that no peering names',
    { ...NODES, [`${BGP}/rr_v4/192.0.2.9`]: { ip: '192.0.2.9' } },
    '192.0.2.9',
    'no record asks for a session with it',
  ],
  [
    'where the peering may be one that was refused',
    { ...NODES, [`${BGP}/rr_v4/192.0.2.9`]: { ip: '192.0.2.9' }, ...peer('global', 'there') },
    '192.0.2.9',
    'a peering that was refused: field "ip": "there" is not an IPv4 address',
    `/calico/${BGP}/global/peer_v4/there`,
  ],
  [
    'with a node that a peerSelector leaves out',
    { ...V3_NODES, ...resource('bgppeers', 'racks', { peerSelector: "rack == 'three'" }) },
    'node-b',
    "its peerSelector `rack == 'three'` doesn't select node-b",
    `/calico/${V3}/bgppeers/racks`,
  ],
  [
    'where a nodeSelector leaves this node out',
    { ...V3_NODES, ...tor({ nodeSelector: "rack == 'two'" }) },
    '192.0.2.9',
    "its nodeSelector `rack == 'two'` doesn't select this node",
    `/calico/${V3}/bgppeers/tor`,
  ],
  [
    'where the gateway is of the other family',
    { ...V3_NODES, ...tor({ reachableBy: '2001:db8::9' }) },
    '192.0.2.9',
    'a peering that was refused: 2001:db8::9 is not of the family of peerIP',
    `/calico/${V3}/bgppeers/tor`,
  ],
  [
    'without the password',
    { ...V3_NODES, ...tor(WITH_PASSWORD) },
    '192.0.2.9',
    "its password bgp/tor isn't among the secrets of this host",
    `/calico/${V3}/bgppeers/tor`,
  ],
  [
    'without the password of an earlier peering with the same neighbor',
    {
      ...V3_NODES,
      ...tor(WITH_PASSWORD),
      ...resource('bgppeers', 'tor-2', { peerIP: '192.0.2.9', asNumber: 65009 }),
    },
    '192.0.2.9',
    'another peering asks for the same neighbor first, and its password is missing',
    `/calico/${V3}/bgppeers/tor-2`,
  ],
  [
    'with a node that reflects routes for others, by the mesh',
    {
      ...resource('nodes', 'node-a', { bgp: { ipv4Address: '192.0.2.1/24' } }),
      ...resource('nodes', 'node-b', {
        bgp: { ipv4Address: '192.0.2.2/24', routeReflectorClusterID: '244.0.0.1' },
      }),
    },
    'node-b',
    'the node node-b reflects routes for others, and is in no mesh',
    `/calico/${V3}/nodes/node-b`,
  ],
])('there is no session %s', (_, keys, question, text, key) => {
  const { sessions, noSession } = answerOf(keys, question);

  expect(sessions.map(({ reasons }) => JSON.stringify(reasons)).join()).not.toContain(question);
  expect(noSession).toContainEqual({ text, ...(key !== undefined && { key }) });
});

test.each<Case>([
  ['is a client', { ...NODES, ...peer('global', '192.0.2.40') }, 'node-b', 'Global_192_0_2_2'],
  [
    'is no client of a reflector that no peering names',
    NODES,
    'node-b',
    'no peering names this reflector (192.0.2.40)',
    `/calico/${BGP}/host/node-b/ip_addr_v4`,
  ],
  [
    'is no client by the peering of another node',
    { ...NODES, ...peer('host/node-a', '192.0.2.40') },
    'node-b',
    'the peering is not of the node node-b',
    `/calico/${BGP}/host/node-a/peer_v4/192.0.2.40`,
  ],
  [
    'has no session with a reflector that the datastore does not name',
    { ...NODES, [`${BGP}/rr_v4/192.0.2.41`]: { ip: '192.0.2.41' } },
    '192.0.2.41',
    "the datastore doesn't name this reflector (192.0.2.40), so it has no session with others",
  ],
])('for a reflector, it %s', (_, keys, question, answer, key) => {
  const { sessions, noSession } = answerOf(keys, question, reflectorAt('192.0.2.40'));

  expect([...sessions.map(({ name }) => ({ text: name })), ...noSession]).toEqual([
    { text: answer, ...(key !== undefined && { key }) },
  ]);
});

test('what is not known is said to be so', () => {
  expect(textOf(NODES, '192.0.2.77')).toBe('192.0.2.77: nothing is known of it');
  expect(isKnown(answerOf(NODES, 'node-z'))).toBe(false);
});

test('an own node says who it is, and what it was refused', () => {
  const text = textOf({ ...NODES, [`${BGP}/host/node-a/ip_addr_v4`]: '' }, 'node-a');

  expect(text).toContain('this host: a node, router id');
  expect(text).toContain('node node-a: this node (node-a) has no address in the datastore');
});

test('no password is in an answer', () => {
  const keys = { ...V3_NODES, ...tor(WITH_PASSWORD) };
  const explained = explainedOf(keys, NODE, { 'secrets-dir:/run/secrets/bgp/tor': 'geheim' });

  const answer = explain(explained, [], '192.0.2.9');

  expect(answer.sessions.map(({ terms }) => terms)).toEqual(['AS 65009, with a password']);
  expect(JSON.stringify(answer)).not.toContain('geheim');
});
