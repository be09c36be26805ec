/**
 * The loop around the sessions: which endpoint next, when, from where, and what the listener is told about it.
 *
 * A session that ends leaves its position behind, and the next one resumes from there; only when that can't be trusted
 * is everything listed again. The listener's state is never emptied in between.
 */
import { backoffDelayMs } from '../../base/backoff.js';
import { delay } from '../../base/clock.js';
import type { DatastoreListener } from '../datastore.js';
import type { EtcdFailure } from './failure.js';
import type { EtcdSettings } from './options.js';
import { Outage } from './outage.js';
import { ResyncNeeded } from './resync-needed.js';

/** What the loop itself needs of the settings. */
export type FollowerSettings = Pick<
  EtcdSettings,
  'endpoints' | 'clock' | 'logger' | 'retryBaseMs' | 'retryMaxMs' | 'stableMs'
>;

/** What each session is given, and whom it tells. */
export interface FollowContext<Position> {
  readonly endpoint: string;
  readonly listener: DatastoreListener;
  /** Ends the session, whatever it is doing. */
  readonly signal: AbortSignal;
  /** etcd is followed. `details` are for the log. */
  onSynced(details: object): void;
  /** A snapshot was told; a later session may carry on from here, for the object moves on with each change. */
  onPosition(position: Position): void;
}

/** The sessions of one API of etcd. */
export interface Sessions<Position> {
  /** Follows until something fails. `resumeFrom` is where an earlier session got to. */
  run(context: FollowContext<Position>, resumeFrom: Position | undefined): Promise<never>;
  /** Why `endpoint` can't be used. */
  explain(error: unknown, endpoint: string): EtcdFailure;
}

/** What one session is tried with. */
interface Session<Position> {
  readonly endpoint: string;
  readonly resumeFrom: Position | undefined;
}

/** See the head of this file. */
export class Follower<Position extends object> {
  readonly #settings: FollowerSettings;
  readonly #sessions: Sessions<Position>;
  readonly #signal: AbortSignal;
  readonly #listener: DatastoreListener;
  readonly #outage: Outage;
  #position: Position | undefined;
  /** Ends the session or the wait in hand. */
  #interrupt = new AbortController();
  /** Counts on with each failure; a random start spreads many hosts over the endpoints. */
  #turn = Math.floor(Math.random() * 1000);
  #failuresInARow = 0;
  #syncedAt: number | undefined;
  /** What a listener threw: a bug of ours, so that going on makes no sense. */
  #fault: { readonly error: unknown } | undefined;

  constructor(
    settings: FollowerSettings,
    sessions: Sessions<Position>,
    { listener, signal }: { readonly listener: DatastoreListener; readonly signal: AbortSignal },
  ) {
    this.#settings = settings;
    this.#sessions = sessions;
    this.#signal = signal;
    this.#listener = this.#guarded(listener);
    this.#outage = new Outage(settings, this.#listener);
  }

  /** Follows until the signal aborts. Rejects with what a listener throws. */
  async run(): Promise<void> {
    const stop = (): void => this.#interrupt.abort();
    this.#signal.addEventListener('abort', stop);
    try {
      this.#listener.state({ kind: 'connecting' });
      while (!this.#signal.aborted) {
        await this.#sessionAndWait();
      }
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }

  /** Lists everything again, at once. */
  resync(): void {
    this.#position = undefined;
    this.#interrupt.abort();
  }

  async #sessionAndWait(): Promise<void> {
    const interrupt = new AbortController();
    this.#interrupt = interrupt;
    const session = { endpoint: this.#endpoint(), resumeFrom: this.#position };
    try {
      await this.#session(session, interrupt.signal);
    } catch (error) {
      if (this.#fault) {
        throw this.#fault.error;
      }
      if (interrupt.signal.aborted) {
        return;
      }
      await delay(this.#settings.clock, this.#onFailure(session, error), interrupt.signal);
    }
  }

  async #session({ endpoint, resumeFrom }: Session<Position>, signal: AbortSignal): Promise<void> {
    this.#syncedAt = undefined;
    const context = {
      endpoint,
      signal,
      listener: this.#listener,
      onPosition: (position: Position): void => {
        this.#position = position;
      },
      onSynced: (details: object): void => {
        this.#syncedAt = this.#settings.clock.monotonic();
        this.#outage.over(endpoint, details);
      },
    };
    await this.#sessions.run(context, resumeFrom);
  }

  /** Notes how a session ended; gives the wait before the next, in milliseconds. */
  #onFailure({ endpoint, resumeFrom }: Session<Position>, error: unknown): number {
    const failure = this.#sessions.explain(error, endpoint);
    const needsList = error instanceof ResyncNeeded || failure.kind === 'compacted';
    if (needsList) {
      this.#position = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#settings.logger.info({ endpoint, reason }, 'reading everything again from etcd');
      // It is there, and only what we resumed from was of no use. The next session doesn't resume.
      if (resumeFrom) {
        return 0;
      }
    } else {
      this.#turn++;
    }
    const attempt = this.#countFailure();
    const { retryBaseMs: baseMs, retryMaxMs: maxMs } = this.#settings;
    const retryMs = backoffDelayMs({ baseMs, maxMs }, attempt, Math.random());
    // A single new listing is no outage: what we have stays right until it comes.
    if (!needsList || attempt > 0) {
      this.#outage.failed(endpoint, failure, retryMs);
    }
    return retryMs;
  }

  /** The number of the next attempt, from 0. */
  #countFailure(): number {
    const { clock, stableMs, endpoints } = this.#settings;
    const wasStable =
      this.#syncedAt !== undefined && clock.monotonic() - this.#syncedAt >= stableMs;
    this.#failuresInARow = wasStable ? 1 : this.#failuresInARow + 1;
    // The first round over all endpoints is quick: one of them may be well.
    return Math.floor((this.#failuresInARow - 1) / endpoints.length);
  }

  #endpoint(): string {
    const { endpoints } = this.#settings;
    const endpoint = endpoints[this.#turn % endpoints.length];
    if (endpoint === undefined) {
      throw new Error('no etcd endpoint is configured');
    }
    return endpoint;
  }

  /** `listener`, told nothing more after the end, and watched for faults. */
  #guarded(listener: DatastoreListener): DatastoreListener {
    const tell = <T>(call: () => T): T | undefined => {
      if (this.#signal.aborted || this.#fault) {
        return undefined;
      }
      try {
        return call();
      } catch (error) {
        this.#fault = { error };
        this.#interrupt.abort();
        return undefined;
      }
    };
    return {
      snapshot: (snapshot) => tell(() => listener.snapshot(snapshot)),
      changes: (changes, revision, late) => tell(() => listener.changes(changes, revision, late)),
      state: (state) => tell(() => listener.state(state)),
      heard: () => tell(() => listener.heard()),
    };
  }
}
