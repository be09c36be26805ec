/**
 * The loop around the sessions: which endpoint next, when, from where, and what the listener is told about it.
 *
 * A session that ends leaves its position behind, and the next one resumes from there; only when that can't be trusted
 * is everything listed again. The listener's state is never emptied in between.
 */
import { delay } from '../../base/clock.js';
import type { DatastoreListener } from '../datastore.js';
import { ListenerGuard } from '../listener-guard.js';
import type { EtcdFailure } from './failure.js';
import { identityDigest, isOtherIdentityWithin } from './identity.js';
import type { CommonOptions, RetryTunables } from './options.js';
import { type NextTry, Outage } from './outage.js';
import { ResyncNeeded } from './resync-needed.js';
import { RetryPace } from './retry-pace.js';

/** What the loop itself needs of the settings. */
export type FollowerSettings = CommonOptions & RetryTunables;

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
  /**
   * Over how many milliseconds all hosts should spread what they list at the same time, when what they resume from is of no
   * use to any of them; see spread.ts.
   */
  spreadMs(position: Position): number;
}

/** What one session is tried with. */
interface Attempt<Position> {
  readonly endpoint: string;
  readonly resumeFrom: Position | undefined;
  /** What we showed to etcd; see `identityDigest`. */
  readonly identity: string;
}

/** See the head of this file. */
export class Follower<Position extends object> {
  readonly #settings: FollowerSettings;
  readonly #sessions: Sessions<Position>;
  readonly #signal: AbortSignal;
  readonly #guard: ListenerGuard;
  readonly #outage: Outage;
  readonly #pace: RetryPace;
  /** Aborts when the following ends, for whatever reason. */
  readonly #end = new AbortController();
  #position: Position | undefined;
  #syncedAt: number | undefined;

  constructor(
    settings: FollowerSettings,
    sessions: Sessions<Position>,
    { listener, signal }: { readonly listener: DatastoreListener; readonly signal: AbortSignal },
  ) {
    this.#settings = settings;
    this.#sessions = sessions;
    this.#signal = signal;
    this.#guard = new ListenerGuard({ listener, signal, onFault: () => this.#end.abort() });
    this.#outage = new Outage(settings, this.#guard.listener);
    this.#pace = new RetryPace(settings);
  }

  /** Follows until the signal aborts. Rejects with what a listener throws. */
  async run(): Promise<void> {
    const stop = (): void => this.#end.abort();
    this.#signal.addEventListener('abort', stop);
    if (this.#signal.aborted) {
      stop();
    }
    try {
      this.#guard.listener.state({ kind: 'connecting' });
      while (!this.#end.signal.aborted) {
        await this.#sessionAndWait();
      }
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
    this.#guard.throwFault();
  }

  async #sessionAndWait(): Promise<void> {
    const { signal } = this.#end;
    const attempt = {
      endpoint: this.#pace.endpoint(),
      resumeFrom: this.#position,
      identity: await identityDigest(this.#settings),
    };
    // What has aborted meanwhile never tells the session.
    if (signal.aborted) {
      return;
    }
    // Each session has a signal of its own, so that what it attaches to it goes with it.
    const session = new AbortController();
    const stop = (): void => session.abort();
    signal.addEventListener('abort', stop);
    try {
      await this.#session(attempt, session.signal);
    } catch (error) {
      if (!signal.aborted) {
        await this.#wait(attempt, this.#onFailure(attempt, error));
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #session({ endpoint, resumeFrom }: Attempt<Position>, signal: AbortSignal): Promise<void> {
    this.#syncedAt = undefined;
    const context = {
      endpoint,
      signal,
      listener: this.#guard.listener,
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

  /** Notes how a session ended; gives the wait before the next. */
  #onFailure({ endpoint, resumeFrom }: Attempt<Position>, error: unknown): NextTry {
    const failure = this.#sessions.explain(error, endpoint);
    const needsList = error instanceof ResyncNeeded || failure.kind === 'compacted';
    if (needsList) {
      this.#position = undefined;
      this.#settings.logger.info(
        { endpoint, reason: error instanceof Error ? error.message : String(error) },
        'reading everything again from etcd',
      );
      if (resumeFrom) {
        return { waitMs: this.#beforeListing(resumeFrom), isLong: false };
      }
    } else {
      this.#pace.turn();
    }
    this.#forgetOldFailures();
    const next = this.#pace.next(endpoint, failure);
    // A single new listing is no outage: what we have stays right until it comes.
    if (!needsList || this.#pace.failures > this.#settings.endpoints.length) {
      this.#outage.failed(endpoint, failure, next);
    }
    return next;
  }

  /**
   * etcd is there, and only what we resumed from was of no use. Found out while following, it concerns this host; found out
   * when the connection was made, it concerns all of them, for they come back together.
   */
  #beforeListing(resumeFrom: Position): number {
    return this.#syncedAt === undefined ? this.#sessions.spreadMs(resumeFrom) * Math.random() : 0;
  }

  async #wait({ identity }: Attempt<Position>, { waitMs, isLong }: NextTry): Promise<void> {
    const { clock, identityMs: everyMs } = this.#settings;
    const { signal } = this.#end;
    if (!isLong) {
      await delay(clock, waitMs, signal);
      return;
    }
    const times = { clock, waitMs, everyMs, signal };
    if (await isOtherIdentityWithin(this.#settings, identity, times)) {
      this.#pace.reset();
    }
  }

  #forgetOldFailures(): void {
    const { clock, stableMs } = this.#settings;
    if (this.#syncedAt !== undefined && clock.monotonic() - this.#syncedAt >= stableMs) {
      this.#pace.reset();
    }
  }
}
