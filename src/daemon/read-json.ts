import { readFile } from 'node:fs/promises';

import * as v from 'valibot';

import { systemErrorCode } from '../base/system-error.js';

/** What a JSON file holds: `undefined` when there is none, `unreadable` when it isn't what it should be. @throws errors of the file system */
export async function readJson<T>(
  schema: v.GenericSchema<unknown, T>,
  path: string,
): Promise<T | 'unreadable' | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
    return parsed.success ? parsed.output : 'unreadable';
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
