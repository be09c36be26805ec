import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEntry } from '../../../src/decode/decode-entry.js';
import { DEFAULT_BGP_SETTINGS } from '../../../src/model/bgp-settings.js';
import { nodeNamed } from '../../../src/model/cluster.js';
import { ClusterStore } from '../../../src/model/cluster-store.js';
import type { Fact } from '../../../src/model/fact.js';
import { parseAddress } from '../../../src/values/address.js';
import { parsePrefix } from '../../../src/values/prefix.js';
import { badEntry, goodEntry } from '../../support/arbitraries.js';

const BGP = '/calico/bgp/v1';

/** Sets what `value` under `key` says. */
function put(store: ClusterStore, key: string, value: string): void {
  const decoded = decodeEntry(key, value);
  store.set(key, decoded?.ok ? decoded.value : [], decoded?.generation);
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
    defaultAsn: { asn: 64512 },
    isMeshEnabled: true,
    logLevel: 'info',
    nodes: [],
    unaddressed: [],
    contested: new Map(),
    peerings: [],
    reflectors: [],
    pools: [],
    blocks: [],
    customFilters: [],
    bgp: DEFAULT_BGP_SETTINGS,
    bgpFilters: [],
    services: [],
    workloads: [],
    secrets: new Map(),
    secretOrigins: new Map(),
    contestedSecrets: [],
    consents: [],
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
        store.set(key, []);
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

test('a node exists when any key speaks of it; a peering of it alone does not make it one', () => {
  const store = storeWith(THREE_NODES);
  put(store, `${BGP}/host/node-d/peer_v4/192.0.2.10`, '{"as_num":"65001"}');

  const { nodes } = store.cluster();
  expect(nodes.map(({ name }) => name)).toEqual(['node-a', 'node-b', 'node-c']);
  expect(nodes[2]).toEqual({
    name: 'node-c',
    addresses: {},
    networks: {},
    asn: { asn: 65002, origin: `${BGP}/host/node-c/as_num` },
  });
});

test('peerings are sorted by key, those of all nodes and those of one alike', () => {
  const store = storeWith(THREE_NODES);
  put(store, `${BGP}/host/node-b/peer_v4/192.0.2.10`, '{"as_num":"65001"}');
  put(store, `${BGP}/global/peer_v4/192.0.2.11`, '{"as_num":"65001"}');

  expect(store.cluster().peerings).toMatchObject(
    ['192.0.2.11', '192.0.2.10', '192.0.2.9'].map((address) => ({ remote: { address } })),
  );
});

describe('two keys that speak of the same thing', () => {
  const address = parseAddress('192.0.2.1');
  if (!address.ok) {
    throw new Error(address.reason);
  }
  const byFirst: readonly Fact[] = [
    { kind: 'node-address', nodeName: 'n', family: 'ipv4', address: address.value },
    { kind: 'node-asn', nodeName: 'n', asn: 65001 },
    { kind: 'default-asn', asn: 65001 },
    { kind: 'log-level', level: 'debug' },
  ];
  const bySecond: readonly Fact[] = [
    { kind: 'node-asn', nodeName: 'n', asn: 65002 },
    { kind: 'default-asn', asn: 65002 },
  ];
  const both = {
    defaultAsn: { asn: 65002, origin: '/b' },
    logLevel: 'debug',
    nodes: [
      {
        name: 'n',
        addresses: { ipv4: { address: '192.0.2.1', origin: '/a' } },
        networks: {},
        asn: { asn: 65002, origin: '/b' },
      },
    ],
  };

  test('are one: of each fact the later key stands, whichever came first', () => {
    const [store, other] = [new ClusterStore(), new ClusterStore()];
    store.set('/a', byFirst);
    store.set('/b', bySecond);
    other.set('/b', bySecond);
    other.set('/a', byFirst);

    expect(store.cluster()).toMatchObject(both);
    expect(other.cluster()).toEqual(store.cluster());
  });

  test('and what the earlier one says stands again when the later one is gone', () => {
    const [store, alone] = [new ClusterStore(), new ClusterStore()];
    store.set('/b', bySecond);
    store.set('/a', byFirst);
    store.set('/b', []);
    alone.set('/a', byFirst);

    expect(store.cluster()).toEqual(alone.cluster());
  });
});

test('one key may give many facts, and takes back those that it no longer gives', () => {
  const store = new ClusterStore();
  const blocks = ['198.18.0.0/26', '198.18.0.64/26'].map((text): Fact => {
    const prefix = parsePrefix(text, 'ipv4');
    if (!prefix.ok) {
      throw new Error(prefix.reason);
    }
    const block = { family: 'ipv4', nodeName: 'n', state: 'confirmed', origin: '/a' } as const;
    return { kind: 'block', block: { ...block, prefix: prefix.value } };
  });
  store.set('/a', [{ kind: 'node-asn', nodeName: 'n', asn: 65001 }, ...blocks]);
  expect(store.cluster().blocks.map(({ prefix }) => prefix)).toEqual([
    '198.18.0.0/26',
    '198.18.0.64/26',
  ]);

  store.set('/a', blocks.slice(1));

  expect(store.cluster().nodes).toEqual([]);
  expect(store.cluster().blocks.map(({ prefix }) => prefix)).toEqual(['198.18.0.64/26']);
});

test('a change of one node leaves the others the same objects, and lists of other things the same lists', () => {
  const store = storeWith(THREE_NODES);
  const before = store.cluster();
  put(store, `${BGP}/host/node-b/as_num`, '65003');
  const after = store.cluster();

  expect(after.nodes[0]).toBe(before.nodes[0]);
  expect(after.nodes[2]).toBe(before.nodes[2]);
  expect(after.nodes[1]).toEqual({
    ...before.nodes[1],
    asn: { asn: 65003, origin: `${BGP}/host/node-b/as_num` },
  });
  expect(before.nodes[1]).not.toHaveProperty('asn');
  expect(after.pools).toBe(before.pools);
  expect(after.peerings).toBe(before.peerings);
});

test('a node is found by its name, and those without an address are named', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-d]{1,3}$/), { maxLength: 12 }), (names) => {
      const store = new ClusterStore();
      for (const [i, name] of names.entries()) {
        const [key, value] = i % 2 === 0 ? ['ip_addr_v4', `192.0.2.${i + 1}`] : ['as_num', '65001'];
        put(store, `${BGP}/host/${name}/${key}`, value);
      }
      const cluster = store.cluster();
      for (const name of [...names, 'absent', '']) {
        expect(nodeNamed(cluster, name)).toBe(cluster.nodes.find((node) => node.name === name));
      }
      expect(cluster.unaddressed).toEqual(names.filter((_, i) => i % 2 === 1).sort());
    }),
  );
});

test('without a change the list of nodes is the same one', () => {
  const store = storeWith(THREE_NODES);

  expect(store.cluster().nodes).toBe(store.cluster().nodes);
});

test('a key that begins to say something else takes back what it said', () => {
  const store = storeWith({ [`${BGP}/global/peer_v4/192.0.2.9`]: '{"as_num":"65001"}' });
  put(store, `${BGP}/global/peer_v4/192.0.2.9`, '{"as_num":"65002"}');
  expect(store.cluster().peerings).toMatchObject([{ remote: { asn: 65002 } }]);

  put(store, `${BGP}/global/peer_v4/192.0.2.9`, 'not JSON');

  expect(store.cluster().peerings).toEqual([]);
});

describe('an address that two nodes claim', () => {
  const claim = `${BGP}/host/node-c/ip_addr_v4`;
  const contested = (store: ClusterStore) => Object.fromEntries(store.cluster().contested);

  test('is contested as long as both do', () => {
    const store = storeWith(THREE_NODES);
    expect(contested(store)).toEqual({});
    put(store, claim, '192.0.2.1');
    expect(contested(store)).toEqual({ '192.0.2.1': ['node-a', 'node-c'] });
    put(store, claim, '192.0.2.2');
    expect(contested(store)).toEqual({ '192.0.2.2': ['node-b', 'node-c'] });

    store.set(claim, []);

    expect(contested(store)).toEqual({});
  });

  test('after any changes, those are told that share one now', () => {
    fc.assert(
      fc.property(fc.array(goodEntry, { maxLength: 40 }), (entries) => {
        const store = new ClusterStore();
        for (const { key, value } of entries) {
          put(store, key, value);
          store.cluster();
        }

        const claims = new Map<string, string[]>();
        for (const { name, addresses } of store.cluster().nodes) {
          for (const { address } of Object.values(addresses)) {
            claims.set(address, [...(claims.get(address) ?? []), name]);
          }
        }
        expect(contested(store)).toEqual(
          Object.fromEntries([...claims].filter(([, names]) => names.length > 1)),
        );
      }),
    );
  });
});
