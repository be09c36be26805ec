/** Which node pairs lose each other: topologies written as what the datastore holds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { viewOf } from '../../../../src/verbs/store-view.js';
import { BGP, clusterOf, type Topology } from './topology.js';

/** The pairs that a topology lacks, as `a-b`: what is lost when a mesh gives way to it. */
function unconnected(topology: Topology): readonly string[] {
  const losses = findLostPairs(clusterOf({ ...topology, mesh: true }), clusterOf(topology), 100);
  for (const { count, first } of losses) {
    expect(first).toHaveLength(count);
  }
  return losses.flatMap(({ family, first }) =>
    first.map((pair) => `${family === 'ipv6' ? '6: ' : ''}${pair.join('-')}`),
  );
}

const abc = ['a', 'b', 'c'];
const ALL = ['a-b', 'a-c', 'b-c'];

const cases: readonly (Topology & { readonly what: string; readonly lost: readonly string[] })[] = [
  { what: 'nothing in place of the mesh', nodes: abc, lost: ALL },
  { what: 'the mesh itself', nodes: abc, mesh: true, lost: [] },
  { what: 'a reflector without a peering', nodes: abc, reflectors: ['10.0.0.9'], lost: ALL },
  { what: 'a peering without a reflector', nodes: abc, peers: ['10.0.0.9'], lost: ALL },
  {
    what: 'one reflector of all',
    nodes: abc,
    reflectors: ['10.0.0.9'],
    peers: ['10.0.0.9'],
    lost: [],
  },
  {
    what: 'a reflector of some',
    nodes: abc,
    reflectors: ['10.0.0.9'],
    peers: ['a: 10.0.0.9', 'b: 10.0.0.9'],
    lost: ['a-c', 'b-c'],
  },
  {
    what: 'two reflectors of one cluster with other clients each (RFC 4456: its own cluster id in CLUSTER_LIST)',
    nodes: abc,
    reflectors: ['10.0.0.8=1.0.0.1', '10.0.0.9=1.0.0.1'],
    peers: ['a: 10.0.0.8', 'b: 10.0.0.9', 'c: 10.0.0.8', 'c: 10.0.0.9'],
    lost: ['a-b'],
  },
  {
    what: 'the same in two clusters',
    nodes: abc,
    reflectors: ['10.0.0.8=1.0.0.1', '10.0.0.9=1.0.0.2'],
    peers: ['a: 10.0.0.8', 'b: 10.0.0.9', 'c: 10.0.0.8', 'c: 10.0.0.9'],
    lost: [],
  },
  {
    what: 'three reflectors in two clusters',
    nodes: abc,
    reflectors: ['10.0.0.7=1.0.0.1', '10.0.0.8=1.0.0.1', '10.0.0.9=1.0.0.2'],
    peers: ['a: 10.0.0.7', 'a: 10.0.0.8', 'b: 10.0.0.7', 'b: 10.0.0.8', 'c: 10.0.0.9'],
    lost: [],
  },
  {
    what: 'a chain of internal sessions between nodes',
    nodes: abc,
    peers: ['a: 10.0.0.2', 'b: 10.0.0.1', 'b: 10.0.0.3', 'c: 10.0.0.2'],
    lost: ['a-c'],
  },
  {
    what: 'a chain of external sessions between nodes',
    nodes: abc,
    asNumbers: ['a=65001', 'b=65002', 'c=65003'],
    peers: ['a: 10.0.0.2=65002', 'b: 10.0.0.1=65001', 'b: 10.0.0.3=65003', 'c: 10.0.0.2=65002'],
    lost: [],
  },
  {
    what: 'the same AS number at both ends of an external chain (RFC 4271: its own AS number in AS_PATH)',
    nodes: abc,
    asNumbers: ['a=65001', 'b=65002', 'c=65001'],
    peers: ['a: 10.0.0.2=65002', 'b: 10.0.0.1=65001', 'b: 10.0.0.3=65001', 'c: 10.0.0.2=65002'],
    lost: ['a-c'],
  },
  {
    what: 'a session that one end alone wants',
    nodes: ['a', 'b'],
    peers: ['a: 10.0.0.2'],
    lost: ['a-b'],
  },
  {
    what: 'a node whose AS number is not that of its peering with the reflector',
    nodes: abc,
    reflectors: ['10.0.0.9'],
    peers: ['10.0.0.9'],
    asNumbers: ['c=65200'],
    lost: ['a-c', 'b-c'],
  },
  {
    what: 'a node with an AS number of its own and a peering to match',
    nodes: abc,
    reflectors: ['10.0.0.9'],
    peers: ['a: 10.0.0.9', 'b: 10.0.0.9', 'c: 10.0.0.9=65200'],
    asNumbers: ['c=65200'],
    lost: [],
  },
  {
    what: 'IPv6 alone',
    nodes: abc,
    families: 'ipv6',
    reflectors: ['fd00::9'],
    peers: ['fd00::9'],
    lost: [],
  },
  {
    what: 'both families, a reflector of IPv4',
    nodes: abc,
    families: 'dual',
    reflectors: ['10.0.0.9'],
    peers: ['10.0.0.9'],
    lost: ['6: a-b', '6: a-c', '6: b-c'],
  },
];

test.each(cases)('$what leaves $lost without a path', ({ lost, ...topology }) => {
  expect(unconnected(topology)).toEqual(lost);
});

describe('what counts as a loss', () => {
  const reflected: Topology = {
    nodes: abc,
    reflectors: ['10.0.0.8', '10.0.0.9'],
    peers: ['10.0.0.8', '10.0.0.9'],
  };

  test('one of two reflectors may go', () => {
    const after = { ...reflected, peers: ['10.0.0.9'] };
    expect(findLostPairs(clusterOf(reflected), clusterOf(after), 9)).toEqual([]);
  });

  test('pairs that had no path before are not lost', () => {
    const before = { ...reflected, peers: ['a: 10.0.0.8', 'b: 10.0.0.8'] };
    const after = { ...reflected, peers: [] };
    expect(findLostPairs(clusterOf(before), clusterOf(after), 9)).toMatchObject([
      { family: 'ipv4', count: 1, first: [['a', 'b']] },
    ]);
  });

  test('nodes that are gone are not lost to each other', () => {
    const after: Topology = { nodes: ['a'] };
    expect(findLostPairs(clusterOf({ nodes: abc, mesh: true }), clusterOf(after), 9)).toEqual([]);
  });

  test('peers that the datastore knows nothing of are named', () => {
    const [loss] = findLostPairs(
      clusterOf({ nodes: abc, mesh: true }),
      clusterOf({ nodes: abc, peers: ['10.0.0.77=65000'] }),
      1,
    );
    expect(loss).toEqual({
      family: 'ipv4',
      count: 3,
      first: [['a', 'b']],
      outsidePeers: ['10.0.0.77'],
    });
  });
});

test('thousands of nodes are grouped: the answer takes well below a second', () => {
  const nodes = Array.from({ length: 5000 }, (_, i) => `n${String(i).padStart(4, '0')}`);
  const entries = [
    ...nodes.map((name, i) => ({
      key: `${BGP}/host/${name}/ip_addr_v4`,
      value: `10.1.${i >> 8}.${i & 255}`,
    })),
    ...[1, 2, 3, 4].flatMap((n) => [
      { key: `${BGP}/rr_v4/10.9.0.${n}`, value: `{"ip":"10.9.0.${n}","cluster_id":"1.0.0.${n}"}` },
      {
        key: `${BGP}/global/peer_v4/10.9.0.${n}`,
        value: `{"ip":"10.9.0.${n}","as_num":"64512"}`,
      },
    ]),
  ];
  const before = viewOf({ revision: '1', entries }).cluster;
  const off = { key: `${BGP}/global/node_mesh`, value: '{"enabled":false}' };
  const after = viewOf({ revision: '2', entries: [...entries, off] }).cluster;
  const bare = viewOf({
    revision: '2',
    entries: [...entries.filter(({ key }) => key.includes('/host/')), off],
  }).cluster;

  const started = performance.now();
  expect(findLostPairs(before, after, 9)).toEqual([]);
  expect(findLostPairs(before, bare, 9)).toMatchObject([{ count: (5000 * 4999) / 2 }]);
  expect(performance.now() - started).toBeLessThan(3000);
});

test('a hundred racks with two reflectors each take no longer', () => {
  const racks = Array.from({ length: 100 }, (_, rack) => rack);
  const inRack = (rack: number): readonly string[] =>
    Array.from({ length: 50 }, (_, i) => `r${String(rack).padStart(2, '0')}n${i}`);
  const reflectorsOf = (rack: number): readonly string[] =>
    [1, 2].map((n) => `10.200.${rack}.${n}`);
  const topology: Topology = {
    nodes: racks.flatMap(inRack),
    reflectors: racks.flatMap(reflectorsOf),
    peers: racks.flatMap((rack) =>
      inRack(rack).flatMap((node) => reflectorsOf(rack).map((ip) => `${node}: ${ip}`)),
    ),
  };
  const [before, after] = [clusterOf({ ...topology, mesh: true }), clusterOf(topology)];

  const started = performance.now();
  expect(findLostPairs(before, after, 9)).toEqual([]);
  expect(performance.now() - started).toBeLessThan(3000);
});

test('grouping changes nothing: with every node told apart the answer is the same', () => {
  const address = fc.constantFrom('10.0.0.7', '10.0.0.8', '10.0.0.9', '10.0.0.1', '10.0.0.2');
  const asn = fc.constantFrom('', '=65100', '=65200');
  const node = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const peer = fc
    .tuple(fc.option(node, { nil: undefined }), address, asn)
    .map(([owner, ip, as]) => `${owner === undefined ? '' : `${owner}: `}${ip}${as}`);
  const topology = fc.record({
    nodes: fc.constant(['a', 'b', 'c', 'd', 'e']),
    reflectors: fc.uniqueArray(
      fc
        .tuple(
          fc.constantFrom('10.0.0.7', '10.0.0.8', '10.0.0.9'),
          fc.constantFrom('=1.0.0.1', '=1.0.0.2'),
        )
        .map((parts) => parts.join('')),
      { maxLength: 3, selector: (text) => text.split('=')[0] },
    ),
    peers: fc.array(peer, { maxLength: 8 }),
    asNumbers: fc.array(
      node.map((name) => `${name}=65200`),
      { maxLength: 2 },
    ),
  });
  fc.assert(
    fc.property(topology, (one) => {
      // A peer of its own that nobody else has, and that leads nowhere, puts a node into a group of its own.
      const apart = one.nodes.map((name, i) => `${name}: 192.0.2.${i + 1}`);
      expect(unconnected({ ...one, peers: [...one.peers, ...apart] })).toEqual(unconnected(one));
    }),
    { numRuns: 300 },
  );
});
