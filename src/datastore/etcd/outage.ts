import type { DatastoreListener } from '../datastore.js';
import type { EtcdFailure } from './failure.js';
import type { EtcdSettings } from './options.js';

/** Tells listener and log of an outage: once for each endpoint and kind of trouble, and once of its end. */
export class Outage {
  readonly #settings: Pick<EtcdSettings, 'clock' | 'logger'>;
  readonly #listener: DatastoreListener;
  /** The trouble with each endpoint in this outage; empty when there is none. */
  readonly #troubles = new Map<string, EtcdFailure>();
  #since = 0;
  #isSynced = false;

  constructor(settings: Pick<EtcdSettings, 'clock' | 'logger'>, listener: DatastoreListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** `endpoint` can't be used; the retry comes in `retryMs`. */
  failed(endpoint: string, failure: EtcdFailure, retryMs: number): void {
    const { clock, logger } = this.#settings;
    const { kind, reason, advice } = failure;
    const isKnown = this.#troubles.get(endpoint)?.kind === kind;
    if (isKnown) {
      logger.debug(
        { endpoint, reason, retryMs: Math.round(retryMs) },
        'etcd is still lost, trying again',
      );
      return;
    }
    if (this.#troubles.size === 0) {
      this.#since = clock.monotonic();
    }
    this.#troubles.set(endpoint, failure);
    logger.warn(
      { endpoint, reason, advice },
      'lost etcd; going on with what is known, and trying again',
    );
    const reasons = [...this.#troubles.values()].map((trouble) => trouble.reason);
    this.#isSynced = false;
    this.#listener.state({ kind: 'lost', reason: reasons.join('; '), advice });
  }

  /** etcd is followed (again). */
  over(endpoint: string, details: object): void {
    const { clock, logger } = this.#settings;
    const wasLost = this.#troubles.size > 0;
    const outage = wasLost ? { outageMs: Math.round(clock.monotonic() - this.#since) } : {};
    this.#troubles.clear();
    logger.info({ endpoint, ...details, ...outage }, wasLost ? 'etcd is back' : 'following etcd');
    if (!this.#isSynced) {
      this.#listener.state({ kind: 'synced' });
    }
    this.#isSynced = true;
  }
}
