import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { DatastoreListener } from '../datastore.js';
import type { EtcdFailure } from './failure.js';

/** When an endpoint is tried again. */
export interface NextTry {
  readonly waitMs: number;
  /** Minutes rather than seconds: whoever reads of it wants to know when. */
  readonly isLong: boolean;
}

/**
 * Tells listener and log of an outage: once for each endpoint and kind of failure, or each time when the next try is far
 * away; and once of its end.
 */
export class Outage {
  readonly #settings: { readonly clock: Clock; readonly logger: Logger };
  readonly #listener: DatastoreListener;
  /** Why each endpoint failed in this outage; empty when there is none. */
  readonly #failures = new Map<string, EtcdFailure>();
  #since = 0;
  #isSynced = false;

  constructor(
    settings: { readonly clock: Clock; readonly logger: Logger },
    listener: DatastoreListener,
  ) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** `endpoint` can't be used. */
  failed(endpoint: string, failure: EtcdFailure, next: NextTry): void {
    const { clock, logger } = this.#settings;
    const { kind, reason } = failure;
    if (this.#failures.get(endpoint)?.kind === kind && !next.isLong) {
      logger.debug(
        { endpoint, reason, retryMs: Math.round(next.waitMs) },
        'etcd is still lost, trying again',
      );
      return;
    }
    if (this.#failures.size === 0) {
      this.#since = clock.monotonic();
    }
    this.#failures.set(endpoint, failure);
    const advice = next.isLong ? `${failure.advice}; ${this.#whenTried(next)}` : failure.advice;
    logger.warn(
      { endpoint, reason, advice },
      'lost etcd; going on with what is known, and trying again',
    );
    const reasons = [...this.#failures.values()].map((each) => each.reason);
    this.#isSynced = false;
    this.#listener.state({ kind: 'lost', reason: reasons.join('; '), advice });
  }

  /** etcd is followed (again). */
  over(endpoint: string, details: object): void {
    const { clock, logger } = this.#settings;
    const wasLost = this.#failures.size > 0;
    const outage = wasLost ? { outageMs: Math.round(clock.monotonic() - this.#since) } : {};
    this.#failures.clear();
    logger.info({ endpoint, ...details, ...outage }, wasLost ? 'etcd is back' : 'following etcd');
    if (!this.#isSynced) {
      this.#listener.state({ kind: 'synced' });
    }
    this.#isSynced = true;
  }

  #whenTried({ waitMs }: NextTry): string {
    const at = new Date(this.#settings.clock.now() + waitMs).toISOString().replace(/\..*/, 'Z');
    return `the next try is at ${at}, or at once on SIGHUP or when the password or a TLS file changes`;
  }
}
