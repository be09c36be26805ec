import { basename } from 'node:path';

import type { BirdDaemon, FileSet } from '../../render/file-set.js';
import type { Refusal } from '../apply-outcome.js';
import type { BirdRefusal } from './bird-refusal.js';

/** A refusal about a file of the set, in an operator's terms: file name and text of the line. */
export function refusalOf(
  daemon: BirdDaemon,
  { path, line, column, message }: BirdRefusal,
  { files }: Pick<FileSet, 'files'>,
): Refusal {
  const name = basename(path);
  const text = files.find((file) => file.name === name)?.text.split('\n')[line - 1];
  return {
    daemon,
    // Somebody's own include: its whole path is of use, the name alone is not.
    file: files.some((file) => file.name === name) ? name : path,
    line,
    ...(column === undefined ? {} : { column }),
    message,
    ...(text === undefined ? {} : { text: withoutPasswords(text) }),
  };
}

/** A refusal in one line: `bird.cfg:12:5 syntax error`. */
export function refusalLine({ file, line, column, message }: Refusal): string {
  return `${[file, line, column].filter((part) => part !== undefined).join(':')} ${message}`;
}

/** The text with the strings after `password` blanked: it goes to the log. */
function withoutPasswords(text: string): string {
  return text.trim().replaceAll(/(\bpassword\s*)"[^"]*"?/gi, '$1"[redacted]"');
}
