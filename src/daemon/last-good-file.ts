/**
 * Keeps the last good values of bad entries, and what files beside the datastore said, across a restart: so that one while a key is
 * broken or a folder is away removes nothing.
 */

import * as v from 'valibot';

import type { Logger } from '../base/logger.js';
import type { LastGoodValues } from '../decode/decoded-store.js';
import { KeptFile } from './kept-file.js';

/** The file below the state directory. */
export type LastGoodFile = KeptFile<LastGoodValues>;

/** The last good values in `stateDir`. */
export function lastGoodFile(stateDir: string, logger: Logger): LastGoodFile {
  return new KeptFile<LastGoodValues>({
    stateDir,
    name: 'last-good.json',
    schema: v.record(v.string(), v.string()),
    none: {},
    unreadable:
      'kept last good values cannot be read; entries that are bad now, and files that are away, are left out',
    unwritable:
      'last good values cannot be kept; a restart would leave out the entries that are bad now, and files that are away then',
    logger,
  });
}
