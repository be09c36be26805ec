/** What can be read of generations on disk without owning them: for the daemon, and for commands that only look. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { systemErrorCode } from '../../base/system-error.js';
import { type FileSet, fileSetOf } from '../../render/file-set.js';
import { RenderedFile } from '../../render/rendered-file.js';
import type { Layout } from '../layout.js';
import { readMark } from './file-mark.js';
import { MANIFEST_NAME, parseManifest } from './manifest.js';
import { readTextIfThere } from './small-file.js';

/** A whole generation. */
export interface Generation {
  readonly sequence: number;
  readonly fileSet: FileSet;
  /** Name to mark of its files, as they were written. */
  readonly marks: ReadonlyMap<string, string>;
}

/** The numbers of the folders that are there, in ascending order. @throws an error of the file system */
export function sequencesIn({ generationsDir }: Layout): number[] {
  const names = readdirSync(generationsDir);
  const sequences = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return sequences.sort((a, b) => a - b);
}

/** The number that the link `current` points to. */
export function currentSequenceIn({ currentLink }: Layout): number | undefined {
  try {
    const digits = /^generations\/(\d+)$/.exec(readlinkSync(currentLink))?.[1];
    return digits === undefined ? undefined : Number(digits);
  } catch (error) {
    // Nothing there, or no link.
    if (['ENOENT', 'EINVAL'].includes(systemErrorCode(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/** The generation of that number; `undefined` when it is not on disk as it was written. */
export function readGeneration(layout: Layout, sequence: number): Generation | undefined {
  const folder = layout.generationDir(sequence);
  const manifest = parseManifest(readTextIfThere(join(folder, MANIFEST_NAME)));
  const marks = new Map<string, string>();
  const files: RenderedFile[] = [];
  for (const name of manifest?.files ?? []) {
    const mark = readMark(join(folder, name));
    if (mark === undefined) {
      return undefined;
    }
    marks.set(name, mark);
    files.push(new RenderedFile(name, [readFileSync(join(folder, name))]));
  }
  const fileSet = fileSetOf(files, manifest?.mainFiles ?? []);
  return fileSet.digest === manifest?.digest ? { sequence, fileSet, marks } : undefined;
}
