/**
 * What is told while a start waits for BIRD: the process lives, it is not ready, and why. systemd takes it for started, or
 * a BIRD that is ordered after us would wait for itself.
 */

import { HttpServer } from '../observe/http-server.js';
import { FirstMetrics } from '../observe/metrics.js';
import { waitingPages } from '../observe/pages.js';
import type { SystemdNotifier } from '../observe/sd-notify.js';
import type { Settings } from '../settings/load-settings.js';

/** What it tells of. */
export interface WaitingRoomOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly notifier: SystemdNotifier;
  /** How many lines of the log were lost. */
  readonly lostLogLines: () => number;
}

/** Serves health and metrics from `open` to `close`, on the address of the daemon that comes after it. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  #server: HttpServer | undefined;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  /** @throws {ListenError} when the HTTP port can't be listened on */
  async open(reason: string): Promise<void> {
    const { settings, version, notifier, lostLogLines } = this.#options;
    const { listen, role, dialect } = settings;
    if (listen !== 'off') {
      const metrics = new FirstMetrics({ version, role, dialect, birds: [] }, lostLogLines);
      this.#server = await HttpServer.listen(
        listen.host,
        listen.port,
        waitingPages(reason, metrics),
      );
    }
    notifier.ready(reason);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
