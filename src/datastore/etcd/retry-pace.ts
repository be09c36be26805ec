import { backoffDelayMs } from '../../base/backoff.js';
import type { Clock } from '../../base/clock.js';
import type { EtcdFailure } from './failure.js';
import type { RetryTunables } from './options.js';
import type { NextTry } from './outage.js';

/** What a `RetryPace` needs. */
export interface RetryPaceOptions extends RetryTunables {
  /** URLs; at least one. */
  readonly endpoints: readonly string[];
  readonly clock: Clock;
}

/**
 * Which endpoint is tried next, and when.
 *
 * There are two paces. What may mend itself (etcd restarts, the network is down) is tried again within seconds. What
 * somebody has to mend (a wrong password, a missing permission, a certificate of another CA) is tried again within minutes:
 * each try costs etcd a login or a handshake, and all hosts are refused for the same reason at the same time.
 *
 * Endpoints that refuse us are left alone together, and the others are tried at their own pace meanwhile: one that is
 * configured wrongly must not keep us from one that comes back.
 */
export class RetryPace {
  readonly #options: RetryPaceOptions;
  /** Counts on with each failure; a random start spreads many hosts over the endpoints. */
  #turn = Math.floor(Math.random() * 1000);
  #failures = 0;
  #refusals = 0;
  /** The endpoints whose last failure was a refusal, and until when they are left alone. */
  readonly #refusing = new Set<string>();
  #refusedUntil = 0;

  constructor(options: RetryPaceOptions) {
    this.#options = options;
  }

  /** How many failures came one after the other. */
  get failures(): number {
    return this.#failures;
  }

  /** The endpoint that is tried next. */
  endpoint(): string {
    const { endpoints, clock } = this.#options;
    const turned = endpoints.map((_, i) => endpoints[(this.#turn + i) % endpoints.length] ?? '');
    const isLeftAlone = clock.monotonic() < this.#refusedUntil;
    const best = turned.find((each) => !isLeftAlone || !this.#refusing.has(each)) ?? turned[0];
    if (best === undefined) {
      throw new Error('no etcd endpoint is configured');
    }
    return best;
  }

  /** Goes on to the next endpoint. */
  turn(): void {
    this.#turn++;
  }

  /** The next failure is the first. */
  reset(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#refusing.clear();
    this.#refusedUntil = 0;
  }

  /** The wait after one more failure, in milliseconds; `isLong` when all there is to do is for somebody to mend something. */
  next(endpoint: string, { waitsLong }: Pick<EtcdFailure, 'waitsLong'>): NextTry {
    const { endpoints, clock } = this.#options;
    this.#failures++;
    if (waitsLong) {
      this.#refusals++;
      this.#refusing.add(endpoint);
      this.#refusedUntil = clock.monotonic() + this.#longWaitMs();
    } else {
      this.#refusing.delete(endpoint);
    }
    const isLong = endpoints.every((each) => this.#refusing.has(each));
    return {
      waitMs: isLong ? this.#refusedUntil - clock.monotonic() : this.#shortWaitMs(),
      isLong,
    };
  }

  /** The first round over all endpoints counts as one refusal. */
  #longWaitMs(): number {
    const { refusedBaseMs, refusedMaxMs, endpoints } = this.#options;
    const attempt = Math.max(0, this.#refusals - endpoints.length);
    return backoffDelayMs({ baseMs: refusedBaseMs, maxMs: refusedMaxMs }, attempt, Math.random());
  }

  #shortWaitMs(): number {
    const { retryBaseMs, retryMaxMs, endpoints } = this.#options;
    const attempt = Math.floor((this.#failures - 1) / endpoints.length);
    return backoffDelayMs({ baseMs: retryBaseMs, maxMs: retryMaxMs }, attempt, Math.random());
  }
}
