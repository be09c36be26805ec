/**
 * Writes a file set into a folder of its own, tight from the first byte, and brings it safely to the disk.
 *
 * Here and in the other files of this folder, calls are synchronous where the kernel answers from memory, and only what
 * waits for the disk (fsync) is asynchronous: measured for a file of 600 KB, 0.6 ms CPU against 1.5 ms, and 10 us against
 * 60 us for each small call.
 */

import {
  closeSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
  writeFileSync,
  writevSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { FileSet } from '../../render/file-set.js';
import { RenderedFile } from '../../render/rendered-file.js';
import type { DiskSync } from './disk-sync.js';
import { markOf } from './file-mark.js';
import { MANIFEST_NAME, manifestText } from './manifest.js';
import { FILE_MODE } from './small-file.js';

/** As many as one writev takes everywhere (IOV_MAX of Linux is 1024). */
const MAX_PIECES = 512;

/** Files that stand, to be taken over where they are the same. */
export interface FormerFiles {
  readonly folder: string;
  readonly files: ReadonlyMap<string, RenderedFile>;
  /** Name to mark, as the files were written. */
  readonly marks: ReadonlyMap<string, string>;
}

/** One folder being filled. `close` must be called, whatever happens. */
export class Staging {
  readonly #folder: string;
  readonly #disk: DiskSync;
  readonly #descriptors: number[] = [];
  /** Name to mark of the files written or taken over so far. */
  readonly marks = new Map<string, string>();

  constructor(folder: string, disk: DiskSync) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /** Writes the files and a manifest; a file that is the same in `former` becomes a second name of it. */
  write(fileSet: FileSet, former: FormerFiles | undefined): void {
    for (const file of fileSet.files) {
      const { name } = file;
      const isSame = former?.files.get(name)?.hasSameBytes(file) === true;
      const mark = isSame ? this.#takeOver(name, former) : undefined;
      this.marks.set(name, mark ?? this.#writeFile(file));
    }
    this.#writeFile(RenderedFile.ofText(MANIFEST_NAME, manifestText(fileSet)));
    // The folder, for its names; and the one above, for this folder's.
    this.#descriptors.push(openSync(this.#folder, 'r'), openSync(dirname(this.#folder), 'r'));
  }

  /** Waits until all of it survives a power cut. */
  sync(): Promise<void> {
    return this.#disk.sync(this.#descriptors);
  }

  /** Closes the files; those that a disk hangs on once it has answered: their numbers must not go to other files before. */
  close(): void {
    const { answered } = this.#disk;
    if (answered === undefined) {
      this.#closeAll();
    } else {
      void answered.then(() => this.#closeAll());
    }
  }

  #closeAll(): void {
    for (const descriptor of this.#descriptors.splice(0)) {
      closeSync(descriptor);
    }
  }

  #takeOver(name: string, { folder, marks }: FormerFiles): string | undefined {
    const path = join(this.#folder, name);
    try {
      linkSync(join(folder, name), path);
    } catch {
      // A file system without hard links, or too many of them.
      return undefined;
    }
    const mark = markOf(lstatSync(path, { bigint: true }));
    if (mark !== marks.get(name)) {
      // Somebody wrote to it since.
      rmSync(path);
      return undefined;
    }
    return mark;
  }

  #writeFile({ name, parts }: RenderedFile): string {
    const descriptor = openSync(join(this.#folder, name), 'wx', FILE_MODE);
    this.#descriptors.push(descriptor);
    writeAll(descriptor, parts);
    return markOf(fstatSync(descriptor, { bigint: true }));
  }
}

/** Writes pieces one after the other; the kernel may take less than it is given. */
function writeAll(descriptor: number, parts: readonly Buffer[]): void {
  for (let start = 0; start < parts.length; start += MAX_PIECES) {
    const pieces = parts.slice(start, start + MAX_PIECES);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const written = writevSync(descriptor, pieces);
    if (written < length) {
      writeFileSync(descriptor, Buffer.concat(pieces).subarray(written));
    }
  }
}

/** Waits until the names in a folder survive a power cut. */
export async function syncFolder(path: string, disk: DiskSync): Promise<void> {
  const descriptor = openSync(path, 'r');
  try {
    await disk.sync([descriptor]);
  } finally {
    const close = (): void => closeSync(descriptor);
    void (disk.answered?.then(close) ?? close());
  }
}
