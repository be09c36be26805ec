import type { DatastoreListener } from './datastore.js';

/** What a `ListenerGuard` needs. */
export interface ListenerGuardOptions {
  readonly listener: DatastoreListener;
  /** Nothing is told after it aborts. */
  readonly signal: AbortSignal;
  /** Called once, when the listener has thrown: whoever waits for anything should end. */
  readonly onFault: () => void;
}

/**
 * Stands between a follower and its listener, so that what a listener throws is never taken for a failure of the
 * datastore, nor lost in a callback of some package: it is a bug, and ends the following.
 */
export class ListenerGuard {
  /** Tells the real listener; nothing more after it threw or the following ended. It never throws. */
  readonly listener: DatastoreListener;
  readonly #options: ListenerGuardOptions;
  #fault: { readonly error: unknown } | undefined;

  constructor(options: ListenerGuardOptions) {
    this.#options = options;
    const { listener } = options;
    this.listener = {
      snapshot: (snapshot) => this.#wait(() => listener.snapshot(snapshot)),
      changes: (changes, revision, late) =>
        this.#tell(() => listener.changes(changes, revision, late)),
      state: (state) => this.#tell(() => listener.state(state)),
      heard: () => this.#tell(() => listener.heard()),
    };
  }

  /** @throws what the listener threw, if it did */
  throwFault(): void {
    if (this.#fault) {
      throw this.#fault.error;
    }
  }

  #tell(call: () => void): void {
    if (this.#options.signal.aborted || this.#fault) {
      return;
    }
    try {
      call();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #wait(call: () => void | Promise<void>): Promise<void> {
    const answers: (void | Promise<void>)[] = [];
    this.#tell(() => {
      answers.push(call());
    });
    try {
      await answers[0];
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#fault ??= { error };
    this.#options.onFault();
  }
}
