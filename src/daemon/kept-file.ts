/**
 * A small fact that has to outlive the process, as a JSON file in the state directory. It is on the disk, also over a power
 * cut, before anything is done that relies on it.
 */

import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import * as v from 'valibot';

import type { Logger } from '../base/logger.js';
import { systemErrorCode } from '../base/system-error.js';

/** Which fact, and what is said of its file. */
export interface KeptFileOptions<T> {
  readonly stateDir: string;
  /** Name inside of the state directory. */
  readonly name: string;
  readonly schema: v.GenericSchema<unknown, T>;
  /** What holds without a file. */
  readonly none: T;
  /** The line of the log for a file that is there and can't be understood, with what follows from that. */
  readonly unreadable: string;
  /** The line of the log for a file that can't be written, with what follows from that. */
  readonly unwritable: string;
  readonly logger: Logger;
}

/** See the head of this file. Written only when its content changes. */
export class KeptFile<T> {
  readonly #path: string;
  readonly #options: KeptFileOptions<T>;
  #written: string;
  /** The value of `#written`: one that is the same object needs no text. */
  #last: T | undefined;
  /** What could not be written last: the same is said once. */
  #failed: string | undefined;

  /** What holds without a file. */
  get none(): T {
    return this.#options.none;
  }

  constructor(options: KeptFileOptions<T>) {
    this.#options = options;
    this.#path = join(options.stateDir, options.name);
    this.#written = JSON.stringify(options.none);
  }

  /** What was kept; `none` when there is no such file, or when it can't be understood, which is said. */
  async read(): Promise<T> {
    const { schema, none, unreadable, logger } = this.#options;
    try {
      const text = await readFile(this.#path, 'utf8');
      const value = v.parse(schema, JSON.parse(text));
      this.#written = text;
      return value;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') {
        return none;
      }
      // Whatever is there is no longer what we have written.
      this.#written = '';
      logger.warn({ file: this.#path, err: error }, unreadable);
      return none;
    }
  }

  /** Keeps `value`: it is safely on the disk when this resolves. A failure is said, once for each value. */
  async write(value: T): Promise<void> {
    if (value === this.#last) {
      return;
    }
    const text = JSON.stringify(value);
    if (text === this.#written) {
      this.#last = value;
      return;
    }
    try {
      await replaceSynced(this.#path, text);
      this.#written = text;
      this.#last = value;
      this.#failed = undefined;
    } catch (error) {
      if (text !== this.#failed) {
        const { logger, unwritable } = this.#options;
        logger.warn({ file: this.#path, err: error }, unwritable);
      }
      this.#failed = text;
    }
  }
}

/** Replaces a file by one rename; both the text and the rename are on the disk when it resolves. */
export async function replaceSynced(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  // One that a crash has left could have another mode.
  await rm(fresh, { force: true });
  // Values can hold passwords.
  const file = await open(fresh, 'w', 0o640);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
