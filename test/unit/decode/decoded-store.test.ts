import { describe, expect, test } from 'vitest';
import { DecodedStore } from '../../../src/decode/decoded-store.js';

const KEY = '/calico/bgp/v1/host/node-a/ip_addr_v4';
const OTHER = '/calico/bgp/v1/host/node-b/ip_addr_v4';
const FOREIGN = '/calico/bgp/v1/host/node-a/unknown';

/** A value of KEY, or `undefined` for its deletion. */
type Step = string | undefined;

function put(store: DecodedStore, value: Step): readonly string[] {
  return store.update([
    value === undefined ? { kind: 'delete', key: KEY } : { kind: 'put', key: KEY, value },
  ]);
}

function addressesOf(store: DecodedStore): readonly (string | undefined)[] {
  return store.cluster().nodes.map(({ addresses }) => addresses.ipv4?.address);
}

function snapshot(entries: Readonly<Record<string, string>>) {
  return {
    revision: '1',
    entries: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}

test.each<[string, readonly Step[], readonly string[], string | undefined]>([
  ['a good value counts', ['192.0.2.1'], ['192.0.2.1'], undefined],
  ['a bad one alone is left out', ['x'], [], 'left this key out'],
  ['a bad one after a good one keeps it', ['192.0.2.1', 'x'], ['192.0.2.1'], 'kept the last good'],
  ['and so does a second bad one', ['192.0.2.1', 'x', 'y'], ['192.0.2.1'], 'kept the last good'],
  ['a mended one counts', ['192.0.2.1', 'x', '192.0.2.2'], ['192.0.2.2'], undefined],
  ['a deleted one is gone', ['192.0.2.1', undefined], [], undefined],
  ['a bad one deleted is gone, with what was kept', ['192.0.2.1', 'x', undefined], [], undefined],
  ['good after bad counts', ['x', '192.0.2.1'], ['192.0.2.1'], undefined],
])('%s', (_, steps, addresses, action) => {
  const store = new DecodedStore();
  for (const value of steps) {
    put(store, value);
  }

  expect(addressesOf(store)).toEqual(addresses);
  expect(store.problems().map((problem) => problem.action.slice(0, action?.length))).toEqual(
    action === undefined ? [] : [action],
  );
});

describe('a key that is gone and comes back with a bad value', () => {
  test.each([
    ['was good', ['192.0.2.1']],
    ['was bad, with a last good value', ['192.0.2.1', 'x']],
    ['was gone before, too', ['192.0.2.1', undefined, 'x']],
  ])('has its last good value when it %s', (_, steps) => {
    const store = new DecodedStore();
    for (const value of [...steps, undefined, 'y']) {
      put(store, value);
    }

    expect(addressesOf(store)).toEqual(['192.0.2.1']);
    expect(store.lastGood()).toEqual({ [KEY]: '192.0.2.1' });
    expect(store.gone().size).toBe(0);
  });

  test('has none once the state without it counts', () => {
    const store = new DecodedStore();
    put(store, '192.0.2.1');
    put(store, undefined);
    store.forgetGone(store.gone());
    put(store, 'y');

    expect(addressesOf(store)).toEqual([]);
  });

  test('has it when it went away after the state that counts was looked at', () => {
    const store = new DecodedStore();
    put(store, '192.0.2.1');
    const gone = store.gone();
    put(store, undefined);
    store.forgetGone(gone);
    put(store, 'y');

    expect(addressesOf(store)).toEqual(['192.0.2.1']);
  });

  test('has it also when the process ended while it was bad, and the key was gone at the start', () => {
    const store = new DecodedStore({ [KEY]: '192.0.2.1' });
    store.replace(snapshot({}));
    put(store, 'y');

    expect(addressesOf(store)).toEqual(['192.0.2.1']);
  });
});

test('a problem names the key, the value and what was done', () => {
  const store = new DecodedStore();
  put(store, '192.0.2.300');

  expect(store.problems()).toEqual([
    {
      code: 'invalid-value',
      key: KEY,
      reason: '"192.0.2.300" is not an IPv4 address',
      action: 'left this key out; everything else is applied',
    },
  ]);
});

test.each([
  ['/calico/bgp/v1/host/node a/as_num', '64512', /"node a" is not a node name/],
  [
    '/calico/ipam/v2/host/n/ipv4/block/198.18.0.0-33',
    '{}',
    /"198.18.0.0\/33" is not an IPv4 prefix/,
  ],
  ['/calico/bgp/v1/global/peer_v4/192.0.2', '{"as_num":"1"}', /"192.0.2" is not an IPv4 address/],
  ['/calico/bgp/v1/rr_v6/192.0.2.1', '{}', /not an IPv6 address, and the value has no field "ip"/],
])('%s is a key that can not be read, whatever its value', (key, value, reason) => {
  const store = new DecodedStore();
  store.replace(snapshot({ [key]: value }));

  expect(store.problems()).toEqual([
    {
      code: 'invalid-key',
      key,
      reason: expect.stringMatching(reason),
      action: 'left this key out; everything else is applied',
    },
  ]);
});

test('an address in a key that nothing takes is no problem: the value has one', () => {
  const store = new DecodedStore();
  const value = '{"ip":"192.0.2.9","as_num":"65001"}';
  store.replace(snapshot({ '/calico/bgp/v1/global/peer_v4/tor-1': value }));

  expect(store.problems()).toEqual([]);
  expect(store.cluster().peerings).toMatchObject([{ remote: { address: '192.0.2.9' } }]);
});

describe('the keys that changed', () => {
  test('leave out what was equal, what is foreign, and what was not there', () => {
    const store = new DecodedStore();

    expect(put(store, '192.0.2.1')).toEqual([KEY]);
    expect(put(store, '192.0.2.1')).toEqual([]);
    expect(put(store, 'x')).toEqual([KEY]);
    expect(put(store, undefined)).toEqual([KEY]);
    expect(put(store, undefined)).toEqual([]);
    expect(store.update([{ kind: 'put', key: FOREIGN, value: 'x' }])).toEqual([]);
  });

  test('of a snapshot are those that are new, other or gone', () => {
    const store = new DecodedStore();
    store.replace(snapshot({ [KEY]: '192.0.2.1', [OTHER]: '192.0.2.2' }));

    expect(store.replace(snapshot({ [KEY]: '192.0.2.1', [OTHER]: '192.0.2.3' }))).toEqual([OTHER]);
    expect(store.replace(snapshot({ [OTHER]: '192.0.2.3', [FOREIGN]: 'x' }))).toEqual([KEY]);
    expect(addressesOf(store)).toEqual(['192.0.2.3']);
  });
});

test('what is kept is for bad values alone', () => {
  const store = new DecodedStore();
  put(store, '192.0.2.1');
  expect(store.lastGood()).toEqual({});
  put(store, 'x');
  expect(store.lastGood()).toEqual({ [KEY]: '192.0.2.1' });
  put(store, '192.0.2.2');
  expect(store.lastGood()).toEqual({});
});

describe('after a restart', () => {
  function restarted(first: DecodedStore, entries: Readonly<Record<string, string>>): DecodedStore {
    const store = new DecodedStore(first.lastGood());
    store.replace(snapshot(entries));
    return store;
  }

  function badAfterGood(): DecodedStore {
    const store = new DecodedStore();
    put(store, '192.0.2.1');
    put(store, 'x');
    return store;
  }

  test('a value that is still bad has its last good one', () => {
    const store = restarted(badAfterGood(), { [KEY]: 'x' });

    expect(addressesOf(store)).toEqual(['192.0.2.1']);
    expect(store.lastGood()).toEqual({ [KEY]: '192.0.2.1' });
  });

  test('so has one that is bad in another way', () => {
    expect(addressesOf(restarted(badAfterGood(), { [KEY]: 'y' }))).toEqual(['192.0.2.1']);
  });

  test('one that was mended or deleted meanwhile is what the datastore says', () => {
    expect(addressesOf(restarted(badAfterGood(), { [KEY]: '192.0.2.9' }))).toEqual(['192.0.2.9']);
    const deleted = restarted(badAfterGood(), {});
    expect(addressesOf(deleted)).toEqual([]);
    expect(deleted.lastGood()).toEqual({});
  });
});
