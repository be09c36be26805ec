import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DiskSync } from '../../../../src/apply/disk/disk-sync.js';
import { makeFolders } from '../../../../src/apply/disk/folders.js';
import { Generations, type StagedGeneration } from '../../../../src/apply/disk/generations.js';
import { Layout } from '../../../../src/apply/layout.js';
import { type FileSet, fileSetOf } from '../../../../src/render/file-set.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

/** Folders as the applier makes them, with what works in them. */
export interface DiskSite {
  readonly layout: Layout;
  readonly logger: RecordingLogger;
  readonly clock: ManualClock;
  readonly disk: DiskSync;
  readonly generations: Generations;
}

/** Folders for the test in hand. @param fsync - fsync(2) unless given */
export async function diskSiteForTest(
  fsync?: (descriptor: number) => Promise<void>,
): Promise<DiskSite> {
  const layout = new Layout(join(await folderForTest(), 'config'));
  const [logger, clock] = [new RecordingLogger(), new ManualClock()];
  mkdirSync(layout.outputDir);
  makeFolders(layout, logger);
  const disk = new DiskSync({ clock, ...(fsync && { fsync }) });
  return { layout, logger, clock, disk, generations: new Generations(layout, disk, logger) };
}

/**
 * A later run of birdkeeper in the same folders, with what it finds.
 *
 * @param loaded - generations that BIRD is known to have run, newest first
 */
export function openedAnew({ layout, disk, logger }: DiskSite, loaded: readonly number[] = []) {
  const generations = new Generations(layout, disk, logger);
  return { generations, found: generations.open(loaded) };
}

/** A file set of a main file with this text, and of more files. */
export function filesOf(text: string, more: Readonly<Record<string, string>> = {}): FileSet {
  const files = Object.entries({ 'bird.cfg': text, ...more });
  return fileSetOf(
    files.map(([name, content]) => ({ name, text: content })),
    [{ daemon: 'bird', name: 'bird.cfg', isOptional: false }],
  );
}

/** Stages `fileSet` and makes it current, as an attempt that goes well does. */
export function installed(
  generations: Generations,
  fileSet: FileSet,
  former?: StagedGeneration,
): StagedGeneration {
  const staged = generations.stage(fileSet, former);
  staged.close();
  generations.makeCurrent(staged.sequence);
  return staged;
}

/** The names in a folder, sorted. */
export function namesIn(folder: string): readonly string[] {
  return readdirSync(folder).sort();
}
