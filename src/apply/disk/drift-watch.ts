/**
 * Notices files that somebody changes by hand: at once in quiet times, by the events of the file system; and at the latest
 * after `auditMs`, by looking.
 *
 * Our own changes must cost nothing and must not look like drift: from the beginning of an attempt until it has been quiet
 * for a while, there are no events.
 */

import { type FSWatcher, watch } from 'chokidar';

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Layout } from '../layout.js';

const QUIET_MS = 1_000;
/** An editor that replaces a file does so in several steps. */
const SETTLE_MS = 50;

/** What a drift watch needs. */
export interface DriftWatchOptions {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly auditMs: number;
  /** Looks at the files: whether something is to be mended. */
  isSpoilt(): boolean;
  /** Told as long as something is to be mended, at each look. */
  onDrift(): void;
}

/** Watches the output directory and the current generation. */
export class DriftWatch {
  readonly #options: DriftWatchOptions;
  #watcher: FSWatcher | undefined;
  #cancel: (() => void) | undefined;
  #hasEvents = false;

  constructor(options: DriftWatchOptions) {
    this.#options = options;
  }

  /** Whether events tell of a change at once. */
  get hasEvents(): boolean {
    return this.#hasEvents;
  }

  /** Stops looking, until `resume`. */
  async pause(): Promise<void> {
    this.#cancel?.();
    const watcher = this.#watcher;
    this.#watcher = undefined;
    this.#hasEvents = false;
    await watcher?.close();
  }

  /** Looks on. @param sequence - the generation that stands; `undefined` without one */
  resume(sequence: number | undefined): void {
    if (sequence === undefined) {
      return;
    }
    this.#cancel = this.#options.clock.after(QUIET_MS, () => {
      this.#watchEvents(sequence);
      // What happened since the attempt had no events.
      this.#look();
    });
  }

  #watchEvents(sequence: number): void {
    const { layout, logger } = this.#options;
    const watcher = watch([layout.outputDir, layout.stateDir, layout.generationDir(sequence)], {
      depth: 0,
      followSymlinks: false,
      ignoreInitial: true,
    });
    watcher.once('ready', () => {
      this.#hasEvents = this.#watcher === watcher;
    });
    watcher.on('all', () => this.#lookAfter(SETTLE_MS));
    watcher.on('error', (error) =>
      logger.debug({ err: error }, 'no events of the output directory; it is looked at instead'),
    );
    this.#watcher = watcher;
  }

  #lookAfter(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    const { isSpoilt, onDrift, auditMs } = this.#options;
    this.#lookAfter(auditMs);
    if (isSpoilt()) {
      onDrift();
    }
  }
}
