/** The generations that are kept on disk, with their stories: for commands that look at them while a daemon may work. */

import { join } from 'node:path';

import type { BirdDaemon } from '../../render/file-set.js';
import { currentSequenceIn, sequencesIn } from '../disk/generation-folders.js';
import { MANIFEST_NAME, parseManifest } from '../disk/manifest.js';
import { readTextIfThere } from '../disk/small-file.js';
import type { Layout } from '../layout.js';
import { LoadedFacts } from '../loaded-facts.js';
import { type FoundStory, readStory } from './stories.js';

/** A generation that is kept. */
export interface KeptGeneration {
  /** Absent of a refused one whose story isn't known. */
  readonly sequence?: number;
  /** Digest of its files; absent when its manifest can't be read. */
  readonly digest?: string;
  readonly files: readonly string[];
  readonly isCurrent: boolean;
  /** BIRD refused it: kept to be looked at. */
  readonly isRefused: boolean;
  /** The BIRDs that it was the last one of that they confirmed. */
  readonly loadedBy: readonly BirdDaemon[];
  readonly story: FoundStory;
}

const DAEMONS: readonly BirdDaemon[] = ['bird', 'bird6'];

/** The oldest first; what was refused last stands where its number belongs. @throws an error of the file system */
export function readHistory(layout: Layout): readonly KeptGeneration[] {
  const facts = new LoadedFacts(layout.stateFile);
  facts.read();
  const current = currentSequenceIn(layout);
  const kept = sequencesIn(layout).map((sequence) => ({
    ...inFolder(layout.generationDir(sequence)),
    sequence,
    isCurrent: sequence === current,
    isRefused: false,
    loadedBy: DAEMONS.filter((daemon) => facts.get(daemon)?.sequence === sequence),
  }));
  return [...kept, ...refusedIn(layout)].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
}

function refusedIn({ refusedDir }: Layout): readonly KeptGeneration[] {
  const found = inFolder(refusedDir);
  if (found.digest === undefined) {
    return [];
  }
  const sequence = typeof found.story === 'object' && { sequence: found.story.sequence };
  return [{ ...found, ...sequence, isCurrent: false, isRefused: true, loadedBy: [] }];
}

function inFolder(folder: string): Pick<KeptGeneration, 'digest' | 'files' | 'story'> {
  const manifest = parseManifest(readTextIfThere(join(folder, MANIFEST_NAME)));
  return {
    ...(manifest && { digest: manifest.digest }),
    files: manifest?.files ?? [],
    story: readStory(folder),
  };
}
