/**
 * Signs of life while a watch is quiet, and now and then a check that nothing was missed.
 *
 * A probe is one key's count: some hundred bytes and no work for etcd, because thousands of hosts ask.
 */
import { delay } from '../../base/clock.js';
import { auditRange } from './audit.js';
import type { EtcdConnection } from './connection.js';
import { isTokenRefused } from './failure.js';
import type { EtcdSettings } from './options.js';
import type { Position } from './position.js';
import { ResyncNeeded } from './resync-needed.js';

/** What a `Prober` works on. */
export interface ProberOptions {
  readonly connection: EtcdConnection;
  readonly position: Position;
  readonly settings: EtcdSettings;
  onHeard(): void;
}

/** See the head of this file. */
export class Prober {
  readonly #options: ProberOptions;
  #lastHeard: number;
  #lastAudit: number;
  #auditedRevision: number;

  constructor(options: ProberOptions) {
    this.#options = options;
    const now = options.settings.clock.monotonic();
    this.#lastHeard = now;
    // Spread: when etcd comes back, all hosts do, and an audit makes etcd read every value.
    this.#lastAudit = now - options.settings.auditMs * Math.random();
    this.#auditedRevision = 0;
  }

  /** Something came from etcd: no need for a probe soon. */
  heard(): void {
    this.#lastHeard = this.#options.settings.clock.monotonic();
  }

  /**
   * Probes until `signal` aborts; never resolves.
   *
   * @throws {ResyncNeeded} when the store isn't the one that we follow, or the watch has missed something
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
      if (this.#isAuditDue()) {
        await this.#audit(signal);
      }
    }
  }

  async #probe(): Promise<void> {
    const { connection, position, settings, onHeard } = this.#options;
    await probeOnce(connection, position, settings.connectMs);
    this.heard();
    onHeard();
  }

  #isAuditDue(): boolean {
    const { position, settings } = this.#options;
    if (position.floor.revision <= this.#auditedRevision) {
      return false;
    }
    return settings.clock.monotonic() - this.#lastAudit >= settings.auditMs;
  }

  async #audit(signal: AbortSignal): Promise<void> {
    const { connection, position, settings } = this.#options;
    this.#lastAudit = settings.clock.monotonic();
    const { revision } = position.floor;
    for (const progress of position.ranges) {
      const missed = await auditRange({ connection, settings, signal }, progress);
      if (missed !== undefined) {
        throw new ResyncNeeded(missed);
      }
    }
    this.#auditedRevision = revision;
  }
}

/**
 * One sign of life, from the store that we follow.
 *
 * @throws {ResyncNeeded} when it isn't that store
 * @throws {ServiceError} when there is none within `deadlineMs`
 */
async function probeOnce(
  connection: EtcdConnection,
  position: Position,
  deadlineMs: number,
): Promise<void> {
  const { floor } = position;
  // A key that the user may read, whatever else is forbidden.
  const key = position.ranges[0]?.range.key ?? Buffer.alloc(0);
  const { header } = await withFreshToken(connection, () =>
    connection.range({ key, countOnly: true }, deadlineMs),
  );
  const doubt = position.doubt(header, floor);
  if (doubt !== undefined) {
    throw new ResyncNeeded(doubt);
  }
}

/** An open watch survives the end of its token; the questions beside it need a new one. */
async function withFreshToken<T>(connection: EtcdConnection, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isTokenRefused(error)) {
      throw error;
    }
    await connection.authenticate();
    return ask();
  }
}
