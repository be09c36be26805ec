import { expect, test } from 'vitest';
import { NODE, planOf, reflectorAt } from '../plan-fixture.js';

const KEYS = {
  'host/node-a/ip_addr_v4': '192.0.2.1',
  'host/node-b/as_num': '64512',
  'host/node-c/ip_addr_v4': '192.0.2.3',
};
const MESH_OFF = { 'global/node_mesh': '{"enabled":false}' };
const PEERING = '{"ip":"192.0.2.101","as_num":"64512"}';
const RR = reflectorAt('192.0.2.101');

test.each([
  ['in the mesh', NODE, {}, ['node node-b']],
  ['where the mesh is off', NODE, MESH_OFF, []],
  ['that is this one', { ...NODE, nodeName: 'node-b' }, {}, []],
  ['to a reflector that it does not peer with', RR, {}, []],
  [
    'to a reflector that all peer with',
    RR,
    { ...MESH_OFF, 'global/peer_v4/192.0.2.101': PEERING },
    ['node node-b'],
  ],
  [
    'to a reflector that it peers with',
    RR,
    { 'host/node-b/peer_v4/192.0.2.101': PEERING },
    ['node node-b'],
  ],
  [
    'to a reflector that another one peers with',
    RR,
    { 'host/node-c/peer_v4/192.0.2.101': PEERING },
    [],
  ],
])('a node without address %s', (_, host, keys, told) => {
  const { problems } = planOf({ ...KEYS, ...keys }, host);

  expect(
    problems.filter(({ code }) => code === 'node-address-missing').map(({ key }) => key),
  ).toEqual(told);
});
