/** Small files that are read as a whole and replaced as a whole. */

import { readFile, rename, writeFile } from 'node:fs/promises';

import { systemErrorCode } from './system-error.js';

/** Group of BIRD may read, others may not: configurations hold passwords. */
export const FILE_MODE = 0o640;

/** The text of a file, or `undefined` when there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Replaces a file by one rename. It survives a crash of the process; a crash of the machine may bring the old one back. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: FILE_MODE });
  await rename(`${path}.new`, path);
}
