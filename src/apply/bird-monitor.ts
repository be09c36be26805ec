/**
 * Notices when a BIRD process comes, goes or is replaced.
 *
 * An idle connection on the control socket is held open: it costs nothing, and closes the moment that BIRD ends. While
 * there is no BIRD, a connection is tried again and again.
 */

import { type Clock, delay } from '../base/clock.js';
import { BirdSocketError, ControlClient } from './birdc/control-client.js';
import { processAt } from './process-at.js';

/** How long between two looks for a BIRD that is away: doubled from the first to the last. */
const FIRST_WAIT_MS = 50;
const LAST_WAIT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 1_000;

/** Whether a BIRD process answers on its control socket. */
export interface BirdPresence {
  readonly isUp: boolean;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What a monitor needs. */
export interface BirdMonitorOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** Told of every change after `start` has resolved; also when one process took the place of another. */
  onChange(presence: BirdPresence): void;
}

/** Watches one BIRD process. */
export class BirdMonitor {
  readonly #options: BirdMonitorOptions;
  readonly #stop = new AbortController();
  #presence: BirdPresence;
  #process: string | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: BirdMonitorOptions) {
    this.#options = options;
    this.#presence = { isUp: false, sinceMs: options.clock.now() };
  }

  get presence(): BirdPresence {
    return this.#presence;
  }

  /** Looks for BIRD once, then goes on watching. */
  async start(): Promise<void> {
    const { process, client } = await this.#reach();
    this.#process = process;
    this.#presence = { isUp: client !== undefined, sinceMs: this.#options.clock.now() };
    this.#watching = this.#watch(client);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(first: ControlClient | undefined): Promise<void> {
    const { signal } = this.#stop;
    let client = first;
    let waitMs = 0;
    while (!signal.aborted) {
      if (client !== undefined) {
        await this.#untilClosed(client);
        waitMs = 0;
      }
      await delay(this.#options.clock, waitMs, signal);
      waitMs = Math.min(LAST_WAIT_MS, Math.max(FIRST_WAIT_MS, waitMs * 2));
      client = signal.aborted ? undefined : await this.#look();
    }
    client?.close();
  }

  async #look(): Promise<ControlClient | undefined> {
    const { process, client } = await this.#reach();
    const isOther = client !== undefined && process !== this.#process;
    this.#process = client === undefined ? this.#process : process;
    this.#tell(client !== undefined, isOther);
    return client;
  }

  /** A connection, if there is one to be had, and the process that it is with. */
  async #reach(): Promise<{ process: string | undefined; client: ControlClient | undefined }> {
    const { socketPath } = this.#options;
    for (;;) {
      const process = processAt(socketPath);
      const client = await this.#connect();
      if (client === undefined || processAt(socketPath) === process) {
        return { process, client };
      }
      // Replaced meanwhile: whose connection this is can't be known. A BIRD that was killed leaves its socket behind.
      client.close();
    }
  }

  async #connect(): Promise<ControlClient | undefined> {
    const { socketPath, clock } = this.#options;
    try {
      return await ControlClient.connect({ socketPath, clock, timeoutMs: CONNECT_TIMEOUT_MS });
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return undefined;
      }
      throw error;
    }
  }

  async #untilClosed(client: ControlClient): Promise<void> {
    const { signal } = this.#stop;
    const close = (): void => client.close();
    await new Promise<void>((resolve) => {
      client.onClose(resolve);
      signal.addEventListener('abort', close, { once: true });
      if (signal.aborted) {
        close();
      }
    });
    signal.removeEventListener('abort', close);
  }

  #tell(isUp: boolean, isOther: boolean): void {
    if ((isUp !== this.#presence.isUp || isOther) && !this.#stop.signal.aborted) {
      this.#presence = { isUp, sinceMs: this.#options.clock.now() };
      this.#options.onChange(this.#presence);
    }
  }
}
