/** The text of all files of one generation. What `render` gives and `apply` takes. */

import { createHash } from 'node:crypto';

import { RenderedFile } from './rendered-file.js';

/** One BIRD process: 1.x has one a family, 2 and later have `bird` alone. */
export type BirdDaemon = 'bird' | 'bird6';

/** The file that a BIRD process starts from. */
export interface MainFile {
  readonly daemon: BirdDaemon;
  readonly name: string;
  /** Whether the process has nothing to do on this host, so that nobody may have started it (bird6 without IPv6). */
  readonly isOptional: boolean;
}

/** A complete configuration: the files of every BIRD process of this host. */
export interface FileSet {
  /** Sorted by name. */
  readonly files: readonly RenderedFile[];
  /** Which file each BIRD process starts from; the others are included by these. */
  readonly mainFiles: readonly MainFile[];
  /** SHA-256 over names and texts, in hexadecimal: equal digests mean equal files. */
  readonly digest: string;
}

/** A `FileSet` of `files`; sorts them and computes the digest. A file may be given by its text. */
export function fileSetOf(
  files: readonly (RenderedFile | { readonly name: string; readonly text: string })[],
  mainFiles: FileSet['mainFiles'],
): FileSet {
  const sorted = files
    .map((file) =>
      file instanceof RenderedFile ? file : RenderedFile.ofText(file.name, file.text),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const { name, parts } of sorted) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    hash.update(`${name}\0${length}\0`);
    for (const part of parts) {
      hash.update(part);
    }
  }
  return { files: sorted, mainFiles, digest: hash.digest('hex') };
}
