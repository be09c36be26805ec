import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClusterStore } from '../../../../src/model/cluster-store.js';
import type { Fact } from '../../../../src/model/fact.js';
import { NO_TERMS, type Peering, type PeeringTerms } from '../../../../src/model/peering.js';
import { makePlan } from '../../../../src/plan/make-plan.js';
import type { Session } from '../../../../src/plan/plan.js';
import { Secret } from '../../../../src/values/secret.js';
import { NODE } from '../plan-fixture.js';
import { address, routerId, selector, V3 } from '../v3-fixture.js';

interface NodeSpec {
  readonly asn?: number;
  readonly cluster?: string;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

function factsOfNode(nodeName: string, ip: string, spec: NodeSpec = {}): readonly Fact[] {
  return [
    { kind: 'node-address', nodeName, family: 'ipv4', address: address(ip) },
    { kind: 'node-labels', nodeName, labels: spec.labels ?? {} },
    ...(spec.asn === undefined ? [] : [{ kind: 'node-asn', nodeName, asn: spec.asn } as const]),
    ...(spec.port === undefined
      ? []
      : [{ kind: 'node-listen-port', nodeName, port: spec.port } as const]),
    ...(spec.cluster === undefined
      ? []
      : [
          {
            kind: 'node-cluster-id',
            nodeName,
            clusterId: routerId(spec.cluster),
          } as const,
        ]),
  ];
}

/** Nodes by name: `node-a` at 192.0.2.9 and `node-b` at 192.0.2.10, which is less as text, and more as are given. */
function storeWith(
  nodes: Readonly<Record<string, readonly [ip: string, spec?: NodeSpec]>>,
  settings: readonly Fact[] = [],
): ClusterStore {
  const store = new ClusterStore();
  for (const [name, [ip, spec]] of Object.entries(nodes)) {
    store.set(`${V3}/nodes/${name}`, factsOfNode(name, ip, spec), 'v3');
  }
  store.set(
    `${V3}/bgpconfigurations/default`,
    [{ kind: 'log-level', level: 'info' }, ...settings],
    'v3',
  );
  return store;
}

function peer(
  store: ClusterStore,
  name: string,
  peering: Pick<Peering, 'scope' | 'remote'>,
  terms: Partial<PeeringTerms> = {},
): void {
  const origin = `${V3}/bgppeers/${name}`;
  const whole = { ...peering, terms: { ...NO_TERMS, ...terms }, origin };
  store.set(origin, [{ kind: 'peering', peering: whole }], 'v3');
}

function sessionsOf(store: ClusterStore, nodeName = 'node-a'): readonly Session[] {
  return makePlan(store.cluster(), { ...NODE, nodeName }).plan.ipv4.sessions;
}

const MESH_OFF: readonly Fact[] = [{ kind: 'mesh', isEnabled: false }];
const ALL = { kind: 'all-nodes' } as const;
const router = (ip: string, asn: number, port?: number) =>
  ({ kind: 'address', address: address(ip), asn, ...(port && { port }) }) as const;

describe('the mesh', () => {
  const TWO = { 'node-a': ['192.0.2.9'], 'node-b': ['192.0.2.10'] } as const;

  test('one end of each pair waits: the one whose neighbor has the greater address as text', () => {
    const store = storeWith(TWO);

    expect(sessionsOf(store, 'node-a')).toMatchObject([
      { protocolName: 'Mesh_192_0_2_10', isPassive: false },
    ]);
    expect(sessionsOf(store, 'node-b')).toMatchObject([
      { protocolName: 'Mesh_192_0_2_9', isPassive: true },
    ]);
  });

  test("has the other node's port, else the cluster's, and a name without it; 179 needs no word", () => {
    const store = storeWith(
      { ...TWO, 'node-c': ['192.0.2.11', { port: 1179 }], 'node-d': ['192.0.2.12', { port: 179 }] },
      [{ kind: 'bgp-settings', settings: { listenPort: 178 } }],
    );

    const ports = sessionsOf(store).map(({ protocolName, remotePort }) => [
      protocolName,
      remotePort,
    ]);
    expect(ports).toEqual([
      ['Mesh_192_0_2_10', 178],
      ['Mesh_192_0_2_11', 1179],
      ['Mesh_192_0_2_12', undefined],
    ]);
  });

  test('leaves out nodes that reflect for others, at both ends', () => {
    const store = storeWith({ ...TWO, 'node-r': ['192.0.2.20', { cluster: '1.0.0.1' }] });

    expect(sessionsOf(store).map(({ protocolName }) => protocolName)).toEqual(['Mesh_192_0_2_10']);
    expect(sessionsOf(store, 'node-r')).toEqual([]);
  });

  test('has its password and restart time; a password that changes makes other sessions', () => {
    const ref = { name: 'bgp', key: 'mesh', origin: 'x' };
    const store = storeWith(TWO, [
      { kind: 'bgp-settings', settings: { meshPassword: ref, meshRestartTimeS: 30 } },
    ]);
    // Open to anybody, they are not.
    expect(sessionsOf(store)).toEqual([]);

    for (const secret of [new Secret('hunter2'), new Secret('hunter3')]) {
      store.set('file:/secrets/bgp/mesh', [{ kind: 'secret', ref, secret }]);
      const [session] = sessionsOf(store);
      expect(session).toMatchObject({ restartTimeS: 30 });
      expect(session?.password).toBe(secret);
    }
  });

  test('is the same from both ends, and exactly one of them waits', () => {
    const octets = fc.uniqueArray(fc.integer({ min: 1, max: 254 }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(octets, (ends) => {
        const nodes = Object.fromEntries(
          ends.map((end) => [`n${end}`, [`192.0.2.${end}`] as const]),
        );
        const store = storeWith(nodes);
        const seen = new Map<string, boolean>();
        for (const end of ends) {
          for (const { remoteAddress, isPassive } of sessionsOf(store, `n${end}`)) {
            seen.set(`192.0.2.${end} ${remoteAddress}`, isPassive);
          }
        }
        expect(seen.size).toBe(ends.length * (ends.length - 1));
        for (const [pair, isPassive] of seen) {
          expect(seen.get(pair.split(' ').toReversed().join(' '))).toBe(!isPassive);
        }
      }),
    );
  });
});

describe('a peering', () => {
  const RACKS = {
    'node-a': ['192.0.2.9', { labels: { rack: '1' } }],
    'node-b': ['192.0.2.10', { labels: { rack: '2' } }],
    'node-r': ['192.0.2.20', { labels: { role: 'rr' }, cluster: '1.0.0.1' }],
    'node-s': ['192.0.2.21', { labels: { role: 'rr' }, cluster: '1.0.0.1' }],
  } as const;

  test('of a selector is that of the nodes that it selects', () => {
    const store = storeWith(RACKS, MESH_OFF);
    const scope = { kind: 'selector', selector: selector("rack == '1'") } as const;
    peer(store, 'tor', { scope, remote: router('198.51.100.1', 65001) });

    expect(sessionsOf(store)).toMatchObject([
      { protocolName: 'Node_198_51_100_1', remoteAsn: 65001 },
    ]);
    expect(sessionsOf(store, 'node-b')).toEqual([]);
  });

  test('with selected nodes gives both ends their sessions, and clients to reflectors of other clusters alone', () => {
    const store = storeWith(RACKS, MESH_OFF);
    const remote = { kind: 'nodes', selector: selector("role == 'rr'") } as const;
    peer(store, 'rr', { scope: ALL, remote }, { isReversed: true });

    expect(sessionsOf(store)).toMatchObject([
      { protocolName: 'Global_192_0_2_20', isReflectorClient: false, isPassive: false },
      { protocolName: 'Global_192_0_2_21', isReflectorClient: false },
    ]);
    expect(sessionsOf(store, 'node-r')).toMatchObject([
      { protocolName: 'Global_192_0_2_21', isReflectorClient: false },
      { protocolName: 'Node_192_0_2_9', isReflectorClient: true, clusterId: '1.0.0.1' },
      { protocolName: 'Node_192_0_2_10', isReflectorClient: true, clusterId: '1.0.0.1' },
    ]);
  });

  test('keeps what is said of one peer alone to the end that asks', () => {
    const store = storeWith({ 'node-a': ['192.0.2.9'], 'node-b': ['192.0.2.10'] }, MESH_OFF);
    const scope = { kind: 'node', nodeName: 'node-b' } as const;
    const terms = { allowedLocalAsns: 3, localAsn: 65010, isReversed: true };
    peer(store, 'b', { scope, remote: router('192.0.2.9', 64512) }, terms);

    expect(sessionsOf(store, 'node-b')).toMatchObject([{ allowedLocalAsns: 3, localAsn: 65010 }]);
    expect(sessionsOf(store)).toMatchObject([{ allowedLocalAsns: undefined, localAsn: undefined }]);
  });

  test('that is not given back makes no session at the other end', () => {
    const store = storeWith(RACKS, MESH_OFF);
    const remote = { kind: 'nodes', selector: selector("role == 'rr'") } as const;
    peer(store, 'rr', { scope: { kind: 'node', nodeName: 'node-a' }, remote });

    expect(sessionsOf(store)).toHaveLength(2);
    expect(sessionsOf(store, 'node-r')).toEqual([]);
  });

  test('follows a label that changes', () => {
    const store = storeWith(RACKS, MESH_OFF);
    const remote = { kind: 'nodes', selector: selector('has(role)') } as const;
    peer(store, 'rr', { scope: ALL, remote });
    expect(sessionsOf(store).map(({ protocolName }) => protocolName)).toEqual([
      'Global_192_0_2_20',
      'Global_192_0_2_21',
    ]);

    store.set(
      `${V3}/nodes/node-b`,
      factsOfNode('node-b', '192.0.2.10', { labels: { role: 'x' } }),
      'v3',
    );
    store.set(`${V3}/nodes/node-s`, factsOfNode('node-s', '192.0.2.21'), 'v3');
    expect(sessionsOf(store).map(({ protocolName }) => protocolName)).toEqual([
      'Global_192_0_2_10',
      'Global_192_0_2_20',
    ]);
  });

  test.each<[string, Partial<PeeringTerms>, number, object]>([
    ['next hop kept where external', { nextHop: 'keep-external' }, 65001, { nextHop: 'keep' }],
    ['not where internal', { nextHop: 'keep-external' }, 64512, { nextHop: undefined }],
    [
      'our AS number there decides which it is',
      { nextHop: 'keep-external', localAsn: 65001 },
      65001,
      { nextHop: undefined, localAsn: 65001 },
    ],
    ['kept in any case', { nextHop: 'keep' }, 64512, { nextHop: 'keep' }],
    ['any source address', { usesNodeAddress: false }, 65001, { usesLocalAddress: false }],
    [
      'times, hops and paths',
      { restartTimeS: 10, keepaliveS: 20, ttlSecurityHops: 2, allowedLocalAsns: 3 },
      65001,
      { restartTimeS: 10, keepaliveS: 20, ttlSecurityHops: 2, allowedLocalAsns: 3 },
    ],
  ])('with a router: %s', (_, terms, asn, expected) => {
    const store = storeWith(RACKS, MESH_OFF);
    peer(store, 'tor', { scope: ALL, remote: router('198.51.100.1', asn) }, terms);

    expect(sessionsOf(store)).toMatchObject([expected]);
  });

  test('with a port is called by it, and two speakers at one address are two sessions', () => {
    const store = storeWith(RACKS, MESH_OFF);
    peer(store, 'one', { scope: ALL, remote: router('198.51.100.1', 65001, 1179) });
    peer(store, 'two', { scope: ALL, remote: router('198.51.100.1', 65001) });

    expect(sessionsOf(store).map(({ protocolName }) => protocolName)).toEqual([
      'Global_198_51_100_1_port_1179',
      'Global_198_51_100_1',
    ]);
  });

  test('with the address of a node takes its port, and one end waits', () => {
    const store = storeWith({ ...RACKS, 'node-c': ['192.0.2.91', { port: 1179 }] }, MESH_OFF);
    peer(store, 'c', { scope: ALL, remote: router('192.0.2.91', 64512) });

    expect(sessionsOf(store)).toMatchObject([
      { protocolName: 'Global_192_0_2_91_port_1179', remotePort: 1179, isPassive: true },
    ]);
  });

  test('has the filters that exist and say something in this family and direction; equal lists are one list', () => {
    const store = storeWith(RACKS, MESH_OFF);
    const rule = { action: 'accept', operations: [] } as const;
    const filter = {
      name: 'in-only',
      family: 'ipv4',
      importRules: [rule],
      exportRules: [],
    } as const;
    const origin = `${V3}/bgpfilters/in-only`;
    store.set(origin, [{ kind: 'bgp-filter', filter: { ...filter, origin } }], 'v3');
    peer(
      store,
      'a',
      { scope: ALL, remote: router('198.51.100.1', 65001) },
      { filters: ['in-only', 'gone'] },
    );
    peer(
      store,
      'b',
      { scope: ALL, remote: router('198.51.100.2', 65001) },
      { filters: ['in-only'] },
    );

    const [a, b] = sessionsOf(store);
    expect(a).toMatchObject({ importFilters: ['in-only'], exportFilters: [] });
    expect(b?.importFilters).toBe(a?.importFilters);
  });

  test('with workloads has a session with each, which dials', () => {
    const store = storeWith(RACKS, MESH_OFF);
    peer(store, 'vm', { scope: ALL, remote: { kind: 'workloads', peerName: 'vm', asn: 64600 } });
    const workload = { peerName: 'vm', addresses: [address('198.18.0.7')], origin: 'file:/vm' };
    store.set('file:/vm', [{ kind: 'workload', workload }]);

    expect(sessionsOf(store)).toMatchObject([
      {
        protocolName: 'Local_Workload_198_18_0_7',
        isPassive: true,
        usesLocalAddress: false,
        remoteAsn: 64600,
      },
    ]);
  });

  test('by a gateway is reached by a static route', () => {
    const store = storeWith(RACKS, MESH_OFF);
    const terms = { reachableBy: address('192.0.2.254') };
    peer(store, 'tor', { scope: ALL, remote: router('198.51.100.1', 65001) }, terms);

    const { extras } = makePlan(store.cluster(), NODE).plan.ipv4;
    expect(extras.staticRoutes).toMatchObject([
      { prefix: '198.51.100.1/32', via: '192.0.2.254', isExported: false },
    ]);
  });
});

test('a reflector outside of the nodes has the sessions of its record, found by its address, in its own AS', () => {
  const store = storeWith(
    {
      'node-a': ['192.0.2.9'],
      'node-r': ['192.0.2.20', { cluster: '1.0.0.1', labels: { role: 'rr' } }],
    },
    MESH_OFF,
  );
  const remote = { kind: 'nodes', selector: selector("role == 'rr'") } as const;
  peer(store, 'rr', { scope: ALL, remote }, { isReversed: true });

  const host = { ...NODE, role: 'reflector', nodeName: 'x', ipv4: address('192.0.2.20') } as const;
  expect(makePlan(store.cluster(), host).plan.ipv4.sessions).toMatchObject([
    { protocolName: 'Node_192_0_2_9', localAsn: 64512, isReflectorClient: true },
  ]);
});
