/** Brings files to the disk, and doesn't wait for ever: a disk that hangs would hang the pass. */

import { fsync } from 'node:fs';
import { promisify } from 'node:util';

import type { Clock } from '../../base/clock.js';
import { ApplyError } from '../apply-error.js';

/** What it needs. */
export interface DiskSyncOptions {
  readonly clock: Clock;
  /** 30 s unless given. */
  readonly syncTimeoutMs?: number;
  /** fsync(2) unless given. */
  readonly fsync?: (descriptor: number) => Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const fsyncOf = promisify(fsync);

/** See the head of this file. While the disk hangs, it is not asked again: each question takes a thread of Node's four. */
export class DiskSync {
  readonly #options: DiskSyncOptions;
  #hanging: Promise<void> | undefined;

  constructor(options: DiskSyncOptions) {
    this.#options = options;
  }

  /** Settles, well or not, when the disk has answered everything that it was asked. Never rejects. */
  get answered(): Promise<void> | undefined {
    return this.#hanging;
  }

  /** @throws {ApplyError} while the disk hasn't answered an earlier `sync` */
  assertAnswered(): void {
    if (this.#hanging !== undefined) {
      throw hangs('the disk still has not kept what it was given before');
    }
  }

  /** Waits until what the descriptors stand for survives a power cut. @throws {ApplyError} when that takes too long */
  async sync(descriptors: readonly number[]): Promise<void> {
    const { clock, syncTimeoutMs: timeoutMs = DEFAULT_TIMEOUT_MS, fsync = fsyncOf } = this.#options;
    const kept = Promise.all(descriptors.map((descriptor) => fsync(descriptor))).then(() => {});
    let cancel = (): void => {};
    const late = new Promise<'late'>((resolve) => {
      cancel = clock.after(timeoutMs, () => resolve('late'));
    });
    try {
      if ((await Promise.race([kept, late])) === 'late') {
        this.#hanging = kept
          .catch(() => {})
          .finally(() => {
            this.#hanging = undefined;
          });
        throw hangs(`the disk has not kept it within ${timeoutMs} ms`);
      }
    } finally {
      cancel();
    }
  }
}

function hangs(message: string): ApplyError {
  return new ApplyError(message, {
    advice: 'look for errors of that disk (dmesg), or of the server that it is mounted from',
    isRetryable: true,
  });
}
