/** Peerings by selectors are planned from what changed alone: the plan is the one that a start from the same entries gives. */
import fc from 'fast-check';

import { expect, test } from 'vitest';
import type { Entry } from '../../src/datastore/datastore.js';
import { DecodedStore } from '../../src/decode/decoded-store.js';
import { makePlan, Planner } from '../../src/plan/make-plan.js';

const RESOURCES = '/calico/resources/v3/projectcalico.org';
const HOST = {
  role: 'node',
  nodeName: 'node-3',
  acceptsCustomFilters: false,
  refusedStatements: new Map<string, string>(),
} as const;
const PEERS = [
  { nodeSelector: 'rack == "a"', peerSelector: 'rack == "b"' },
  { nodeSelector: 'has(rack)', peerSelector: 'rack in { "a", "c" }', reversePeering: 'Manual' },
  { nodeSelector: 'rack == "c"', peerSelector: 'all()', keepaliveTime: '20s' },
  { nodeSelector: 'rack != "a"', peerIP: '192.0.2.100', asNumber: 64600 },
];

/** A node comes or changes; it goes where it has no rack. */
const change = fc.record({
  node: fc.integer({ min: 0, max: 6 }),
  rack: fc.constantFrom('a', 'b', 'c', undefined),
  address: fc.integer({ min: 1, max: 9 }),
});
const runs = fc.record({ isMesh: fc.boolean(), changes: fc.array(change, { maxLength: 25 }) });

test('changes of nodes, one after the other, give the plan of a start', () => {
  fc.assert(
    fc.property(runs, ({ isMesh, changes }) => {
      const entries = new Map(settingsOf(isMesh));
      const store = storeOf(entries);
      const planner = new Planner();
      for (const { node, rack, address } of changes) {
        const [key, value] = nodeOf(`node-${node}`, rack ?? '', address);
        if (rack === undefined) {
          entries.delete(key);
          store.update([{ kind: 'delete', key }]);
        } else {
          entries.set(key, value);
          store.update([{ kind: 'put', key, value }]);
        }

        expect(planner.plan(store.cluster(), HOST)).toEqual(
          makePlan(storeOf(entries).cluster(), HOST),
        );
      }
    }),
    { numRuns: 60 },
  );
});

function storeOf(entries: ReadonlyMap<string, string>): DecodedStore {
  const store = new DecodedStore();
  const list: readonly Entry[] = [...entries].map(([key, value]) => ({ key, value }));
  store.replace({ revision: '1', entries: list });
  return store;
}

function settingsOf(nodeToNodeMeshEnabled: boolean): [string, string][] {
  return [
    resource('bgpconfigurations', 'default', { nodeToNodeMeshEnabled }),
    ...PEERS.map((spec, index) => resource('bgppeers', `peer-${index}`, spec)),
  ];
}

function nodeOf(name: string, rack: string, address: number): [string, string] {
  return resource('nodes', name, { bgp: { ipv4Address: `192.0.2.${address}/24` } }, { rack });
}

function resource(
  plural: string,
  name: string,
  spec: object,
  labels: object = {},
): [string, string] {
  return [`${RESOURCES}/${plural}/${name}`, JSON.stringify({ metadata: { name, labels }, spec })];
}
