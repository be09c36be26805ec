/**
 * Where the log goes, so that it never holds up the daemon: a reader that stops reading, one that is gone, or a full disk
 * costs lines and nothing else. Lost lines are counted, and told in the log as soon as it takes lines again.
 *
 * Standard output does the rest. Measured with Node 20: a pipe or a socket takes what fits and keeps the rest in memory;
 * a file is written at once, which also tells a full disk; after an error the next write is tried all the same. A terminal
 * alone is waited for (Ctrl-S).
 */

import type { Writable } from 'node:stream';

import { type Clock, delay } from '../base/clock.js';

/** What waits for a reader at most, in characters. The lines of a busy minute. */
const MAX_WAITING = 1 << 20;

/** How often a flush looks whether everything is out. */
const FLUSH_LOOK_MS = 10;

/** A line that tells of lost ones, ready to be written. */
type LossLine = (lost: number) => string;

/** One stream that log lines are written to, by one logger after the other. */
export class LogOutput {
  readonly #stream: Writable;
  readonly #maxWaiting: number;
  #lost = 0;
  /** Of the lost lines, those that the log doesn't tell of yet. */
  #untold = 0;
  #lossLine: LossLine = () => '';

  constructor(stream: Writable, maxWaiting = MAX_WAITING) {
    this.#stream = stream;
    this.#maxWaiting = maxWaiting;
    // Each write tells of its own failure; a stream whose errors nobody hears would end the process.
    stream.on('error', () => {});
  }

  /** How many lines were lost since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** Has lost lines told in the form of the logger that writes from now on. */
  tellLossAs(lossLine: LossLine): void {
    this.#lossLine = lossLine;
  }

  /** Writes a line, or loses it. Never waits and never throws. */
  write(line: string): void {
    if (this.#stream.writableLength + line.length > this.#maxWaiting) {
      this.#lose(1);
      return;
    }
    this.#stream.write(line, (error) => {
      if (error) {
        this.#lose(1);
      } else {
        this.#tellLoss();
      }
    });
  }

  /** Resolves when everything is out, or after `timeoutMs`. */
  async flush(clock: Clock, timeoutMs: number): Promise<void> {
    const deadline = clock.monotonic() + timeoutMs;
    while (this.#stream.writableLength > 0 && clock.monotonic() < deadline) {
      await delay(clock, FLUSH_LOOK_MS);
    }
  }

  #lose(count: number): void {
    this.#lost += count;
    this.#untold += count;
  }

  /** Once the reader has all that waited: a line in between would say too little. */
  #tellLoss(): void {
    const count = this.#untold;
    if (count === 0 || this.#stream.writableLength > 0) {
      return;
    }
    this.#untold = 0;
    this.#stream.write(this.#lossLine(count), (error) => {
      this.#untold += error ? count : 0;
    });
  }
}
