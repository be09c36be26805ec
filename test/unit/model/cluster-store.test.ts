import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEntry } from '../../../src/decode/decode-entry.js';
import { parseKey } from '../../../src/decode/keys.js';
import { ClusterStore } from '../../../src/model/cluster-store.js';
import { badEntry, goodEntry } from '../../support/arbitraries.js';

const BGP = '/calico/bgp/v1';

/** Sets what `value` under `key` says. */
function put(store: ClusterStore, key: string, value: string): void {
  const ref = parseKey(key);
  const decoded = ref && decodeEntry(ref, key, value);
  store.set(key, decoded?.ok ? decoded.value : undefined);
}

function storeWith(entries: Readonly<Record<string, string>>): ClusterStore {
  const store = new ClusterStore();
  for (const [key, value] of Object.entries(entries)) {
    put(store, key, value);
  }
  return store;
}

const THREE_NODES = {
  [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP}/host/node-b/ip_addr_v4`]: '192.0.2.2',
  [`${BGP}/host/node-b/peer_v4/192.0.2.9`]: '{"ip":"192.0.2.9","as_num":"65001"}',
  [`${BGP}/host/node-c/as_num`]: '65002',
};

test('an empty datastore is a mesh of no nodes in AS 64512', () => {
  expect(new ClusterStore().cluster()).toEqual({
    defaultAsn: 64512,
    isMeshEnabled: true,
    logLevel: 'info',
    nodes: [],
    globalPeers: [],
    reflectors: [],
    pools: [],
    blocks: [],
    customFilters: [],
  });
});

test('what was said and taken back is as if it had never been said', () => {
  const entry = fc.oneof(goodEntry, badEntry);
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      const store = new ClusterStore();
      for (const { key, value } of entries) {
        put(store, key, value);
        store.cluster();
      }
      for (const { key } of entries) {
        store.set(key, undefined);
      }

      expect(store.cluster()).toEqual(new ClusterStore().cluster());
    }),
  );
});

test('the order in which entries come does not matter', () => {
  const entries = fc.uniqueArray(goodEntry, { selector: ({ key }) => key, maxLength: 20 });
  const orders = entries.chain((standing) =>
    fc.tuple(
      fc.constant(standing),
      fc.shuffledSubarray(standing, { minLength: standing.length, maxLength: standing.length }),
    ),
  );
  fc.assert(
    fc.property(orders, ([one, other]) => {
      const [left, right] = [new ClusterStore(), new ClusterStore()];
      for (const { key, value } of one) {
        put(left, key, value);
      }
      for (const { key, value } of other) {
        put(right, key, value);
      }

      expect(right.cluster()).toEqual(left.cluster());
    }),
  );
});

test('a node exists when any of its keys does, and its peers are sorted by key', () => {
  const store = storeWith(THREE_NODES);
  put(store, `${BGP}/host/node-b/peer_v4/192.0.2.10`, '{"as_num":"65001"}');

  const { nodes } = store.cluster();
  expect(nodes.map(({ name }) => name)).toEqual(['node-a', 'node-b', 'node-c']);
  expect(nodes[1]?.peers.map(({ address }) => address)).toEqual(['192.0.2.10', '192.0.2.9']);
  expect(nodes[2]).toEqual({
    name: 'node-c',
    addresses: {},
    networks: {},
    asn: 65002,
    peers: [],
  });
});

test('a change of one node leaves the others the same objects, and lists of other things the same lists', () => {
  const store = storeWith(THREE_NODES);
  const before = store.cluster();
  put(store, `${BGP}/host/node-b/as_num`, '65003');
  const after = store.cluster();

  expect(after.nodes[0]).toBe(before.nodes[0]);
  expect(after.nodes[2]).toBe(before.nodes[2]);
  expect(after.nodes[1]).toEqual({ ...before.nodes[1], asn: 65003 });
  expect(before.nodes[1]).not.toHaveProperty('asn');
  expect(after.pools).toBe(before.pools);
  expect(after.globalPeers).toBe(before.globalPeers);
});

test('without a change the list of nodes is the same one', () => {
  const store = storeWith(THREE_NODES);

  expect(store.cluster().nodes).toBe(store.cluster().nodes);
});

test('a key that begins to say something else takes back what it said', () => {
  const store = storeWith({ [`${BGP}/global/peer_v4/192.0.2.9`]: '{"as_num":"65001"}' });
  put(store, `${BGP}/global/peer_v4/192.0.2.9`, '{"as_num":"65002"}');
  expect(store.cluster().globalPeers.map(({ asn }) => asn)).toEqual([65002]);

  put(store, `${BGP}/global/peer_v4/192.0.2.9`, 'not JSON');

  expect(store.cluster().globalPeers).toEqual([]);
});
