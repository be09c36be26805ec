/** Writes a file set into a folder of its own, tight from the first byte, and brings it safely to the disk. */

import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { FileSet } from '../../render/file-set.js';
import { markOf } from './file-mark.js';
import { MANIFEST_NAME, manifestText } from './manifest.js';
import { FILE_MODE } from './small-file.js';

/** Files that stand, to be taken over where they are the same. */
export interface FormerFiles {
  readonly folder: string;
  /** Name to text. */
  readonly texts: ReadonlyMap<string, string>;
  /** Name to mark, as the files were written. */
  readonly marks: ReadonlyMap<string, string>;
}

/** One folder being filled. `close` must be called, whatever happens. */
export class Staging {
  readonly #folder: string;
  readonly #handles: FileHandle[] = [];
  /** Name to mark of the files written or taken over so far. */
  readonly marks = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the files and a manifest; a file that is the same in `former` becomes a second name of it. */
  async write(fileSet: FileSet, former: FormerFiles | undefined): Promise<void> {
    for (const { name, text } of fileSet.files) {
      const isSame = former !== undefined && former.texts.get(name) === text;
      if (!isSame || !(await this.#takeOver(name, former))) {
        this.marks.set(name, await this.#writeFile(name, text));
      }
    }
    await this.#writeFile(MANIFEST_NAME, manifestText(fileSet));
  }

  /** Waits until the folder, and that it is there, survives a power cut. */
  async sync(): Promise<void> {
    const folders = [this.#folder, dirname(this.#folder)];
    await Promise.all([
      ...this.#handles.map((handle) => handle.sync()),
      ...folders.map((folder) => syncFolder(folder)),
    ]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.splice(0).map((handle) => handle.close()));
  }

  async #takeOver(name: string, { folder, marks }: FormerFiles): Promise<boolean> {
    const path = join(this.#folder, name);
    try {
      await link(join(folder, name), path);
    } catch {
      // A file system without hard links, or too many of them.
      return false;
    }
    const mark = markOf(await lstat(path, { bigint: true }));
    if (mark !== marks.get(name)) {
      // Somebody wrote to it since.
      await rm(path);
      return false;
    }
    this.marks.set(name, mark);
    return true;
  }

  async #writeFile(name: string, text: string): Promise<string> {
    const handle = await open(join(this.#folder, name), 'wx', FILE_MODE);
    this.#handles.push(handle);
    await handle.writeFile(text);
    return markOf(await handle.stat({ bigint: true }));
  }
}

/** Waits until the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
