/**
 * Signs of life while a watch is quiet.
 *
 * A probe is one key's count: some hundred bytes and no work for etcd, because thousands of hosts ask.
 */
import { delay } from '../../../base/clock.js';
import { ResyncNeeded } from '../resync-needed.js';
import type { EtcdConnection } from './connection.js';
import type { Etcd3Settings } from './options.js';
import type { Patience } from './patience.js';
import type { Position } from './position.js';

/** What a `Prober` works on. */
export interface ProberOptions {
  readonly connection: EtcdConnection;
  readonly position: Position;
  readonly settings: Etcd3Settings;
  readonly patience: Patience;
  onHeard(): void;
}

/** See the head of this file. */
export class Prober {
  readonly #options: ProberOptions;
  #lastHeard: number;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#lastHeard = options.settings.clock.monotonic();
  }

  /** Something came from etcd: no need for a probe soon. */
  heard(): void {
    this.#lastHeard = this.#options.settings.clock.monotonic();
  }

  /**
   * Probes until `signal` aborts; never resolves.
   *
   * @throws {ResyncNeeded} when the store isn't the one that we follow
   * @throws {ServiceError} when etcd doesn't answer
   */
  async run(signal: AbortSignal): Promise<never> {
    const { clock, probeMs } = this.#options.settings;
    for (;;) {
      // Spread, so that hosts that started together don't ask together.
      await delay(clock, probeMs * (0.75 + Math.random() / 4), signal);
      signal.throwIfAborted();
      if (clock.monotonic() - this.#lastHeard >= probeMs / 2) {
        await this.#probe();
      }
    }
  }

  async #probe(): Promise<void> {
    const { connection, position, settings, patience, onHeard } = this.#options;
    const { floor } = position;
    // A key that the user may read, whatever else is forbidden.
    const key = position.ranges[0]?.range.key ?? Buffer.alloc(0);
    const askedAt = settings.clock.monotonic();
    const { header } = await connection.range({ key, countOnly: true }, patience.signMs);
    patience.heardAfter(settings.clock.monotonic() - askedAt);
    const doubt = position.doubt(header, floor);
    if (doubt !== undefined) {
      throw new ResyncNeeded(doubt);
    }
    this.heard();
    onHeard();
  }
}
