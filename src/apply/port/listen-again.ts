/**
 * Has BIRD listen again once the port is free.
 *
 * A BIRD that can't open its listening socket ends the session that asked for it, for good: state `down`, `Error: No listening
 * socket`. `restart NAME` finds such a protocol disabled and does nothing; `enable NAME` opens the socket again. Seen on each line
 * from 1.6 to 3.4. While the port is taken each try costs two lines of BIRD's log, so one session tries for all, and only when the
 * port has changed hands, or now and then where that can't be seen.
 *
 * An operator's `disable NAME` of such a session changes nothing: "already disabled". It leaves no trace that could be heeded.
 */

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { BirdDaemon } from '../../render/file-set.js';
import type { ControlClient } from '../birdc/control-client.js';

/** What it needs. */
export interface ListenAgainOptions {
  readonly daemon: BirdDaemon;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long between two tries while nothing is seen to change. */
const RETRY_MS = 30_000;

/** See the head of this file. */
export class ListenAgain {
  readonly #options: ListenAgainOptions;
  #probe: string | undefined;
  #holders: string | undefined;
  #triedMs = 0;
  #tries = 0;

  constructor(options: ListenAgainOptions) {
    this.#options = options;
  }

  /**
   * Does what is due. Called at each look.
   *
   * @param sessions - those that have no listening socket
   * @param holders - who has the port, in words; empty when nobody is seen
   * @throws {BirdSocketError}
   */
  async step(client: ControlClient, sessions: readonly string[], holders: string): Promise<void> {
    const nowMs = this.#options.clock.monotonic();
    if (sessions.length === 0) {
      this.#forget();
      return;
    }
    if (this.#probe !== undefined && !sessions.includes(this.#probe)) {
      this.#probe = undefined;
      await this.#enable(client, sessions);
      return;
    }
    const isFirst = this.#holders === undefined;
    const isChanged = isFirst ? holders === '' : holders !== this.#holders;
    if (isFirst || isChanged) {
      this.#triedMs = nowMs;
    }
    this.#holders = holders;
    if (isChanged || nowMs - this.#triedMs >= RETRY_MS) {
      this.#triedMs = nowMs;
      this.#probe = sessions[this.#tries % sessions.length];
      this.#tries += 1;
      await client.query(`enable ${this.#probe}`);
    }
  }

  #forget(): void {
    if (this.#holders !== undefined) {
      const { daemon, logger } = this.#options;
      logger.info({ daemon }, 'BIRD listens for sessions again');
    }
    this.#probe = undefined;
    this.#holders = undefined;
  }

  async #enable(client: ControlClient, sessions: readonly string[]): Promise<void> {
    for (const session of sessions) {
      await client.query(`enable ${session}`);
    }
  }
}
