/** Notices that somebody changed a file, without reading it. */

import { type BigIntStats, lstatSync } from 'node:fs';

/** The mark of a file: another one when anybody replaced it or wrote to it. */
export function markOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}`;
}

/** The mark of the file at `path`; `undefined` when there is none. */
export function readMark(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && markOf(stats);
}
