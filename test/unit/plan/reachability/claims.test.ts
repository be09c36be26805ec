/** Nodes that claim one address: the guard counts what the plan plans. */
import { expect, test } from 'vitest';
import type { Cluster } from '../../../../src/model/cluster.js';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { viewOf } from '../../../../src/verbs/store-view.js';

const BGP = '/calico/bgp/v1';
const REFLECTOR = {
  [`${BGP}/rr_v4/10.0.0.9`]: '{"cluster_id":"1.0.0.1"}',
  [`${BGP}/global/peer_v4/10.0.0.9`]: '{"as_num":"64512"}',
};

/** Nodes with these last parts of their addresses. */
function clusterOf(
  nodes: Readonly<Record<string, number>>,
  more: Readonly<Record<string, string>>,
): Cluster {
  const addresses = Object.entries(nodes).map(([name, octet]) => [
    `${BGP}/host/${name}/ip_addr_v4`,
    `10.0.0.${octet}`,
  ]);
  const entries = [...addresses, ...Object.entries(more)];
  return viewOf({
    revision: '1',
    entries: entries.map(([key = '', value = '']) => ({ key, value })),
  }).cluster;
}

function lost(nodes: Readonly<Record<string, number>>, after: Readonly<Record<string, string>>) {
  const off = { ...after, [`${BGP}/global/node_mesh`]: '{"enabled":false}' };
  return findLostPairs(clusterOf(nodes, {}), clusterOf(nodes, off), 10).flatMap(({ first }) =>
    first.map((pair) => pair.join('-')),
  );
}

test('a node whose address another one keeps is nobody to lose', () => {
  expect(lost({ a: 1, b: 2, c: 2 }, {})).toEqual(['a-b']);
});

test('nor does it take the place of the one that keeps it, at a reflector', () => {
  expect(lost({ a: 1, b: 2, c: 2 }, REFLECTOR)).toEqual([]);
  // On c's terms the session with the reflector would not come up.
  const otherAs = { [`${BGP}/host/c/as_num`]: '65001' };
  expect(lost({ a: 1, b: 2, c: 2 }, { ...REFLECTOR, ...otherAs })).toEqual([]);
  const keeperInOtherAs = { [`${BGP}/host/b/as_num`]: '65001' };
  expect(lost({ a: 1, b: 2, c: 2 }, { ...REFLECTOR, ...keeperInOtherAs })).toEqual(['a-b']);
});

test('nodes in another AS than their reflector are lost, as the problem says that they are', () => {
  const asn = { [`${BGP}/host/b/as_num`]: '65001' };

  expect(lost({ a: 1, b: 2, c: 3 }, { ...REFLECTOR, ...asn })).toEqual(['a-b', 'b-c']);
});
