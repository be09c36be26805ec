/** Reads files that somebody else writes: never too much of one, and never one that isn't text. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { ok, type Result, refused } from '../../base/result.js';
import { systemErrorCode } from '../../base/system-error.js';

/** The text of the file at `path`, a reason why it can't be had, or undefined when there is no such file. */
export async function readFileText(
  path: string,
  maxBytes: number,
): Promise<Result<string> | undefined> {
  let file: FileHandle | undefined;
  try {
    // A pipe without a writer would be waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    return stats.isFile() ? await readText(file, maxBytes) : undefined;
  } catch (error) {
    return isMissing(error) ? undefined : refused(`it cannot be read: ${causeOf(error)}`);
  } finally {
    await file?.close();
  }
}

async function readText(file: FileHandle, maxBytes: number): Promise<Result<string>> {
  const { size } = await file.stat();
  if (size > maxBytes) {
    return refused(`it has more than ${maxBytes} bytes`);
  }
  const bytes = await file.readFile();
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return refused('it is not text in UTF-8');
  }
}

/** Whether `error` says that there is nothing at a path. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
}

/** What went wrong, for a message: the system's name for it, such as `EACCES`. */
export function causeOf(error: unknown): string {
  return systemErrorCode(error) ?? String(error);
}
