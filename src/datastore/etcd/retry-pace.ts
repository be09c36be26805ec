import { backoffDelayMs } from '../../base/backoff.js';
import type { EtcdFailure } from './failure.js';
import type { RetryTunables } from './options.js';

/**
 * How long to wait after a failure.
 *
 * There are two paces. What may mend itself (etcd restarts, the network is down) is tried again within seconds. What
 * somebody has to mend (a wrong password, a missing permission, a certificate of another CA) is tried again within minutes:
 * each try costs etcd a login or a handshake, and all hosts are refused for the same reason at the same time.
 */
export class RetryPace {
  readonly #tunables: RetryTunables;
  readonly #endpoints: number;
  #failures = 0;
  #refusals = 0;

  /** @param endpoints - how many there are: one of them may be well, so that the first round over all is quick */
  constructor(tunables: RetryTunables, endpoints: number) {
    this.#tunables = tunables;
    this.#endpoints = endpoints;
  }

  /** How many failures came one after the other. */
  get failures(): number {
    return this.#failures;
  }

  /** The next failure is the first. */
  reset(): void {
    this.#failures = 0;
    this.#refusals = 0;
  }

  /** The wait after one more failure, in milliseconds; `isLong` when it is one for somebody to mend something. */
  next({ waitsLong }: EtcdFailure): { readonly waitMs: number; readonly isLong: boolean } {
    this.#failures++;
    if (waitsLong) {
      this.#refusals++;
    }
    const isLong = waitsLong && this.#refusals >= this.#endpoints;
    const { retryBaseMs, retryMaxMs, refusedBaseMs, refusedMaxMs } = this.#tunables;
    const waitMs = isLong
      ? backoffDelayMs(
          { baseMs: refusedBaseMs, maxMs: refusedMaxMs },
          this.#refusals - this.#endpoints,
          Math.random(),
        )
      : backoffDelayMs(
          { baseMs: retryBaseMs, maxMs: retryMaxMs },
          Math.floor((this.#failures - 1) / this.#endpoints),
          Math.random(),
        );
    return { waitMs, isLong };
  }
}
