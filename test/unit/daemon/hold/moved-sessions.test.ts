import { expect, test } from 'vitest';
import { movedNeighbors } from '../../../../src/daemon/hold/moved-sessions.js';
import type { Plan } from '../../../../src/plan/plan.js';
import { type BgpKeys, planOf } from '../../plan/plan-fixture.js';
import { planOfDocuments } from '../../plan/v3-fixture.js';

const OWN = { 'host/node-a/ip_addr_v4': '192.0.2.1' };

function moved(before: BgpKeys, after: BgpKeys): readonly string[] {
  return movedNeighbors(planOf({ ...OWN, ...before }).plan, planOf({ ...OWN, ...after }).plan);
}

test('a node at another address has moved', () => {
  expect(
    moved({ 'host/node-b/ip_addr_v4': '192.0.2.2' }, { 'host/node-b/ip_addr_v4': '192.0.2.3' }),
  ).toEqual(['192.0.2.2']);
});

test('one that is gone has not, nor one in whose place another one is there', () => {
  const before = { 'host/node-b/ip_addr_v4': '192.0.2.2' };

  expect(moved(before, {})).toEqual([]);
  expect(moved(before, { 'host/node-c/ip_addr_v4': '192.0.2.3' })).toEqual([]);
});

test('where two have changed places nobody is gone', () => {
  expect(
    moved(
      { 'host/node-b/ip_addr_v4': '192.0.2.2', 'host/node-c/ip_addr_v4': '192.0.2.3' },
      { 'host/node-b/ip_addr_v4': '192.0.2.3', 'host/node-c/ip_addr_v4': '192.0.2.2' },
    ),
  ).toEqual([]);
});

test('of one key as many have moved as it asks for anew', () => {
  const planWith = (...hosts: readonly number[]): Plan =>
    planOfDocuments({
      'nodes/node-a': { bgp: { ipv4Address: '192.0.2.1/24' } },
      ...Object.fromEntries(
        hosts.map((host, i) => [
          `nodes/other-${i}`,
          { bgp: { ipv4Address: `192.0.2.${host}/24` } },
        ]),
      ),
      'bgpconfigurations/default': { nodeToNodeMeshEnabled: false },
      'bgppeers/all': { peerSelector: 'all()' },
    }).plan;

  expect(movedNeighbors(planWith(2, 3, 4), planWith(5))).toHaveLength(1);
  expect(movedNeighbors(planWith(2, 3, 4), planWith(5, 6, 7, 8))).toHaveLength(3);
});
