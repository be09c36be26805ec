/** The text of all files of one generation. What `render` gives and `apply` takes. */

import { createHash } from 'node:crypto';

/** One BIRD process: 1.x has one a family, 2 and later have `bird` alone. */
export type BirdDaemon = 'bird' | 'bird6';

/** One rendered file. */
export interface RenderedFile {
  /** Name inside the output directory, without a folder: `bird_aggr.cfg`. */
  readonly name: string;
  readonly text: string;
}

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

/** A `FileSet` of `files`; sorts them and computes the digest. */
export function fileSetOf(
  files: readonly RenderedFile[],
  mainFiles: FileSet['mainFiles'],
): FileSet {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const { name, text } of sorted) {
    hash.update(`${name}\0${text.length}\0`).update(text);
  }
  return { files: sorted, mainFiles, digest: hash.digest('hex') };
}
