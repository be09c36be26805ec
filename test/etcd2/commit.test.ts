/** Edits over the v2 API, which has no transactions. */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Change } from '../../src/datastore/datastore.js';
import { Etcd2Client } from '../../src/datastore/etcd/v2/client.js';
import { compare, write } from '../../src/datastore/etcd/v2/edit.js';
import { type Etcd2Options, withDefaults } from '../../src/datastore/etcd/v2/options.js';
import { keyOf, proxyForTest } from '../support/etcd-fixture.js';
import { datastore2Of, etcd2ForTest, V2Writer } from '../support/etcd2-fixture.js';

async function storeWith(entries: Readonly<Record<string, string>>) {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  for (const [key, value] of Object.entries(entries)) {
    await writer.put(key, value);
  }
  const datastore = datastore2Of(etcd.url);
  return { etcd, writer, datastore, basis: await datastore.read() };
}

const A = keyOf('a');
const B = keyOf('b');

function put(key: string, value: string): Change {
  return { kind: 'put', key, value };
}

/** A client below the datastore, for this test. */
async function clientForTest(url: string, options: Partial<Etcd2Options> = {}) {
  const parts = { endpoints: [], keyPrefixes: [], clock: systemClock, logger: silentLogger };
  const client = await Etcd2Client.open(url, withDefaults({ ...parts, ...options }));
  onTestFinished(() => client.close());
  return client;
}

test('keys are made, changed and deleted, also with empty values', async () => {
  const { datastore, basis } = await storeWith({ [A]: '', [B]: 'x', [keyOf('c')]: '3' });

  const outcome = await datastore.commit({
    basis,
    changes: [
      put(A, 'y'),
      put(B, ''),
      put(keyOf('new & odd/ä'), 'new'),
      { kind: 'delete', key: keyOf('c') },
      { kind: 'delete', key: keyOf('never') },
    ],
    reliesOn: [keyOf('absent')],
  });

  expect(outcome).toBe('committed');
  expect((await datastore.read()).entries).toEqual([
    { key: A, value: 'y' },
    { key: B, value: '' },
    { key: keyOf('new & odd/ä'), value: 'new' },
  ]);
});

test.each([
  { what: 'a key that it changes', change: put(A, 'mine'), reliesOn: [] },
  { what: 'a key that it deletes', change: { kind: 'delete', key: A } as const, reliesOn: [] },
  { what: 'a key that it relies on', change: put(keyOf('new'), 'mine'), reliesOn: [A] },
])('an edit is overtaken by a change of $what', async ({ change, reliesOn }) => {
  const { datastore, basis, writer } = await storeWith({ [A]: '1', [B]: '1' });
  await writer.put(A, 'theirs');

  const outcome = await datastore.commit({ basis, changes: [put(B, 'mine'), change], reliesOn });

  expect(outcome).toBe('overtaken');
  expect(await writer.get(A)).toBe('theirs');
  expect(await writer.get(B)).toBe('1');
});

test.each([
  { what: 'is there', before: { [A]: '0' } },
  { what: 'is empty', before: { [A]: '' } },
  { what: 'is new', before: {} },
])('of many editors of one key that $what exactly one wins', async ({ before }) => {
  const { etcd, basis, writer } = await storeWith(before);

  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      datastore2Of(etcd.url).commit({ basis, changes: [put(A, `editor ${i}`)], reliesOn: [] }),
    ),
  );

  expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
  expect(await writer.get(A)).toBe(`editor ${outcomes.indexOf('committed')}`);
});

test('an edit that is overtaken after its first write says what was written', async () => {
  const { etcd, basis, writer } = await storeWith({ [A]: '1', [B]: '1' });
  const client = await clientForTest(etcd.url);
  const changes = [put(A, '2'), put(B, '2'), put(keyOf('c'), '2')];
  const steps = await compare(client, { basis, changes, reliesOn: [] });
  await writer.put(B, 'theirs');

  const writing = write(client, etcd.url, steps ?? []);

  await expect(writing).rejects.toMatchObject({
    name: 'DatastoreError',
    message:
      `the edit was made in part: ${B} was changed by someone else meanwhile; ` +
      `written: ${A}; not written: ${B}, ${keyOf('c')}`,
  });
  expect(await writer.get(A)).toBe('2');
  expect(await writer.get(B)).toBe('theirs');
  expect(await writer.get(keyOf('c'))).toBeUndefined();
});

test('a write whose answer is lost says that its fate is not known', async () => {
  const { etcd, basis } = await storeWith({ [A]: '1' });
  const proxy = await proxyForTest(etcd);
  const client = await clientForTest(proxy.url);
  const steps = await compare(client, { basis, changes: [put(A, '2'), put(B, '2')], reliesOn: [] });
  const impatient = await clientForTest(proxy.url, { answerMs: 300 });
  proxy.lose();

  await expect(write(impatient, proxy.url, steps ?? [])).rejects.toMatchObject({
    message: expect.stringContaining(
      `doesn't answer; written: none; written or not, which can't be known: ${A}; not written: ${B}`,
    ),
    isRetryable: true,
  });
});

test('an edit that fails after its first write says what was written', async () => {
  const { datastore, basis, writer } = await storeWith({ [A]: '1', [`${keyOf('dir')}/x`]: '1' });

  const edit = datastore.commit({
    basis,
    // The second one is a directory, which the comparison takes for an absent value.
    changes: [put(A, '2'), put(keyOf('dir'), 'value'), put(B, '2')],
    reliesOn: [],
  });

  await expect(edit).rejects.toMatchObject({
    name: 'DatastoreError',
    message: expect.stringContaining(`written: ${A}; not written: ${keyOf('dir')}, ${B}`),
    advice: expect.stringContaining('read again'),
  });
  expect(await writer.get(A)).toBe('2');
});

test('a key that v2 would hide is refused before anything is written', async () => {
  const { datastore, basis, writer } = await storeWith({ [A]: '1' });

  const changes = [put(A, '2'), put(keyOf('_hidden'), 'x')];
  await expect(datastore.commit({ basis, changes, reliesOn: [] })).rejects.toMatchObject({
    message: expect.stringContaining('nothing was changed'),
  });
  expect(await writer.get(A)).toBe('1');
});

test('an edit to an etcd that is down says that nothing was changed', async () => {
  const { datastore, basis, etcd } = await storeWith({});
  await etcd.stop('SIGKILL');

  await expect(
    datastore.commit({ basis, changes: [put(A, '1')], reliesOn: [] }),
  ).rejects.toMatchObject({
    message: expect.stringMatching(/^nothing was changed: etcd at .* refuses connections/),
    isRetryable: true,
  });
});
