import { describe, expect, test } from 'vitest';
import type { DatastoreListener } from '../../../src/datastore/datastore.js';
import { ListenerGuard } from '../../../src/datastore/listener-guard.js';
import { OneAtATime } from '../../../src/datastore/one-at-a-time.js';

/** A listener that does what `act` does at each call, and a guard before it. */
function guarded(act: (call: string) => void | Promise<void>) {
  const calls: string[] = [];
  const end = new AbortController();
  let faults = 0;
  const listen = (call: string): void | Promise<void> => {
    calls.push(call);
    return act(call);
  };
  const listener: DatastoreListener = {
    snapshot: () => listen('snapshot'),
    changes: (_, revision, late) => void listen(`changes ${revision} ${late ?? ''}`.trim()),
    state: ({ kind }) => void listen(`state ${kind}`),
    heard: () => void listen('heard'),
  };
  const onFault = (): void => {
    faults += 1;
  };
  const guard = new ListenerGuard({ listener, signal: end.signal, onFault });
  return { calls, end, guard, faults: () => faults };
}

/** Tells a listener everything that there is to tell. */
async function tellAll(listener: DatastoreListener): Promise<void> {
  await listener.snapshot({ entries: [], revision: '1' });
  listener.changes([], '2');
  listener.changes([], '2', 'late');
  listener.state({ kind: 'synced' });
  listener.heard();
}

const ALL = ['snapshot', 'changes 2', 'changes 2 late', 'state synced', 'heard'];

describe('a listener', () => {
  test('is told everything, in order', async () => {
    const { calls, guard, faults } = guarded(() => {});

    await tellAll(guard.listener);

    expect(calls).toEqual(ALL);
    expect(faults()).toBe(0);
    expect(() => guard.throwFault()).not.toThrow();
  });

  test.each(ALL)(
    'that throws at "%s" is told nothing more, and its error is the fault',
    async (at) => {
      const { calls, guard, faults } = guarded((call) => {
        if (call === at) {
          throw new TypeError(`a bug at ${call}`);
        }
      });

      await tellAll(guard.listener);
      await tellAll(guard.listener);

      expect(calls).toEqual(ALL.slice(0, ALL.indexOf(at) + 1));
      expect(faults()).toBe(1);
      expect(() => guard.throwFault()).toThrow(new TypeError(`a bug at ${at}`));
    },
  );

  test('whose promise rejects has a fault as well', async () => {
    const { calls, guard, faults } = guarded((call) =>
      call === 'snapshot' ? Promise.reject(new Error('later')) : undefined,
    );

    await tellAll(guard.listener);

    expect(calls).toEqual(['snapshot']);
    expect(faults()).toBe(1);
    expect(() => guard.throwFault()).toThrow('later');
  });

  test('is told nothing after the end', async () => {
    const { calls, end, guard } = guarded(() => {});
    end.abort();

    await tellAll(guard.listener);

    expect(calls).toEqual([]);
  });

  test('that throws nothing at all has a fault all the same', async () => {
    const { guard } = guarded(() => {
      throw undefined;
    });
    let hasThrown = false;
    guard.listener.heard();
    try {
      guard.throwFault();
    } catch {
      hasThrown = true;
    }

    expect(hasThrown).toBe(true);
  });
});

describe('one piece of work at a time', () => {
  test('runs one after the other, and refuses one beside another', async () => {
    const guard = new OneAtATime('it is followed already');
    let finish = (): void => {};
    const first = guard.run(
      () =>
        new Promise<string>((resolve) => {
          finish = () => resolve('first');
        }),
    );

    await expect(guard.run(async () => 'second')).rejects.toThrow('it is followed already');
    finish();
    expect(await first).toBe('first');
    expect(await guard.run(async () => 'third')).toBe('third');
  });

  test('is free again after one that failed', async () => {
    const guard = new OneAtATime('busy');
    const failed = guard.run(async () => {
      throw new Error('failed');
    });

    await expect(failed).rejects.toThrow('failed');
    expect(await guard.run(async () => 'next')).toBe('next');
  });
});
