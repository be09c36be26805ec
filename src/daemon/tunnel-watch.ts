/**
 * Notices when the IPIP device of this host comes, so that routes through it can be imported anew.
 *
 * Stock BIRD gives a route its tunnel when it imports the route. Without the device that fails ("Invalid iface name"), and
 * BIRD doesn't try again when the device comes: measured with 2.0.12. The dialect's `reimportCommand` has it ask its
 * neighbors again, which restarts no session.
 */

import { readFile } from 'node:fs/promises';

import type { Clock } from '../base/clock.js';

/** What a watch needs. */
export interface TunnelWatchOptions {
  /** Name of the device. */
  readonly device: string;
  readonly clock: Clock;
  /** Whether any route goes through the device right now. */
  readonly isNeeded: () => boolean;
  /**
   * Told when the device is found missing, and when it is there again, or another one in its place. Not told of a device
   * that was there at the first look: BIRD had it, too.
   */
  readonly onChange: (isThere: boolean) => void;
}

/** How often the device is looked for while it is needed. */
const LOOK_MS = 1_000;

/** Looks for one device. */
export class TunnelWatch {
  readonly #options: TunnelWatchOptions;
  #cancel: (() => void) | undefined;
  /** Index of the device that was told of last; `missing`; `undefined` before the first look. */
  #told: string | undefined;
  /** Index at the last look. BIRD learns of a device by itself, so a new one is told of when it was there for one look. */
  #seen: string | undefined;

  constructor(options: TunnelWatchOptions) {
    this.#options = options;
  }

  /** Whether the device is needed and was missing at the last look. */
  get isMissing(): boolean {
    return this.#told === 'missing';
  }

  start(): void {
    this.#cancel = this.#options.clock.after(0, () => void this.#look());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #look(): Promise<void> {
    const { device, isNeeded, clock } = this.#options;
    if (isNeeded()) {
      const index = await readFile(`/sys/class/net/${device}/ifindex`, 'utf8').catch(
        () => 'missing',
      );
      this.#compare(index);
      this.#seen = index;
    } else {
      this.#told = undefined;
    }
    if (this.#cancel !== undefined) {
      this.#cancel = clock.after(LOOK_MS, () => void this.#look());
    }
  }

  #compare(index: string): void {
    const isFirst = this.#told === undefined;
    if (index === this.#told || (!isFirst && index !== 'missing' && index !== this.#seen)) {
      return;
    }
    this.#told = index;
    if (!isFirst || index === 'missing') {
      this.#options.onChange(index !== 'missing');
    }
  }
}
