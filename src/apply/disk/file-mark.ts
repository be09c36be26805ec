/** Notices that somebody changed a file, without reading it. */

import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';

import { systemErrorCode } from './system-error.js';

/** The mark of a file: another one when anybody replaced it or wrote to it. */
export function markOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}`;
}

/** The mark of the file at `path`; `undefined` when there is none. */
export async function readMark(path: string): Promise<string | undefined> {
  try {
    return markOf(await lstat(path, { bigint: true }));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
