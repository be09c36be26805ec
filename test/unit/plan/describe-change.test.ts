import { expect, test } from 'vitest';
import { describeChange } from '../../../src/plan/describe-change.js';
import { Planner } from '../../../src/plan/make-plan.js';
import type { Plan } from '../../../src/plan/plan.js';
import { storeOf } from '../../support/scenario.js';

const BGP = '/calico/bgp/v1';
const MESH = {
  [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP}/host/node-b/ip_addr_v4`]: '192.0.2.2',
};

function planOf(keys: Readonly<Record<string, string>>): Plan {
  const entries = Object.entries(keys).map(([key, value]) => ({ key, value }));
  const host = {
    role: 'node',
    nodeName: 'node-a',
    acceptsCustomFilters: true,
    refusedStatements: new Map<string, string>(),
  } as const;
  return new Planner().plan(storeOf(entries).cluster(), host).plan;
}

test.each([
  ['nothing', {}, []],
  [
    'a node',
    { [`${BGP}/host/node-c/ip_addr_v4`]: '192.0.2.3' },
    ['session Mesh_192_0_2_3 (192.0.2.3 AS 64512) added'],
  ],
  [
    'an AS number of a node',
    { [`${BGP}/host/node-b/as_num`]: '65001' },
    ['session Mesh_192_0_2_2 (192.0.2.2 AS 65001) changed'],
  ],
  [
    'the mesh',
    { [`${BGP}/global/node_mesh`]: '{"enabled":false}' },
    ['session Mesh_192_0_2_2 (192.0.2.2 AS 64512) removed'],
  ],
  ['the log level', { [`${BGP}/global/loglevel`]: 'debug' }, ['log level info → debug']],
  [
    'a block',
    { '/calico/ipam/v2/host/node-a/ipv4/block/198.18.0.0-26': '{}' },
    ['block 198.18.0.0/26 added'],
  ],
  [
    'a pool',
    { '/calico/v1/ipam/v4/pool/198.18.0.0-16': '{"cidr":"198.18.0.0/16"}' },
    ['pool 198.18.0.0/16 added'],
  ],
  [
    'raw statements',
    { [`${BGP}/global/custom_filters/v4/a`]: 'reject;' },
    ['ipv4 custom filters: now 1'],
  ],
  [
    'our address',
    { [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.9' },
    ['router id 192.0.2.1 → 192.0.2.9: all sessions restart', 'ipv4 address 192.0.2.1 → 192.0.2.9'],
  ],
  [
    'our AS number, which is that of both families',
    { [`${BGP}/host/node-a/as_num`]: '65001' },
    ['AS number 64512 → 65001: all sessions restart'],
  ],
])('%s', (_, change, expected) => {
  expect(describeChange(planOf(MESH), planOf({ ...MESH, ...change }))).toEqual(expected);
});

test('the port that BIRD listens on, and what only Calico 3 has', () => {
  const before = planOf(MESH);
  const after: Plan = {
    ...before,
    listenPort: 1790,
    ipv6: { ...before.ipv6, extras: { ...before.ipv6.extras, normalPriority: 512 } },
  };

  expect(describeChange(before, after)).toEqual([
    'BGP port 179 → 1790 (BIRD 1 must be started anew for it)',
    'ipv6 normal route priority: 512',
  ]);
  expect(describeChange(after, before)).toEqual([
    'BGP port 1790 → 179 (BIRD 1 must be started anew for it)',
    'ipv6 normal route priority: 1024',
  ]);
});

test('many of a kind become a count', () => {
  const many = Object.fromEntries(
    Array.from({ length: 9 }, (_, n) => [`${BGP}/host/node-x${n}/ip_addr_v4`, `192.0.2.${n + 10}`]),
  );

  expect(describeChange(planOf(MESH), planOf({ ...MESH, ...many }))).toEqual([
    '9 sessions added, the first is Mesh_192_0_2_10 (192.0.2.10 AS 64512)',
  ]);
});

test('a first plan is summed up', () => {
  expect(describeChange(undefined, planOf(MESH))).toEqual(['ipv4: 1 sessions, 0 blocks, 0 pools']);
});
