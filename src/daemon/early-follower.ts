/**
 * Follows a datastore from before there is anybody to tell: at a start, etcd answers while BIRD is asked for its version and
 * templates are compiled. What is told meanwhile waits, in order.
 */

import type { Datastore, DatastoreListener } from '../datastore/datastore.js';

/** One datastore being followed. */
export class EarlyFollower {
  readonly description: string;
  readonly #end = new AbortController();
  readonly #following: Promise<void>;
  #listener: DatastoreListener | undefined;
  #waiting: ((listener: DatastoreListener) => void)[] = [];

  /** Begins to follow `datastore` at once. */
  constructor(datastore: Datastore) {
    this.description = datastore.description;
    this.#following = datastore.follow(this.#relay(), this.#end.signal);
    // Whoever takes over sees the rejection, too.
    this.#following.catch(() => {});
  }

  /** Tells `listener` all that waited and all that comes. Settles as `Datastore.follow` does. */
  handTo(listener: DatastoreListener): Promise<void> {
    this.#listener = listener;
    for (const tell of this.#waiting.splice(0)) {
      tell(listener);
    }
    return this.#following;
  }

  /** Ends following; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#end.abort();
    // A follower waits for whoever was told of a snapshot, and there may be nobody.
    for (const tell of this.#waiting.splice(0)) {
      tell(DEAF_LISTENER);
    }
    await this.#following.catch(() => {});
  }

  #relay(): DatastoreListener {
    const tell = (call: (listener: DatastoreListener) => void): void => {
      if (this.#listener === undefined) {
        this.#waiting.push(call);
      } else {
        call(this.#listener);
      }
    };
    return {
      snapshot: (snapshot) =>
        new Promise((resolve, reject) => {
          tell((listener) => {
            Promise.resolve(listener.snapshot(snapshot)).then(resolve, reject);
          });
        }),
      changes: (changes, revision, late) =>
        tell((listener) => listener.changes(changes, revision, late)),
      state: (state) => tell((listener) => listener.state(state)),
      heard: () => tell((listener) => listener.heard()),
    };
  }
}

const DEAF_LISTENER: DatastoreListener = {
  snapshot: () => {},
  changes: () => {},
  state: () => {},
  heard: () => {},
};
