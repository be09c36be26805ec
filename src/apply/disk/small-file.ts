/** Small files that are read as a whole and replaced as a whole. */

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { systemErrorCode } from '../../base/system-error.js';

/** The group of BIRD may read, others may not: configurations hold passwords. */
export const FILE_MODE = 0o640;

/** The text of a file, or `undefined` when there is none. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Replaces a file by one rename. It survives a crash of the process; a crash of the machine may bring the old one back. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: FILE_MODE });
  renameSync(`${path}.new`, path);
}
