/** What every implementation of the `Datastore` port must do; each runs it over a store of its own kind. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.js';
import {
  type Change,
  DatastoreError,
  type DatastoreListener,
  type DatastoreState,
  type EditableDatastore,
} from '../../src/datastore/datastore.js';
import { type Following, follow, RecordingListener } from './recording-listener.js';
import { waitFor } from './wait-for.js';

/** What a faulty listener throws. */
const BUG = 'a bug of the listener';

/** A store that a test can write to and break, with the datastore that reads it. */
export interface TestStore {
  readonly datastore: EditableDatastore;
  /** Makes all changes at once. No key comes twice. */
  apply(changes: readonly Change[]): Promise<void>;
  /** Makes the store unreadable, and readable again with what it held. */
  break(): Promise<void>;
  mend(): Promise<void>;
}

/** The key prefixes that a `TestStore`'s datastore is opened with. */
export const CONFORMANCE_KEY_PREFIXES = ['/a/', '/b/'] as const;

/** What a kind of store can't do. */
export interface StoreLimits {
  /** Keys are paths in a tree: where `/a/1` is, `/a` has no value. */
  readonly isTree?: boolean;
  /** `apply` makes one change after the other. */
  readonly isOneByOne?: boolean;
}

/** Runs the suite over stores that `open` makes, each for one test. */
export function testConformance(
  open: () => Promise<TestStore>,
  { isTree = false, isOneByOne = false }: StoreLimits = {},
): void {
  function followed(store: TestStore): Following {
    const following = follow(store.datastore);
    onTestFinished(() => following.stop());
    return following;
  }

  test('a read gives the entries below the key prefixes and no others', async () => {
    const store = await open();
    await store.apply([
      put('/a/1', 'one'),
      put('/b/2', 'two'),
      put('/c/3', 'three'),
      put(isTree ? '/ab' : '/a', 'x'),
    ]);

    const { entries, revision } = await store.datastore.read();

    expect(entries).toEqual([
      { key: '/a/1', value: 'one' },
      { key: '/b/2', value: 'two' },
    ]);
    expect(revision).toMatch(/^\d+$/);
  });

  test('a read of an unreadable store fails with what, why and advice', async () => {
    const store = await open();
    await store.break();

    await expect(store.datastore.read()).rejects.toMatchObject({
      name: 'DatastoreError',
      message: expect.stringMatching(/\S/),
      advice: expect.stringMatching(/\S/),
      isRetryable: expect.any(Boolean),
    });
  });

  test('an edit makes all its changes', async () => {
    const { datastore, apply } = await open();
    await apply([put('/a/1', 'one'), put('/a/2', 'two')]);
    const basis = await datastore.read();

    const changes = [put('/a/1', 'eins'), remove('/a/2'), put('/a/3', '{"is": "new"}')];
    expect(await datastore.commit({ basis, changes, reliesOn: [] })).toBe('committed');

    const { entries } = await datastore.read();
    expect(entries).toEqual([
      { key: '/a/1', value: 'eins' },
      { key: '/a/3', value: '{"is": "new"}' },
    ]);
  });

  const overtakers: readonly { readonly what: string; readonly by: Change }[] = [
    { what: 'a changed key was changed', by: put('/a/1', 'other') },
    { what: 'a changed key was deleted', by: remove('/a/1') },
    { what: 'a new key was created', by: put('/a/3', 'other') },
    { what: 'a key that it relies on was changed', by: put('/b/1', 'other') },
    { what: 'a key that it relies on was deleted', by: remove('/b/1') },
    { what: 'a key whose absence it relies on was created', by: put('/b/2', 'other') },
  ];
  test.each(overtakers)('an edit is overtaken and makes no change when $what', async ({ by }) => {
    const { datastore, apply } = await open();
    await apply([put('/a/1', 'one'), put('/b/1', 'relied on')]);
    const basis = await datastore.read();
    await apply([by]);
    const before = await datastore.read();

    const changes = [put('/a/1', 'eins'), put('/a/3', 'drei')];
    const reliesOn = ['/b/1', '/b/2'];
    expect(await datastore.commit({ basis, changes, reliesOn })).toBe('overtaken');

    expect((await datastore.read()).entries).toEqual(before.entries);
  });

  const others: readonly { readonly what: string; readonly by: Change }[] = [
    { what: 'came', by: put('/b/3', 'new') },
    { what: 'was changed', by: put('/b/1', 'other') },
    { what: 'went', by: remove('/b/2') },
  ];
  test.each(others)(
    'an edit is overtaken when below a prefix that is to be unchanged a key $what',
    async ({ by }) => {
      const { datastore, apply } = await open();
      await apply([put('/a/1', 'one'), put('/b/1', 'x'), put('/b/2', 'y')]);
      const edit = { changes: [put('/a/1', 'eins')], reliesOn: ['/b/1'], unchangedBelow: ['/b/'] };
      const basis = await datastore.read();
      await apply([put('/a/2', 'elsewhere')]);
      expect(await datastore.commit({ basis, ...edit })).toBe('committed');

      const old = await datastore.read();
      await apply([by]);
      expect(await datastore.commit({ basis: old, ...edit })).toBe('overtaken');
    },
  );

  test('of two edits with the same basis one is made', async () => {
    const { datastore, apply } = await open();
    await apply([put('/a/1', 'one')]);
    const basis = await datastore.read();

    const outcomes = await Promise.all(
      ['eins', 'un'].map((value) =>
        datastore.commit({ basis, changes: [put('/a/1', value)], reliesOn: [] }),
      ),
    );

    expect(outcomes.toSorted()).toEqual(['committed', 'overtaken']);
  });

  test('an edit of an unreadable store fails with what, why and advice', async () => {
    const store = await open();
    await store.apply([put('/a/1', 'one')]);
    const basis = await store.datastore.read();
    await store.break();

    await expect(
      store.datastore.commit({ basis, changes: [put('/a/1', 'x')], reliesOn: [] }),
    ).rejects.toMatchObject({
      name: 'DatastoreError',
      message: expect.stringMatching(/\S/),
      advice: expect.stringMatching(/\S/),
    });
  });

  test('a follower is told "connecting", then everything, then "synced", then changes', async () => {
    const store = await open();
    await store.apply([put('/a/1', 'one'), put('/a/2', 'two')]);
    const { listener, synced, until } = followed(store);

    await synced();
    await store.apply([put('/a/1', 'ONE'), remove('/a/2'), put('/b/3', 'three')]);
    await until(() => listener.changeCount === 3, { what: 'three changes' });

    expect(listener.states).toEqual([{ kind: 'connecting' }, { kind: 'synced' }]);
    expect(listener.snapshots.map(({ entries }) => entries)).toEqual([
      [
        { key: '/a/1', value: 'one' },
        { key: '/a/2', value: 'two' },
      ],
    ]);
    expect([...listener.model].sort()).toEqual([
      ['/a/1', 'ONE'],
      ['/b/3', 'three'],
    ]);
    expect(listener.heardCount).toBeGreaterThan(0);
  });

  if (!isOneByOne) {
    test('changes that were made at once are told at once, now and then in one part for each key prefix', async () => {
      const store = await open();
      const { listener, synced, until } = followed(store);
      await synced();

      // A busy etcd may send one part some milliseconds late; see gatherer.ts.
      const toldAtOnce = async (): Promise<boolean> => {
        const before = listener.batches.length;
        const value = String(before);
        await store.apply([put('/a/1', value), put('/b/2', value), put('/a/3', value)]);
        await until(() => listener.batches.slice(before).flat().length === 3, {
          what: 'three changes',
        });
        return listener.batches.length === before + 1;
      };
      await waitFor(toldAtOnce, { what: 'a transaction that is told at once' });

      const keys = listener.batches.map((batch) => batch.map(({ key }) => key));
      expect(keys.filter((told) => told.includes('/a/1') !== told.includes('/a/3'))).toEqual([]);
    });
  }

  test('changes outside the key prefixes are not told', async () => {
    const store = await open();
    const { listener, synced, until } = followed(store);
    await synced();

    await store.apply([put('/c/1', 'one')]);
    await store.apply([put('/a/last', 'x')]);
    await until(() => listener.model.has('/a/last'), { what: 'the last change' });

    expect(listener.batches).toEqual([[put('/a/last', 'x')]]);
  });

  test('what is known stays while the store is lost, and what changed meanwhile is told', async () => {
    const store = await open();
    await store.apply([put('/a/1', 'one')]);
    const { listener, lost, synced, until } = followed(store);
    await synced();

    const isLost = lost();
    await store.break();
    const { reason, advice } = await isLost;
    const known = [...listener.model];
    await store.mend();
    await synced();
    await store.apply([put('/a/1', 'ONE')]);
    await until(() => listener.model.get('/a/1') === 'ONE', { what: 'the change' });

    expect(reason).toMatch(/\S/);
    expect(advice).toMatch(/\S/);
    expect(known).toEqual([['/a/1', 'one']]);
  });

  test('a store that is unreadable at first is followed once it can be read', async () => {
    const store = await open();
    await store.apply([put('/a/1', 'one')]);
    await store.break();
    const { listener, lost, synced } = followed(store);

    await lost();
    expect(listener.snapshots).toEqual([]);
    await store.mend();
    await synced();

    expect(listener.model).toEqual(new Map([['/a/1', 'one']]));
  });

  const faults: readonly { readonly what: string; readonly faulty: Partial<DatastoreListener> }[] =
    [
      { what: 'throws in snapshot', faulty: { snapshot: fail } },
      { what: 'rejects in snapshot', faulty: { snapshot: () => Promise.reject(new Error(BUG)) } },
      { what: 'throws in changes', faulty: { changes: fail } },
      { what: 'throws in the first state', faulty: { state: fail } },
      {
        what: 'throws at "synced"',
        faulty: { state: ({ kind }) => (kind === 'synced' ? fail() : undefined) },
      },
      { what: 'throws in heard', faulty: { heard: fail } },
      {
        what: 'throws what a datastore throws',
        faulty: {
          snapshot: () => {
            throw new DatastoreError(BUG, { advice: 'none', isRetryable: true });
          },
        },
      },
    ];
  test.each(faults)('a listener that $what ends the following with that', async ({ faulty }) => {
    const store = await open();
    await store.apply([put('/a/1', 'one')]);
    const listener = Object.assign(new RecordingListener(), faulty);
    const end = new AbortController();
    onTestFinished(() => end.abort());
    const following = store.datastore.follow(listener, end.signal);
    const ended = following.then(
      () => 'resolved',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

    // For the one that waits for a change.
    const writing = new AbortController();
    void ended.then(() => writing.abort());
    for (let n = 0; !writing.signal.aborted; n++) {
      await store.apply([put('/a/1', String(n))]);
      await delay(systemClock, 20, writing.signal);
    }

    expect(await ended).toBe(BUG);
    const told = listener.revisions.length + listener.states.length + listener.heardCount;
    await store.apply([put('/a/1', 'last')]);
    await store.datastore.read();
    expect(listener.revisions.length + listener.states.length + listener.heardCount).toBe(told);
  });

  test('a listener that throws when the store is lost ends the following with that', async () => {
    const store = await open();
    const listener = Object.assign(new RecordingListener(), {
      state: ({ kind }: DatastoreState) => (kind === 'lost' ? fail() : undefined),
    });
    const end = new AbortController();
    onTestFinished(() => end.abort());
    const following = store.datastore.follow(listener, end.signal);
    const ended = following.then(
      () => 'resolved',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    await waitFor(() => listener.snapshots.length > 0, { what: 'a snapshot' });

    await store.break();

    expect(await ended).toBe(BUG);
  });

  test('a datastore can be followed again after the first following ended', async () => {
    const store = await open();
    const first = followed(store);
    await first.synced();
    await first.stop();
    const told = first.listener.states.length;

    const second = followed(store);
    await second.synced();
    await store.apply([put('/a/1', 'one')]);
    await second.until((listener) => listener.model.has('/a/1'), { what: 'the change' });

    expect(first.listener.model.size).toBe(0);
    expect(first.listener.states).toHaveLength(told);
  });

  test('after any sequence of changes the follower knows what the store holds', async () => {
    const store = await open();
    const { listener, synced, until } = followed(store);
    await synced();
    const expected = new Map<string, string>();

    const steps = fc.array(fc.dictionary(key, fc.option(fc.string()), { minKeys: 1, maxKeys: 5 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        for (const step of sequence) {
          const changes = Object.entries(step).map(([k, v]) =>
            v === null ? remove(k) : put(k, v),
          );
          for (const change of changes) {
            if (change.kind === 'put') {
              expected.set(change.key, change.value);
            } else {
              expected.delete(change.key);
            }
          }
          await store.apply(changes);
        }
        const isEqual = () =>
          listener.model.size === expected.size &&
          [...expected].every(([k, v]) => listener.model.get(k) === v);
        await until(isEqual, { what: 'a model equal to the store' });
      }),
      { numRuns: 8 },
    );
  });
}

const key = fc.constantFrom('/a/1', '/a/2', '/a/3', '/b/1', '/b/2');

function fail(): never {
  throw new Error(BUG);
}

function put(k: string, value: string): Change {
  return { kind: 'put', key: k, value };
}

function remove(k: string): Change {
  return { kind: 'delete', key: k };
}
