/** What can't be read and has no last good value: no session comes up on weaker terms than are written. */
import { describe, expect, test } from 'vitest';
import { DecodedStore } from '../../../../src/decode/decoded-store.js';
import { makePlan } from '../../../../src/plan/make-plan.js';
import { NODE, reflectorAt } from '../plan-fixture.js';
import { address, type Documents, planOfDocuments, storeOfDocuments, V3 } from '../v3-fixture.js';

const node = (ipv4Address: string, fields: object = {}) => ({ bgp: { ipv4Address, ...fields } });
const THREE: Documents = {
  'nodes/node-a': node('192.0.2.1'),
  'nodes/node-b': node('192.0.2.2'),
  'nodes/node-c': node('192.0.2.3', { asNumber: 65003 }),
};
const MESH = ['Mesh_192_0_2_2 64512', 'Mesh_192_0_2_3 65003'];
const TOR = { peerIP: '198.51.100.1', asNumber: 65001 };
const CONFIGURATION = 'bgpconfigurations/default';
const ref = { secretKeyRef: { name: 's', key: 'k' } };

function sessionsOf(documents: Documents, host = NODE): readonly string[] {
  return planOfDocuments({ ...THREE, ...documents }, host).sessions;
}

test('the mesh is there where nothing is in doubt', () => {
  expect(sessionsOf({})).toEqual(MESH);
});

describe('a mesh whose password is not known', () => {
  test.each([
    ['nowhere', { nodeMeshPassword: ref }],
    ['no text', { nodeMeshPassword: { secretKeyRef: { name: 5, key: 'k' } } }],
    ['no object', { nodeMeshPassword: 'k' }],
  ])('since it is %s has no session, and no other record opens one with its nodes', (_, spec) => {
    const peers = {
      'bgppeers/b': { peerIP: '192.0.2.2', asNumber: 64512 },
      'bgppeers/tor': TOR,
    };

    expect(sessionsOf({ [CONFIGURATION]: spec, ...peers })).toEqual(['Global_198_51_100_1 65001']);
  });

  test('has it once the secret is there', () => {
    const store = storeOfDocuments({ ...THREE, [CONFIGURATION]: { nodeMeshPassword: ref } });
    store.replaceFiles(new Map([['secrets-dir:/run/s/k', { ok: true, value: 'hunter2' }]]));

    const { sessions } = makePlan(store.cluster(), NODE).plan.ipv4;
    expect(sessions.map(({ password }) => password?.reveal())).toEqual(['hunter2', 'hunter2']);
  });

  test('is told at the resource that asks for it', () => {
    expect(
      planOfDocuments({ ...THREE, [CONFIGURATION]: { nodeMeshPassword: ref } }).problems,
    ).toEqual([`secret-missing ${CONFIGURATION} spec.nodeMeshPassword`]);
  });
});

describe('a BGPConfiguration', () => {
  test.each<[string, object | string]>([
    ['a mesh that may be off', { nodeToNodeMeshEnabled: 'false' }],
    ['no object', '{"metadata":{"name":"default"},"spec":7}'],
    ['no JSON', '{'],
    ['of another name', '{"metadata":{"name":"other"}}'],
  ])('of which is unknown what it says of the mesh has none: %s', (_, spec) => {
    expect(sessionsOf({ [CONFIGURATION]: spec })).toEqual([]);
  });

  test('whose AS number cannot be read costs those that go by it', () => {
    const bad = { [CONFIGURATION]: { asNumber: 0 }, 'bgppeers/tor': TOR };

    expect(sessionsOf(bad)).toEqual([]);
    expect(sessionsOf(bad, { ...NODE, nodeName: 'node-c' })).toEqual(['Global_198_51_100_1 65001']);
    // Reflectors outside of the nodes are in the cluster's AS; their clients in that of the peering.
    const rr = (ip: string) => ({ ip, cluster_id: '1.0.0.1' });
    const reflectors = {
      '/rr_v4/192.0.2.30': rr('192.0.2.30'),
      '/rr_v4/192.0.2.31': rr('192.0.2.31'),
      'bgppeers/rr': { peerIP: '192.0.2.30', asNumber: 65003 },
    };
    expect(sessionsOf({ ...bad, ...reflectors }, reflectorAt('192.0.2.30'))).toEqual([
      'Global_192_0_2_3 65003',
    ]);
  });

  test('that becomes bad keeps its last good value', () => {
    const store = storeOfDocuments({ ...THREE, [CONFIGURATION]: { asNumber: 64999 } });
    store.update([{ kind: 'put', key: `${V3}/${CONFIGURATION}`, value: '{' }]);

    const { sessions } = makePlan(store.cluster(), NODE).plan.ipv4;
    expect(sessions.map(({ remoteAsn }) => remoteAsn)).toEqual([64999, 65003]);
  });
});

describe('a Node', () => {
  test.each<[string, object | string]>([
    ['an AS number', node('192.0.2.2', { asNumber: 0 })],
    ['a cluster', node('192.0.2.2', { routeReflectorClusterID: 'x' })],
    [
      'labels',
      '{"metadata":{"name":"node-b","labels":7},"spec":{"bgp":{"ipv4Address":"192.0.2.2"}}}',
    ],
    ['an object', '{"metadata":{"name":"node-b"},"spec":{"bgp":7}}'],
    ['JSON', '{'],
  ])(
    'without %s that can be read has no session, at either end, and nothing else is told',
    (_, bad) => {
      const documents = { ...THREE, 'nodes/node-b': bad };
      const problemsAt = (nodeName: string) =>
        planOfDocuments(documents, { ...NODE, nodeName }).problems;

      expect(sessionsOf(documents)).toEqual(['Mesh_192_0_2_3 65003']);
      const ownEnd = { ...NODE, nodeName: 'node-b', ipv4: address('192.0.2.2') };
      expect(sessionsOf({ ...documents, 'bgppeers/tor': TOR }, ownEnd)).toEqual([]);
      expect([problemsAt('node-a'), problemsAt('node-b')]).toEqual([[], []]);
    },
  );

  test.each<[string, Documents]>([
    ['its own', { 'nodes/node-b': node('192.0.2.2', { asNumber: 0 }) }],
    ['of the cluster', { [CONFIGURATION]: { asNumber: 0 } }],
  ])('whose AS number, %s, cannot be read is not told to be in another one', (_, bad) => {
    const documents = { 'bgppeers/b': { peerIP: '192.0.2.2', asNumber: 65002 } };
    const host = { ...NODE, nodeName: 'node-c' };

    expect(planOfDocuments({ ...THREE, ...documents, ...bad }, host).problems).toEqual([]);
  });

  test('whose routes alone are in doubt has its sessions', () => {
    const bad = { ...node('192.0.2.2'), wireguard: 7 };

    expect(sessionsOf({ 'nodes/node-b': bad })).toEqual(MESH);
  });

  test('that cannot be read does not fall back to its old keys', () => {
    const old = { '/host/node-b/ip_addr_v4': '192.0.2.2', 'nodes/node-b': '{' };

    expect(sessionsOf(old)).toEqual(['Mesh_192_0_2_3 65003']);
  });
});

test('a BGPPeer whose password cannot be read keeps its neighbor from one that asks for none', () => {
  const peers = {
    'bgppeers/a': { ...TOR, password: { secretKeyRef: { name: 's' } } },
    'bgppeers/b': { ...TOR, node: 'node-a' },
  };
  const { sessions, problems } = planOfDocuments({
    ...THREE,
    [CONFIGURATION]: { nodeToNodeMeshEnabled: false },
    ...peers,
  });

  expect({ sessions, problems }).toEqual({ sessions: [], problems: [] });
});

describe('two files for one password', () => {
  const files = (first: string, second: string) => {
    const store = new DecodedStore();
    const entries = [
      ['secrets-dir:/run/kube-system/s/k', first],
      ['secrets-dir:/run/s/k', second],
    ] as const;
    store.replaceFiles(new Map(entries.map(([key, value]) => [key, { ok: true, value }])));
    return store.cluster();
  };

  test('that differ are told, with the one that counts', () => {
    const cluster = files('one', 'two');

    expect(cluster.secrets.get('s/k')?.reveal()).toBe('two');
    const { problems } = makePlan(cluster, NODE);
    expect(problems).toContainEqual({
      code: 'duplicate-record',
      key: 'secrets-dir:/run/kube-system/s/k',
      reason: 'another password is the same key of a Secret: secrets-dir:/run/s/k',
      action: 'took that of secrets-dir:/run/s/k; remove one',
    });
  });

  test('that are the same are nothing to tell', () => {
    expect(files('one', 'one').contestedSecrets).toEqual([]);
  });
});
