/**
 * Follows a datastore from before there is anybody to tell: at a start, etcd answers while BIRD is asked for its version and
 * templates are compiled. What is told meanwhile waits, in order.
 */

import type { Datastore, DatastoreListener } from '../datastore/datastore.js';

/** One datastore being followed. */
export class EarlyFollower {
  readonly description: string;
  readonly #end = new AbortController();
  readonly #fatal: (error: unknown) => void;
  readonly #following: Promise<void>;
  #listener: DatastoreListener | undefined;
  #waiting: ((listener: DatastoreListener) => void)[] = [];

  /**
   * Begins to follow `datastore` at once.
   *
   * @param fatal - told of bugs: outages are survived by the datastore itself, so following ends only with one
   */
  constructor(datastore: Datastore, fatal: (error: unknown) => void) {
    this.description = datastore.description;
    this.#fatal = fatal;
    this.#following = datastore.follow(this.#relay(), this.#end.signal).catch(fatal);
  }

  /** Tells `listener` all that waited and all that comes. */
  handTo(listener: DatastoreListener): void {
    this.#listener = listener;
    for (const tell of this.#waiting.splice(0)) {
      tell(listener);
    }
  }

  /** Ends following; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#end.abort();
    // A follower waits for whoever was told of a snapshot, and there may be nobody.
    for (const tell of this.#waiting.splice(0)) {
      tell(DEAF_LISTENER);
    }
    await this.#following;
  }

  #relay(): DatastoreListener {
    const tell = (call: (listener: DatastoreListener) => void): void => {
      if (this.#listener === undefined) {
        this.#waiting.push((listener) => this.#call(listener, call));
      } else {
        this.#call(this.#listener, call);
      }
    };
    return {
      snapshot: (snapshot) =>
        new Promise((resolve) => {
          tell((listener) => {
            Promise.resolve(listener.snapshot(snapshot)).then(resolve, this.#fatal);
          });
        }),
      changes: (changes, revision, late) =>
        tell((listener) => listener.changes(changes, revision, late)),
      state: (state) => tell((listener) => listener.state(state)),
      heard: () => tell((listener) => listener.heard()),
    };
  }

  /** A listener that throws has a bug, whatever the datastore would make of it. */
  #call(listener: DatastoreListener, call: (listener: DatastoreListener) => void): void {
    try {
      call(listener);
    } catch (error) {
      this.#fatal(error);
    }
  }
}

const DEAF_LISTENER: DatastoreListener = {
  snapshot: () => {},
  changes: () => {},
  state: () => {},
  heard: () => {},
};
