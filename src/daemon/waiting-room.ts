/**
 * What is told while a start waits for BIRD: the process lives, it is not ready, and why. systemd takes it for started, or
 * a BIRD that is ordered after us would wait for itself.
 */

import { HttpServer } from '../observe/http-server.js';
import { waitingPages } from '../observe/pages.js';
import type { SystemdNotifier } from '../observe/sd-notify.js';
import type { Settings } from '../settings/load-settings.js';

/** Serves health from `open` to `close`, on the address of the daemon that comes after it. */
export class WaitingRoom {
  readonly #listen: Settings['listen'];
  readonly #notifier: SystemdNotifier;
  #server: HttpServer | undefined;

  constructor({ listen }: Settings, notifier: SystemdNotifier) {
    this.#listen = listen;
    this.#notifier = notifier;
  }

  /** @throws {ListenError} when the HTTP port can't be listened on */
  async open(reason: string): Promise<void> {
    if (this.#listen !== 'off') {
      const { host, port } = this.#listen;
      this.#server = await HttpServer.listen(host, port, waitingPages(reason));
    }
    this.#notifier.ready(reason);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
