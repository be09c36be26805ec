import { expect, test } from 'vitest';
import { EarlyFollower } from '../../../src/daemon/early-follower.js';
import type { Datastore, DatastoreListener } from '../../../src/datastore/datastore.js';
import { RecordingListener } from '../../support/recording-listener.js';
import { waitFor } from '../../support/wait-for.js';

const ENTRY = { key: '/a', value: '1' };

/** A datastore that tells what a test has it tell. */
class ScriptedDatastore implements Datastore {
  readonly description = 'scripted';
  readonly #script: (listener: DatastoreListener) => Promise<void>;
  isEnded = false;

  constructor(script: (listener: DatastoreListener) => Promise<void>) {
    this.#script = script;
  }

  read(): Promise<never> {
    return Promise.reject(new Error('not read here'));
  }

  async follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    await this.#script(listener);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
    this.isEnded = true;
  }
}

test('what is told before there is a listener waits for it, in order', async () => {
  const datastore = new ScriptedDatastore(async (listener) => {
    listener.state({ kind: 'connecting' });
    await listener.snapshot({ revision: '1', entries: [ENTRY] });
    listener.changes([{ kind: 'delete', key: '/a' }], '2');
  });
  const follower = new EarlyFollower(datastore, noBug);
  const listener = new RecordingListener();

  follower.handTo(listener);
  await waitFor(() => listener.batches.length === 1, { what: 'the change' });

  expect(listener.revisions).toEqual(['1', '2']);
  expect(listener.states).toEqual([{ kind: 'connecting' }]);
  await follower.stop();
  expect(datastore.isEnded).toBe(true);
});

test('one that nobody takes over can be stopped, also while it waits for somebody to take a snapshot', async () => {
  const datastore = new ScriptedDatastore(async (listener) => {
    await listener.snapshot({ revision: '1', entries: [ENTRY] });
  });

  await new EarlyFollower(datastore, noBug).stop();

  expect(datastore.isEnded).toBe(true);
});

test('a bug in the datastore is told, whoever has taken over or not', async () => {
  const bugs: unknown[] = [];
  const bug = new Error('a bug');
  const datastore = new ScriptedDatastore(() => Promise.reject(bug));

  const follower = new EarlyFollower(datastore, (error) => bugs.push(error));
  await follower.stop();

  expect(bugs).toEqual([bug]);
});

test.each(['changes', 'state', 'heard'] as const)(
  'a listener that throws at %s has a bug: it is told, whatever the datastore makes of it',
  async (call) => {
    const bugs: unknown[] = [];
    const bug = new Error('a bug');
    const listener = new RecordingListener();
    listener[call] = () => {
      throw bug;
    };
    const datastore = new ScriptedDatastore(async (told) => {
      told.state({ kind: 'connecting' });
      told.heard();
      told.changes([{ kind: 'delete', key: '/a' }], '2');
    });

    const follower = new EarlyFollower(datastore, (error) => bugs.push(error));
    follower.handTo(listener);
    await follower.stop();

    expect(bugs).toEqual([bug]);
  },
);

test.each(['at once', 'later'])(
  'a listener that fails %s to take a snapshot has a bug',
  async (when) => {
    const bugs: unknown[] = [];
    const bug = new Error('a bug');
    const listener = new RecordingListener();
    listener.snapshot = () => {
      if (when === 'at once') {
        throw bug;
      }
      return Promise.reject(bug);
    };
    const datastore = new ScriptedDatastore(async (told) => {
      void told.snapshot({ revision: '1', entries: [ENTRY] });
    });

    const follower = new EarlyFollower(datastore, (error) => bugs.push(error));
    follower.handTo(listener);
    await waitFor(() => bugs.length > 0, { what: 'the bug to be told' });

    expect(bugs).toEqual([bug]);
    await follower.stop();
  },
);

function noBug(error: unknown): never {
  expect.fail(String(error));
}
