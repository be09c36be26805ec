/**
 * Generations on disk: each a folder with all files of one file set. What `current` points to is whole, was checked, and
 * was on the disk before the link moved. Sequence numbers are never used twice, so that "BIRD loaded generation 7" stays
 * true or false for ever.
 */

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Logger } from '../../base/logger.js';
import { systemErrorCode } from '../../base/system-error.js';
import type { FileSet } from '../../render/file-set.js';
import { FOLDER_MODE, type Layout } from '../layout.js';
import type { DiskSync } from './disk-sync.js';
import { readMark } from './file-mark.js';
import {
  currentSequenceIn,
  type Generation,
  readGeneration,
  sequencesIn,
} from './generation-folders.js';
import { MANIFEST_NAME, parseManifest } from './manifest.js';
import { putAside } from './put-aside.js';
import { readTextIfThere } from './small-file.js';
import { type FormerFiles, Staging, syncFolder } from './staging.js';

/** A generation that is written, and not current. */
export interface StagedGeneration extends Generation {
  readonly folder: string;
  /** Waits until it survives a power cut. */
  sync(): Promise<void>;
  /** Lets go of its files. Must be called. */
  close(): void;
}

/** The generations below one state directory. */
export class Generations {
  readonly #layout: Layout;
  readonly #disk: DiskSync;
  readonly #logger: Logger;
  /** Of the folders that are there, in ascending order. */
  #sequences: number[] = [];
  #next = 1;

  constructor(layout: Layout, disk: DiskSync, logger: Logger) {
    this.#layout = layout;
    this.#disk = disk;
    this.#logger = logger;
  }

  /**
   * Finds out what is there, and removes what a crash left half written.
   *
   * @param loaded - generations that BIRD is known to have run, newest first: one of them is current again where a backup
   *   that leaves out links has brought the folders back. Numbers that were used are not used again.
   * @returns the current generation; `spoilt` when its files aren't those that were written
   */
  open(loaded: readonly number[]): Generation | 'spoilt' | undefined {
    this.#sequences = sequencesIn(this.#layout);
    this.#replaceCopyOfCurrent();
    this.#replaceLostCurrent(loaded);
    const current = this.currentSequence();
    this.#next = Math.max(0, current ?? 0, ...loaded, ...this.#sequences) + 1;
    this.#removeAll(this.#sequences.filter((sequence) => sequence > (current ?? 0)));
    return current === undefined ? undefined : (this.read(current) ?? 'spoilt');
  }

  /** The number that the link `current` points to. */
  currentSequence(): number | undefined {
    return currentSequenceIn(this.#layout);
  }

  /**
   * Writes `fileSet` as the next generation; a file that is the same in `former` is not written again.
   *
   * @throws {ApplyError} while the disk hangs; an error of the file system
   */
  stage(fileSet: FileSet, former: Generation | undefined): StagedGeneration {
    this.#disk.assertAnswered();
    const sequence = this.#next;
    const folder = this.#layout.generationDir(sequence);
    const staging = new Staging(folder, this.#disk);
    this.#next += 1;
    this.#sequences.push(sequence);
    try {
      mkdirSync(folder, { mode: FOLDER_MODE });
      staging.write(fileSet, former && this.#filesOf(former));
    } catch (error) {
      staging.close();
      this.discard(sequence);
      throw error;
    }
    const { marks } = staging;
    const [sync, close] = [() => staging.sync(), () => staging.close()];
    return { sequence, fileSet, marks, folder, sync, close };
  }

  /** Makes a staged generation the current one, by one rename. */
  makeCurrent(sequence: number): void {
    const { currentLink } = this.#layout;
    const next = `${currentLink}.new`;
    rmSync(next, { force: true, recursive: true });
    symlinkSync(`generations/${sequence}`, next);
    if (lstatSync(currentLink, { throwIfNoEntry: false })?.isDirectory()) {
      putAside(currentLink, this.#logger);
    }
    renameSync(next, currentLink);
  }

  /**
   * Waits until the last `makeCurrent` survives a power cut.
   *
   * @param hasOtherLinks - whether links in the output directory came or went: then these do, too
   */
  async syncCurrent(hasOtherLinks: boolean): Promise<void> {
    const { stateDir, outputDir } = this.#layout;
    await syncFolder(stateDir, this.#disk);
    if (hasOtherLinks) {
      await syncFolder(outputDir, this.#disk);
    }
  }

  /** Removes a staged generation; once the disk has answered, if it hangs on it. */
  discard(sequence: number): void {
    const { answered } = this.#disk;
    if (answered === undefined) {
      this.#removeAll([sequence]);
      return;
    }
    void answered
      .then(() => this.#removeAll([sequence]))
      .catch((error: unknown) =>
        this.#logger.debug({ sequence, err: error }, 'it is removed at the next start'),
      );
  }

  /** Puts a staged generation aside, to be looked at; the one before it goes. */
  keepAsRefused(sequence: number): void {
    removeFolder(this.#layout.refusedDir);
    renameSync(this.#layout.generationDir(sequence), this.#layout.refusedDir);
    this.#sequences = this.#sequences.filter((other) => other !== sequence);
  }

  /** Removes all but the `keep` newest, and those `inUse`. */
  prune(keep: number, inUse: readonly number[]): void {
    const old = this.#sequences.slice(0, -keep);
    this.#removeAll(old.filter((sequence) => !inUse.includes(sequence)));
  }

  /** Tells a generation from another one of its number, such as a copy of it; `undefined` when there is none. */
  markOf(sequence: number): string | undefined {
    return readMark(join(this.#layout.generationDir(sequence), MANIFEST_NAME));
  }

  /** The generation of that number; `undefined` when it is not on disk as it was written. */
  read(sequence: number): Generation | undefined {
    return readGeneration(this.#layout, sequence);
  }

  /**
   * A copy that followed links (`cp -rL`) has a folder in the place of `current`. It goes out of the way, and the generation
   * that it is a copy of is current again.
   */
  #replaceCopyOfCurrent(): void {
    const { currentLink } = this.#layout;
    if (!lstatSync(currentLink, { throwIfNoEntry: false })?.isDirectory()) {
      return;
    }
    const manifest = parseManifest(readTextIfThere(join(currentLink, MANIFEST_NAME)));
    const original = this.#sequences.findLast(
      (sequence) =>
        manifest !== undefined && this.read(sequence)?.fileSet.digest === manifest.digest,
    );
    putAside(currentLink, this.#logger);
    if (original !== undefined) {
      this.makeCurrent(original);
    }
  }

  #replaceLostCurrent(loaded: readonly number[]): void {
    const { currentLink } = this.#layout;
    if (lstatSync(currentLink, { throwIfNoEntry: false }) !== undefined) {
      return;
    }
    const whole = loaded.find((sequence) => this.read(sequence) !== undefined);
    if (whole !== undefined) {
      this.makeCurrent(whole);
      this.#logger.warn(
        { link: currentLink, sequence: whole },
        'the link to the current generation is gone; it points again to what BIRD ran last',
      );
    }
  }

  #filesOf({ sequence, fileSet, marks }: Generation): FormerFiles {
    const files = new Map(fileSet.files.map((file) => [file.name, file]));
    return { folder: this.#layout.generationDir(sequence), files, marks };
  }

  #removeAll(sequences: readonly number[]): void {
    this.#sequences = this.#sequences.filter((sequence) => !sequences.includes(sequence));
    for (const sequence of sequences) {
      removeFolder(this.#layout.generationDir(sequence));
    }
  }
}

/** Removes a folder of files; Node's own recursive removal costs five times as much. */
function removeFolder(path: string): void {
  try {
    for (const name of readdirSync(path)) {
      unlinkSync(join(path, name));
    }
    rmdirSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') {
      // Somebody put a folder into it.
      rmSync(path, { recursive: true, force: true });
    }
  }
}
