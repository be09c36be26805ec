import type {
  Change,
  Datastore,
  DatastoreListener,
  DatastoreState,
  Snapshot,
} from '../../src/datastore/datastore.js';
import { type WaitOptions, waitFor } from './wait-for.js';

/** A listener that keeps a model as the daemon would, and remembers what it was told. */
export class RecordingListener implements DatastoreListener {
  /** What the datastore holds, as told. */
  readonly model = new Map<string, string>();
  readonly snapshots: Snapshot[] = [];
  /** Each call of `changes`. */
  readonly batches: (readonly Change[])[] = [];
  readonly revisions: string[] = [];
  readonly states: DatastoreState[] = [];
  heardCount = 0;

  snapshot(snapshot: Snapshot): void {
    this.snapshots.push(snapshot);
    this.revisions.push(snapshot.revision);
    this.model.clear();
    for (const { key, value } of snapshot.entries) {
      this.model.set(key, value);
    }
  }

  changes(changes: readonly Change[], revision: string): void {
    this.batches.push(changes);
    this.revisions.push(revision);
    for (const change of changes) {
      if (change.kind === 'put') {
        this.model.set(change.key, change.value);
      } else {
        this.model.delete(change.key);
      }
    }
  }

  state(state: DatastoreState): void {
    this.states.push(state);
  }

  heard(): void {
    this.heardCount++;
  }

  /** What was told last of the state. */
  get lastState(): DatastoreState | undefined {
    return this.states.at(-1);
  }

  /** All changes told, over all batches. */
  get changeCount(): number {
    return this.batches.reduce((sum, batch) => sum + batch.length, 0);
  }
}

/** A datastore that is being followed. */
export interface Following {
  readonly listener: RecordingListener;
  /** Waits for a condition on the listener. */
  until(fn: (listener: RecordingListener) => unknown, options: WaitOptions): Promise<unknown>;
  /** Waits until the state is `synced`. */
  synced(): Promise<unknown>;
  /** Does what costs the datastore, and waits until that is told; gives what was told. */
  lostBy(fault: () => unknown): Promise<Extract<DatastoreState, { kind: 'lost' }>>;
  /** Waits for a `lost` that is told after the call; gives it. */
  lost(): Promise<Extract<DatastoreState, { kind: 'lost' }>>;
  /** Stops following, and waits for its end. */
  stop(): Promise<void>;
}

/** Follows `datastore`. Call `stop` afterwards. */
export function follow(datastore: Datastore): Following {
  const listener = new RecordingListener();
  const controller = new AbortController();
  const done = datastore.follow(listener, controller.signal);
  // Whoever calls `stop` sees a rejection.
  done.catch(() => {});
  const lost = (): Promise<Extract<DatastoreState, { kind: 'lost' }>> => {
    const before = listener.states.length;
    return waitFor(
      () => {
        const state = listener.states.slice(before).findLast(({ kind }) => kind === 'lost');
        return state?.kind === 'lost' ? state : undefined;
      },
      { what: '"lost"' },
    );
  };
  return {
    listener,
    until: (fn, options) => waitFor(() => fn(listener), options),
    synced: () => waitFor(() => listener.lastState?.kind === 'synced', { what: '"synced"' }),
    lost,
    async lostBy(fault) {
      const isLost = lost();
      await fault();
      return isLost;
    },
    async stop() {
      controller.abort();
      await done;
    },
  };
}
