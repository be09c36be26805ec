/** Edits that are larger than what etcd takes in one transaction. */
import { expect, test } from 'vitest';
import type { Change, Edit } from '../../src/datastore/datastore.js';
import { contentsOf, datastoreOf, etcdForTest, keyOf } from '../support/etcd-fixture.js';
import type { Etcd } from '../support/start-etcd.js';

/** Nodes' keys, `count` of them. */
async function fill(etcd: Etcd, count: number): Promise<readonly string[]> {
  const keys = Array.from({ length: count }, (_, n) => keyOf(`node-${n}`));
  await etcd.putAll(keys.map((key) => [key, 'x'] as const));
  return keys;
}

const CHANGE: readonly Change[] = [{ kind: 'put', key: keyOf('mesh'), value: 'off' }];

test.each([1, 64, 65, 300])('an edit that relies on %i keys is made', async (count) => {
  const etcd = await etcdForTest();
  const keys = await fill(etcd, count);
  const datastore = datastoreOf(etcd.url);
  const basis = await datastore.read();

  const reliesOn = [...keys, keyOf('absent')];
  expect(await datastore.commit({ basis, changes: CHANGE, reliesOn })).toBe('committed');

  expect((await contentsOf(etcd)).get(keyOf('mesh'))).toBe('off');
});

const rivals: readonly { readonly what: string; act(etcd: Etcd): Promise<unknown> }[] = [
  ...[0, 62, 63, 64, 127, 128, 299].flatMap((n) => [
    { what: `key ${n} is changed`, act: (etcd: Etcd) => etcd.put(keyOf(`node-${n}`), 'other') },
    { what: `key ${n} is deleted`, act: (etcd: Etcd) => etcd.delete(keyOf(`node-${n}`)) },
  ]),
  { what: 'a key that was absent is created', act: (etcd) => etcd.put(keyOf('node-x'), 'new') },
];

test.each(rivals)('an edit that relies on 300 keys is overtaken when $what', async ({ act }) => {
  const etcd = await etcdForTest();
  const keys = await fill(etcd, 300);
  const datastore = datastoreOf(etcd.url);
  const basis = await datastore.read();
  await act(etcd);

  const reliesOn = [...keys, keyOf('node-x')];
  expect(await datastore.commit({ basis, changes: CHANGE, reliesOn })).toBe('overtaken');

  expect((await contentsOf(etcd)).has(keyOf('mesh'))).toBe(false);
});

test('an edit that relies on many keys is not overtaken by others elsewhere', async () => {
  const etcd = await etcdForTest();
  const reliesOn = await fill(etcd, 300);
  const datastore = datastoreOf(etcd.url);
  const basis = await datastore.read();
  await etcd.put(keyOf('elsewhere'), 'other');

  expect(await datastore.commit({ basis, changes: CHANGE, reliesOn })).toBe('committed');
});

test('an edit that relies on the keys of 5,000 nodes is made, at one revision', async () => {
  const etcd = await etcdForTest();
  const reliesOn = await fill(etcd, 5_000);
  const datastore = datastoreOf(etcd.url);
  const basis = await datastore.read();
  const revision = await etcd.revision();

  expect(await datastore.commit({ basis, changes: CHANGE, reliesOn })).toBe('committed');

  expect(await etcd.revision()).toBe(revision + 1);
});

const TOO_LARGE: readonly { readonly what: string; readonly edit: Omit<Edit, 'basis'> }[] = [
  {
    what: 'changes 129 keys',
    edit: {
      changes: Array.from({ length: 129 }, (_, n) => ({
        kind: 'put',
        key: keyOf(n),
        value: 'x',
      })),
      reliesOn: [],
    },
  },
  {
    what: 'is larger than a request may be',
    edit: {
      changes: [{ kind: 'put', key: keyOf('large'), value: 'x'.repeat(2_000_000) }],
      reliesOn: [],
    },
  },
];

test.each(TOO_LARGE)('an edit that $what is refused, with what to do', async ({ edit }) => {
  const etcd = await etcdForTest();
  const datastore = datastoreOf(etcd.url);
  const basis = await datastore.read();

  await expect(datastore.commit({ basis, ...edit })).rejects.toMatchObject({
    name: 'DatastoreError',
    message: expect.stringContaining('nothing was changed'),
    advice: expect.stringContaining('smaller steps'),
  });
  expect((await contentsOf(etcd)).size).toBe(0);
});

test('an edit that is too large for how this etcd is set is told as such', async () => {
  const etcd = await etcdForTest({ args: ['--max-txn-ops=4'] });
  const reliesOn = Array.from({ length: 20 }, (_, n) => keyOf(n));
  const datastore = datastoreOf(etcd.url);
  const basis = await datastore.read();

  await expect(datastore.commit({ basis, changes: CHANGE, reliesOn })).rejects.toMatchObject({
    name: 'DatastoreError',
    message: expect.stringMatching(/--max-txn-ops.*nothing was changed/),
    advice: expect.stringContaining('smaller steps'),
  });
});
