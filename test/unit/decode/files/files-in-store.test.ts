import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ok, type Result, refused } from '../../../../src/base/result.js';
import { DecodedStore } from '../../../../src/decode/decoded-store.js';

const KEY = 'secrets-dir:/run/secrets/bgp/tor';

function read(store: DecodedStore, content: Result<string> | undefined): readonly string[] {
  return store.replaceFiles(new Map(content && [[KEY, content]]));
}

function passwordIn(store: DecodedStore): string | undefined {
  return store.cluster().secrets.get('bgp/tor')?.reveal();
}

test.each<[string, readonly (Result<string> | undefined)[], string | undefined, number]>([
  ['a good one counts', [ok('one')], 'one', 0],
  ['a rotated one counts', [ok('one'), ok('two')], 'two', 0],
  ['one that is gone is gone', [ok('one'), undefined], undefined, 0],
  ['a bad one keeps the good one', [ok('one'), ok('t"o')], 'one', 1],
  ['one that cannot be read keeps it', [ok('one'), refused('EACCES')], 'one', 1],
  ['however often', [ok('one'), refused('EACCES'), ok('"'), refused('EIO')], 'one', 1],
  ['one that can be read again counts', [ok('one'), refused('EACCES'), ok('one')], 'one', 0],
  ['one that never could be read is left out', [refused('EACCES')], undefined, 1],
])('of a file: %s', (_, contents, password, problems) => {
  const store = new DecodedStore();
  for (const content of contents) {
    read(store, content);
  }

  expect(passwordIn(store)).toBe(password);
  expect(store.problems()).toHaveLength(problems);
});

test('the same again is no change; a rotation names the file', () => {
  const store = new DecodedStore();
  expect(read(store, ok('one'))).toEqual([KEY]);
  expect(read(store, ok('one'))).toEqual([]);
  expect(read(store, ok('two'))).toEqual([KEY]);
  expect(read(store, refused('EACCES'))).toEqual([KEY]);
  expect(read(store, refused('EACCES'))).toEqual([]);
  expect(read(store, undefined)).toEqual([KEY]);
});

test('a snapshot of the datastore leaves files alone, and files leave the datastore alone', () => {
  const node = { key: '/calico/bgp/v1/host/a/ip_addr_v4', value: '192.0.2.1' };
  const store = new DecodedStore();
  store.replace({ revision: '1', entries: [node] });
  read(store, ok('one'));
  store.replace({ revision: '2', entries: [node] });

  expect(passwordIn(store)).toBe('one');
  expect(store.cluster().nodes).toHaveLength(1);
  read(store, undefined);
  expect(store.cluster().nodes).toHaveLength(1);
});

test('the last good one of a bad file outlives a restart, until the file is gone', () => {
  const before = new DecodedStore();
  read(before, ok('one'));
  read(before, refused('EACCES'));

  const store = new DecodedStore(before.lastGood());
  store.replace({ revision: '1', entries: [] });
  read(store, refused('EACCES'));
  expect(passwordIn(store)).toBe('one');
  read(store, undefined);
  expect(store.lastGood()).toEqual({});
});

test('what files said outlives a restart while their place is away, and is gone when it is there without them', () => {
  const before = new DecodedStore();
  read(before, ok('one'));
  const kept = before.lastGood();
  expect(before.lastGood()).toBe(kept);

  const store = new DecodedStore(kept);
  store.replaceFiles(new Map(), ['secrets-dir:/run/secrets/']);
  expect(passwordIn(store)).toBe('one');
  expect(store.lastGood()).toEqual(kept);
  // A bad one is none, and neither is what another setting names.
  read(store, ok('t"o'));
  expect([passwordIn(store), store.lastGood()]).toEqual(['one', kept]);
  expect(store.replaceFiles(new Map(), ['secrets-dir:/run/others/'])).toEqual([KEY]);
  expect([passwordIn(store), store.lastGood()]).toEqual([undefined, {}]);
});

test('the cluster has the same secrets as long as none changed, and shows none', () => {
  const store = new DecodedStore();
  read(store, ok('hunter2'));
  const { secrets } = store.cluster();
  expect(store.cluster().secrets).toBe(secrets);
  expect(inspect(store.cluster(), { depth: 9 }) + JSON.stringify([...secrets])).not.toContain(
    'hunter2',
  );
  read(store, ok('hunter"2'));
  expect(inspect(store.problems())).not.toContain('hunter');
});

test('a file that cannot be read for a moment leaves the password the same one: another object restarts sessions', () => {
  const store = new DecodedStore();
  read(store, ok('one'));
  const before = store.cluster().secrets.get('bgp/tor');
  read(store, refused('EIO'));

  expect(store.cluster().secrets.get('bgp/tor')).toBe(before);
});
