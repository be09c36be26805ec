/** Reads from BIRD's log, as it grows, when a reconfiguration began and when it was done. */
import { closeSync, openSync, readSync } from 'node:fs';

/** What BIRD has logged since the last look: which events, in order. */
export type ReloadEvent = 'begun' | 'done';

// One of the protocols' own lines is "<TRACE> Mesh_10_0_0_1: Reconfigured": only the daemon's count.
const EVENT_LINE = /<INFO> (Reconfiguring|Reconfigured)\n/g;
const BUFFER_BYTES = 1 << 20;

/** A log file that is read on from where it was left. */
export class BirdLog {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #position = 0;
  /** The last line, as far as it is written. */
  #rest = '';

  /** @param path - of a file that exists */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** What has been logged since the last call. */
  read(): readonly ReloadEvent[] {
    const events: ReloadEvent[] = [];
    for (;;) {
      const length = readSync(this.#file, this.#buffer, 0, BUFFER_BYTES, this.#position);
      if (length === 0) {
        return events;
      }
      this.#position += length;
      const text = this.#rest + this.#buffer.toString('latin1', 0, length);
      for (const [, word] of text.matchAll(EVENT_LINE)) {
        events.push(word === 'Reconfiguring' ? 'begun' : 'done');
      }
      this.#rest = text.slice(text.lastIndexOf('\n') + 1);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
