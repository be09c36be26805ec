/**
 * Keeps the last good values of bad entries across a restart, so that a restart while a key is broken removes nothing.
 */

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as v from 'valibot';

import type { Logger } from '../base/logger.js';
import type { LastGoodValues } from '../decode/decoded-store.js';

const LastGood = v.record(v.string(), v.string());

/** The file below the state directory. Written only when its content changes. */
export class LastGoodFile {
  readonly #path: string;
  readonly #logger: Logger;
  #written = '{}';

  constructor(stateDir: string, logger: Logger) {
    this.#path = join(stateDir, 'last-good.json');
    this.#logger = logger;
  }

  /** What was kept; nothing when there is no such file or it can't be understood, which is said. */
  async read(): Promise<LastGoodValues> {
    try {
      const text = await readFile(this.#path, 'utf8');
      const values = v.parse(LastGood, JSON.parse(text));
      this.#written = text;
      return values;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return {};
      }
      // Whatever is there is no longer what we have written.
      this.#written = '';
      this.#logger.warn(
        { file: this.#path, err: error },
        'kept last good values cannot be read; entries that are bad now are left out',
      );
      return {};
    }
  }

  /** Keeps `values`. A failure is said and costs only what a restart would have kept. */
  async write(values: LastGoodValues): Promise<void> {
    const text = JSON.stringify(values);
    if (text === this.#written) {
      return;
    }
    try {
      await writeFile(`${this.#path}.new`, text, { mode: 0o640 });
      await rename(`${this.#path}.new`, this.#path);
      this.#written = text;
    } catch (error) {
      this.#logger.warn(
        { file: this.#path, err: error },
        'last good values cannot be kept; a restart would leave out the entries that are bad now',
      );
    }
  }
}
