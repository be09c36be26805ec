/** Which node pairs lose each other: topologies written as what the datastore holds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { clusterOf, type Topology } from './topology.js';

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

/** A peer of its own that nobody else has, and that leads nowhere, puts each node into a group of its own. */
function toldApart(topology: Topology): Topology {
  const own = topology.nodes.map((name, i) => `${name}: 192.0.${2 + (i >> 7)}.${(i & 127) + 1}`);
  return { ...topology, peers: [...(topology.peers ?? []), ...own] };
}

describe('nodes of the same kind are grouped', () => {
  /** Nodes that all peer with the same four reflectors. */
  function alike(count: number): Topology {
    const reflectors = [1, 2, 3, 4].map((n) => `10.9.0.${n}`);
    const nodes = Array.from({ length: count }, (_, i) => `n${String(i).padStart(5, '0')}`);
    return { nodes, reflectors, peers: reflectors };
  }

  /** Racks of fifty nodes, each with two reflectors of its own. */
  function inRacks(count: number): Topology {
    const racks = Array.from({ length: count / 50 }, (_, rack) => rack);
    const nodesOf = (rack: number): readonly string[] =>
      Array.from({ length: 50 }, (_, i) => `r${String(rack).padStart(3, '0')}n${i}`);
    const reflectorsOf = (rack: number): readonly string[] =>
      [1, 2].map((n) => `10.200.${rack}.${n}`);
    return {
      nodes: racks.flatMap(nodesOf),
      reflectors: racks.flatMap(reflectorsOf),
      peers: racks.flatMap((rack) =>
        nodesOf(rack).flatMap((node) => reflectorsOf(rack).map((ip) => `${node}: ${ip}`)),
      ),
    };
  }

  /** The better one of so many times: the first has to be compiled, too. */
  function costMs(topology: Topology, times: number): number {
    const clusters = [clusterOf({ ...topology, mesh: true }), clusterOf(topology)] as const;
    const once = () => cpuMs(() => expect(findLostPairs(...clusters, 9)).toEqual([]));
    return Math.min(...Array.from({ length: times }, once));
  }

  test('5,000 nodes, all alike or in racks, cost less than 1,000 that are told apart', () => {
    const apart = costMs(toldApart(alike(1_000)), 1);

    for (const topology of [alike(5_000), inRacks(5_000)]) {
      expect(costMs(topology, 2)).toBeLessThan(apart);
    }
  });

  test('millions of lost pairs are counted', () => {
    const after = clusterOf({ nodes: alike(5_000).nodes });
    expect(findLostPairs(clusterOf({ ...alike(5_000), mesh: true }), after, 9)).toMatchObject([
      { count: (5_000 * 4_999) / 2 },
    ]);
  });
});

/** How long the processor works at it: what it does for others meanwhile isn't counted. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

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
      expect(unconnected(toldApart(one))).toEqual(unconnected(one));
    }),
    { numRuns: 300 },
  );
});
