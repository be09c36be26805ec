/**
 * The rules of RFC 4271 and RFC 4456 once more, as plainly as can be: every route is carried over every session, nodes are
 * not grouped, and a way is dropped only when the very same one was taken before. What sessions there are is the planner's.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Planner } from '../../../../src/plan/make-plan.js';
import type { Session } from '../../../../src/plan/plan.js';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { NODE, reflectorAt } from '../plan-fixture.js';
import { clusterOf, type Topology } from './topology.js';

const NODES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

interface Speaker {
  readonly name: string;
  readonly address: string;
  readonly asn: number;
  /** Of a reflector. */
  readonly clusterId?: string;
  readonly sessions: readonly Session[];
}

function speakersOf(topology: Topology): readonly Speaker[] {
  const cluster = clusterOf(topology);
  const nodes = cluster.nodes.map(({ name, addresses }): Speaker => {
    const { ipv4 } = new Planner().plan(cluster, { ...NODE, nodeName: name }).plan;
    const address = addresses.ipv4?.address ?? '';
    return { name, address, asn: ipv4.localAsn ?? 0, sessions: ipv4.sessions };
  });
  const reflectors = cluster.reflectors.map(({ address, clusterId = address }): Speaker => {
    const { ipv4 } = new Planner().plan(cluster, reflectorAt(address)).plan;
    return {
      name: address,
      address,
      asn: cluster.defaultAsn.asn,
      clusterId,
      sessions: ipv4.sessions,
    };
  });
  const taken = new Set(nodes.map(({ address }) => address));
  return [...nodes, ...reflectors.filter(({ address }) => !taken.has(address))];
}

interface Route {
  readonly at: Speaker;
  readonly from: 'itself' | 'external' | 'client' | 'internal';
  readonly clusters: readonly string[];
  readonly path: readonly number[];
}

/** The route at the other end of a session, if it is sent and kept. */
function carried(route: Route, session: Session, to: Speaker): Route | undefined {
  const { at, path } = route;
  const back = to.sessions.find(({ remoteAddress }) => remoteAddress === at.address);
  const [ours, theirs] = [session.localAsn ?? at.asn, back?.localAsn ?? to.asn];
  if (back === undefined || session.remoteAsn !== theirs || back.remoteAsn !== ours) {
    return;
  }
  if (ours === theirs) {
    return carriedInside(route, { session, back, to });
  }
  const longer = [...path, ours];
  return longer.includes(theirs)
    ? undefined
    : { at: to, from: 'external', clusters: [], path: longer };
}

function carriedInside(
  { at, from, clusters: passed, path }: Route,
  { session, back, to }: { session: Session; back: Session; to: Speaker },
): Route | undefined {
  const isLearntInside = from === 'client' || from === 'internal';
  if (isLearntInside && at.clusterId === undefined) {
    return;
  }
  if (from === 'internal' && !session.isReflectorClient) {
    return;
  }
  const list = isLearntInside && at.clusterId ? [...passed, at.clusterId] : passed;
  if (to.clusterId && list.includes(to.clusterId)) {
    return;
  }
  return { at: to, from: back.isReflectorClient ? 'client' : 'internal', clusters: list, path };
}

function hearersOf(origin: Speaker, speakers: ReadonlyMap<string, Speaker>): ReadonlySet<string> {
  const taken = new Set<string>();
  const hearers = new Set<string>();
  const routes: Route[] = [{ at: origin, from: 'itself', clusters: [], path: [] }];
  for (let route = routes.pop(); route !== undefined; route = routes.pop()) {
    for (const session of route.at.sessions) {
      const to = speakers.get(session.remoteAddress);
      const next = to && to !== origin ? carried(route, session, to) : undefined;
      if (next === undefined) {
        continue;
      }
      const sets = [next.clusters, next.path.map(String)].map((l) => [...new Set(l)].sort().join());
      const way = [next.at.name, next.from, ...sets].join('|');
      if (taken.has(way)) {
        continue;
      }
      taken.add(way);
      hearers.add(next.at.name);
      routes.push(next);
    }
  }
  return hearers;
}

/** The pairs without a path, as `a-b`. */
function unconnectedByForce(topology: Topology): readonly string[] {
  const speakers = speakersOf(topology);
  const byAddress = new Map(speakers.map((speaker) => [speaker.address, speaker]));
  const hearers = new Map(speakers.map((one) => [one.name, hearersOf(one, byAddress)]));
  const isHeard = (of: string, by: string): boolean => hearers.get(of)?.has(by) === true;
  return NODES.flatMap((a) =>
    NODES.filter((b) => a < b && !(isHeard(a, b) && isHeard(b, a))).map((b) => `${a}-${b}`),
  );
}

function unconnected(topology: Topology): readonly string[] {
  const losses = findLostPairs(clusterOf({ ...topology, mesh: true }), clusterOf(topology), 999);
  return losses.flatMap(({ first }) => first.map((pair) => pair.join('-')));
}

/** Clusters of seven nodes, whose reflectors are at some of `reflectors`. */
function clusters(reflectors: readonly string[]): fc.Arbitrary<Topology> {
  const node = fc.constantFrom(...NODES);
  const owner = fc.constantFrom('', ...NODES.map((name) => `${name}: `));
  const address = fc.constantFrom(...reflectors, '10.0.0.1', '10.0.0.2', '10.0.0.7', '192.0.2.9');
  const asn = fc.constantFrom('', '', '=65200', '=65300');
  return fc.record({
    nodes: fc.constant(NODES),
    reflectors: fc.uniqueArray(
      fc
        .tuple(fc.constantFrom(...reflectors), fc.constantFrom('', '=1.0.0.1', '=1.0.0.2'))
        .map((parts) => parts.join('')),
      { maxLength: 4, selector: (text) => text.split('=')[0] },
    ),
    peers: fc.array(
      fc.tuple(owner, address, asn).map((parts) => parts.join('')),
      { maxLength: 14 },
    ),
    asNumbers: fc.uniqueArray(
      fc.tuple(node, fc.constantFrom('=65200', '=65300')).map((parts) => parts.join('')),
      { maxLength: 3, selector: (text) => text.split('=')[0] },
    ),
  });
}

test.each([
  ['apart from the nodes', ['10.9.0.1', '10.9.0.2', '10.9.0.3', '10.9.0.4']],
  ['some of them at addresses of nodes', ['10.9.0.1', '10.9.0.2', '10.0.0.4', '10.0.0.5']],
])('the same pairs are found by force, with reflectors %s', (_, reflectors) => {
  fc.assert(
    fc.property(clusters(reflectors), (topology) => {
      expect(unconnected(topology)).toEqual(unconnectedByForce(topology));
    }),
    { numRuns: 1000 },
  );
});

test('by hand: two nodes at addresses of reflectors are no clients of a third', () => {
  const topology: Topology = {
    nodes: NODES,
    reflectors: ['10.9.0.1', '10.0.0.4', '10.0.0.5'],
    peers: ['10.9.0.1'],
  };
  expect(unconnected(topology)).toEqual(['d-e']);
});
