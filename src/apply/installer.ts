/**
 * Brings a file set to the disk: staged and synced, checked by BIRD as a whole, then current by one rename.
 *
 * Whenever the process or the machine dies, what stands is one whole generation that BIRD accepts.
 */

import { statSync } from 'node:fs';
import { join } from 'node:path';

import type { Logger } from '../base/logger.js';
import { systemErrorCode } from '../base/system-error.js';
import type { FileSet } from '../render/file-set.js';
import { fileError } from './apply-error.js';
import type { Refusal } from './apply-outcome.js';
import type { Attempt } from './attempt.js';
import { DiskSync, type DiskSyncOptions } from './disk/disk-sync.js';
import { readMark } from './disk/file-mark.js';
import {
  isFree,
  makeLinks,
  missingLinks,
  removeOtherLinks,
  stampLinks,
} from './disk/fixed-links.js';
import { makeFolders, removeLeftovers } from './disk/folders.js';
import type { Generation } from './disk/generation-folders.js';
import { Generations, type StagedGeneration } from './disk/generations.js';
import type { OtherWriter } from './disk/other-writer.js';
import type { Layout } from './layout.js';
import { refusedAnswer } from './story/answers.js';
import type { Stories } from './story/stories.js';

/** What an installer needs. */
export interface InstallerOptions extends DiskSyncOptions {
  readonly layout: Layout;
  readonly logger: Logger;
  /** How many generations stay on disk, the current one included. */
  readonly keepGenerations: number;
  /** Those that a BIRD is known to have run at last: they stay besides, since a start may have to go back to them. */
  readonly loaded: () => readonly number[];
  /** Those that stay besides since an operator wants so. */
  readonly pinned: () => readonly number[];
  readonly stories: Stories;
  readonly otherWriter: OtherWriter;
}

/** Has BIRD look at a staged folder; gives its refusals. */
export type CheckStaged = (folder: string, fileSet: FileSet) => Promise<readonly Refusal[]>;

/** Owns the files below an output directory. */
export class Installer {
  readonly #options: InstallerOptions;
  readonly #generations: Generations;
  #standing: Generation | undefined;
  /** Whether links in the output directory may have come or gone since it was last brought to the disk; after a start nobody knows. */
  #hasOtherLinks = true;

  constructor(options: InstallerOptions) {
    this.#options = options;
    this.#generations = new Generations(options.layout, new DiskSync(options), options.logger);
  }

  /** The generation that stands. */
  get standing(): Generation | undefined {
    return this.#standing;
  }

  /** Finds out what stands, and tidies up after a crash. */
  open(): void {
    const { layout, logger, clock, loaded, otherWriter } = this.#options;
    try {
      removeLeftovers(layout, clock.now());
      const current = this.#generations.open(loaded());
      if (current === 'spoilt') {
        logger.warn(
          { folder: layout.currentLink },
          'the files on disk are not as they were written; they will be written anew',
        );
      } else {
        this.#standing = current;
        const names = [...(current?.marks.keys() ?? [])];
        if (current !== undefined) {
          removeOtherLinks(layout, names);
        }
        const missing = missingLinks(layout, names);
        otherWriter.look(names.filter((name) => !missing.includes(name)));
      }
    } catch (error) {
      throw fileError(`cannot read what stands in ${layout.stateDir}`, error);
    }
  }

  /** Paths that are not as the standing generation left them; none when all is well. */
  damage(): readonly string[] {
    if (this.#standing === undefined) {
      return [];
    }
    const { layout } = this.#options;
    const { sequence, marks } = this.#standing;
    const folder = layout.generationDir(sequence);
    const files = Array.from(marks, ([name, mark]) => ({ path: join(folder, name), mark }));
    return [
      ...(this.#generations.currentSequence() === sequence ? [] : [layout.currentLink]),
      ...missingLinks(layout, [...marks.keys()]).map((name) => layout.fixedPath(name)),
      ...files.filter(({ path, mark }) => readMark(path) !== mark).map(({ path }) => path),
    ];
  }

  /**
   * Makes `fileSet` the standing generation; gives BIRD's refusals, which leave all as it was, as does `outdated`. Sets
   * `attempt.wrote` as soon as the new files are current.
   *
   * @param former - a generation on disk, the files of which are taken over where they are the same
   */
  async install(
    fileSet: FileSet,
    check: CheckStaged,
    attempt: Attempt,
    former = this.#standing,
  ): Promise<readonly Refusal[] | 'outdated'> {
    const staged = await attempt.run('stage', () => this.#stage(fileSet, former));
    let refusals: readonly Refusal[];
    try {
      refusals = await attempt.run('check', () => this.#check(staged, check));
    } catch (error) {
      this.#generations.discard(staged.sequence);
      throw error;
    }
    if (refusals.length > 0) {
      this.#tellRefused(staged.sequence, attempt, refusals);
      this.#generations.keepAsRefused(staged.sequence);
      return refusals;
    }
    if (attempt.isOutdated()) {
      this.#generations.discard(staged.sequence);
      return 'outdated';
    }
    await attempt.run('install', () => this.#install(staged, attempt));
    return [];
  }

  /** A generation that is on disk as it was written; `undefined` when there is none of that number. */
  read(sequence: number): Generation | undefined {
    return this.#generations.read(sequence);
  }

  /** See `Generations.markOf`. @throws an error of the file system */
  markOf(sequence: number): string | undefined {
    return this.#generations.markOf(sequence);
  }

  /** Puts a generation that is no longer current aside, to be looked at. @throws an error of the file system */
  keepAsRefused(sequence: number): void {
    this.#generations.keepAsRefused(sequence);
  }

  /** What has time after an installation: its story, making it last over a power cut, and removing old generations. */
  async settle(): Promise<void> {
    this.#options.stories.write();
    try {
      await this.#generations.syncCurrent(this.#hasOtherLinks);
      this.#hasOtherLinks = false;
      const { keepGenerations, loaded, pinned } = this.#options;
      this.#generations.prune(keepGenerations, [...loaded(), ...pinned()]);
    } catch (error) {
      this.#options.logger.warn(
        { folder: this.#options.layout.stateDir, err: error },
        'old generations cannot be removed; see that the folder can be written',
      );
    }
  }

  async #stage(fileSet: FileSet, former: Generation | undefined): Promise<StagedGeneration> {
    const { layout, logger } = this.#options;
    try {
      // It may be elsewhere than what is staged, and no error would tell that somebody removed it.
      statSync(layout.outputDir);
      return this.#generations.stage(fileSet, former);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') {
        throw fileError(`cannot write a generation to ${layout.generationsDir}`, error);
      }
    }
    // Somebody removed our folders.
    makeFolders(layout, logger);
    return this.#generations.stage(fileSet, undefined);
  }

  async #check(staged: StagedGeneration, check: CheckStaged): Promise<readonly Refusal[]> {
    // The disk and BIRD's parser work side by side: both only read what was staged. Both have ended before we go on.
    const [checked, synced] = await Promise.allSettled([
      check(staged.folder, staged.fileSet),
      staged.sync(),
    ]);
    staged.close();
    if (synced.status === 'rejected') {
      throw fileError(`cannot bring ${staged.folder} safely to the disk`, synced.reason);
    }
    if (checked.status === 'rejected') {
      throw checked.reason;
    }
    return checked.value;
  }

  #tellRefused(sequence: number, attempt: Attempt, refusals: readonly Refusal[]): void {
    const { stories, clock } = this.#options;
    const at = clock.now();
    stories.begin(sequence, attempt);
    stories.add(
      sequence,
      refusals.map((refusal) => refusedAnswer(refusal, { at })),
    );
    stories.write();
  }

  async #install(staged: StagedGeneration, attempt: Attempt): Promise<void> {
    const { layout, clock, logger, stories, otherWriter } = this.#options;
    const { sequence, fileSet, marks } = staged;
    const former = this.#standing;
    const names = linkOrder(fileSet);
    try {
      const missing = missingLinks(layout, names);
      const early = missing.filter((name) => isInclude(name, fileSet) && isFree(layout, name));
      const late = missing.filter((name) => !early.includes(name));
      // They lead nowhere, and nothing includes them, until the switch; a BIRD that starts right after it must find them.
      makeLinks(layout, early, logger);
      this.#generations.makeCurrent(sequence);
      attempt.wrote = true;
      stories.begin(sequence, attempt);
      this.#standing = { sequence, fileSet, marks };
      const isOtherSet = !hasSameNames(former?.fileSet, fileSet);
      this.#hasOtherLinks ||= isOtherSet || missing.length > 0;
      otherWriter.look(names);
      makeLinks(layout, late, logger);
      const changed = names.filter((name) => former?.marks.get(name) !== marks.get(name));
      stampLinks(layout, changed, clock.now());
      if (isOtherSet) {
        removeOtherLinks(layout, names);
      }
    } catch (error) {
      if (!attempt.wrote) {
        this.#generations.discard(sequence);
      }
      throw fileError(`cannot make generation ${sequence} current in ${layout.outputDir}`, error);
    }
  }
}

/** Included files first: a BIRD that starts in between must not find a main file without its includes. */
function linkOrder(fileSet: FileSet): readonly string[] {
  const names = fileSet.files.map(({ name }) => name);
  const included = names.filter((name) => isInclude(name, fileSet));
  return [...included, ...fileSet.mainFiles.map(({ name }) => name)];
}

function isInclude(file: string, { mainFiles }: FileSet): boolean {
  return mainFiles.every(({ name }) => name !== file);
}

function hasSameNames(a: FileSet | undefined, b: FileSet): boolean {
  const names = (fileSet: FileSet) => fileSet.files.map(({ name }) => name).join('\n');
  return a !== undefined && names(a) === names(b);
}
