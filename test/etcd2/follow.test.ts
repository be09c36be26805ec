/** What a store of the v2 API does to a follower while all is well. */
import { expect, test } from 'vitest';
import { keyOf } from '../support/etcd-fixture.js';
import { etcd2ForTest, follow2ForTest, knows, V2Writer } from '../support/etcd2-fixture.js';

test('a key prefix that is not there is empty, and its creation is noticed', async () => {
  const etcd = await etcd2ForTest();
  const { listener } = await follow2ForTest(etcd.url);
  const empty = listener.snapshots.map(({ entries }) => entries);

  await new V2Writer(etcd).put(keyOf('a'), '1');
  await knows(listener, { [keyOf('a')]: '1' });

  expect(empty).toEqual([[]]);
  expect(listener.snapshots).toHaveLength(1);
});

test('odd values and keys come as they are', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('empty'), '');
  const { listener } = await follow2ForTest(etcd.url);

  await writer.put(keyOf('sp%20ace-%C3%A4'), 'ä"\n&=+%20');
  await knows(listener, { [keyOf('empty')]: '', [keyOf('sp ace-ä')]: 'ä"\n&=+%20' });
});

test.each([
  { what: 'the directory', path: keyOf('dir') },
  { what: 'one above the key prefix', path: '/calico' },
])('a recursive delete of $what takes all keys in it', async ({ path }) => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('dir/a'), '1');
  await writer.put(keyOf('dir/sub/b'), '2');
  const { listener } = await follow2ForTest(etcd.url);

  await writer.deleteAll(path);
  await knows(listener, {});

  expect(listener.batches).toHaveLength(1);
  await writer.put(keyOf('dir/c'), '3');
  await knows(listener, { [keyOf('dir/c')]: '3' });
  expect(listener.snapshots).toHaveLength(1);
});

test('a directory that expires takes all keys in it', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('stays'), '0');
  await writer.put(keyOf('dir/a'), '1');
  const { listener } = await follow2ForTest(etcd.url);
  expect(listener.model.size).toBe(2);

  await writer.expireDirectory(keyOf('dir'), 1);
  await knows(listener, { [keyOf('stays')]: '0' });

  expect(listener.snapshots).toHaveLength(1);
});

test('a write of the same value is not told', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put(keyOf('a'), '1');
  const { listener } = await follow2ForTest(etcd.url);

  await writer.put(keyOf('a'), '1');
  await writer.put(keyOf('b'), '2');
  await knows(listener, { [keyOf('a')]: '1', [keyOf('b')]: '2' });

  expect(listener.batches).toEqual([[{ kind: 'put', key: keyOf('b'), value: '2' }]]);
});

test('changes that come faster than polls are all told, in order', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  const { listener, until } = await follow2ForTest(etcd.url);

  for (let n = 0; n < 200; n++) {
    await writer.put(keyOf('a'), String(n));
  }
  await until(() => listener.model.get(keyOf('a')) === '199', { what: 'the last change' });

  const values = listener.batches.flat().map((change) => change.kind === 'put' && change.value);
  expect(values).toEqual(Array.from({ length: 200 }, (_, n) => String(n)));
  const revisions = listener.revisions.map(Number);
  expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
});
