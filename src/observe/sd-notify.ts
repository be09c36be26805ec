/** Tells systemd how we are (sd_notify(3)), when it asked to be told. */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';

/** What systemd asked for, and how it is told. */
export interface NotifyOptions {
  /** Whether there is anybody to tell (`NOTIFY_SOCKET`). */
  readonly isWanted: boolean;
  /** How often a sign of life is wanted, in milliseconds (`WATCHDOG_USEC`). */
  readonly watchdogMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends assignments such as `READY=1`. Starting a process is apply's to do. */
  readonly send: (assignments: readonly string[]) => Promise<void>;
}

/** Speaks to systemd; does nothing where nobody listens. */
export class SystemdNotifier {
  readonly #options: NotifyOptions;
  #cancelWatchdog: (() => void) | undefined;
  #isReady = false;
  #isStuck: () => boolean = () => false;
  #lastStatus: string | undefined;
  /** One message after the other: `READY` must not overtake `RELOADING`. */
  #sending: Promise<void> = Promise.resolve();

  constructor(options: NotifyOptions) {
    this.#options = options;
  }

  /**
   * Start-up, or a reload, is done; told once, later calls only tell a new status. From now on signs of life are sent, at
   * half of the interval that is wanted.
   */
  ready(text: string): void {
    const status = oneLine(text);
    if (this.#isReady) {
      this.status(status);
      return;
    }
    this.#isReady = true;
    this.#lastStatus = status;
    this.#tell(['READY=1', `STATUS=${status}`]);
    const { clock, watchdogMs } = this.#options;
    if (watchdogMs !== undefined && this.#cancelWatchdog === undefined) {
      const ping = (): void => {
        if (!this.#isStuck()) {
          this.#tell(['WATCHDOG=1']);
        }
        this.#cancelWatchdog = clock.after(watchdogMs / 2, ping);
      };
      ping();
    }
  }

  /** From now on signs of life are sent only while this says no: a process that answers and gets nowhere is dead. */
  stopPingingWhen(isStuck: () => boolean): void {
    this.#isStuck = isStuck;
  }

  /** One line for `systemctl status`; the same line twice is sent once. */
  status(text: string): void {
    const status = oneLine(text);
    if (status !== this.#lastStatus) {
      this.#lastStatus = status;
      this.#tell([`STATUS=${status}`]);
    }
  }

  /** A reload began; the time stamp is systemd's demand for `Type=notify-reload`. */
  reloading(): void {
    this.#isReady = false;
    const microseconds = Math.round(this.#options.clock.monotonic() * 1000);
    this.#tell(['RELOADING=1', `MONOTONIC_USEC=${microseconds}`]);
  }

  /** The end began. Resolves when all has been said. */
  async stopping(): Promise<void> {
    this.#cancelWatchdog?.();
    this.#tell(['STOPPING=1']);
    await this.#sending;
  }

  #tell(assignments: readonly string[]): void {
    const { isWanted, send, logger } = this.#options;
    if (isWanted) {
      this.#sending = this.#sending
        .then(() => send(assignments))
        .catch((error: unknown) => logger.warn({ err: error }, 'systemd could not be told'));
    }
  }
}

/** `text` without line ends: after one, systemd reads another assignment. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, ' ');
}
