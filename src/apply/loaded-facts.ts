/**
 * What each BIRD process is known to run: the generation that it accepted, and which process it was.
 *
 * Kept on disk, so that a restart of birdkeeper reloads nothing that is loaded, and loads what is not. A fact is written
 * after BIRD confirmed, and names a generation by its number, which is never used twice: a crash at any moment leaves at
 * worst an old fact, and costs one reload that changes nothing. So the file is replaced without waiting for the disk.
 */

import { statSync } from 'node:fs';

import * as v from 'valibot';

import type { BirdDaemon } from '../render/file-set.js';
import { readTextIfThere, replaceFile } from './disk/small-file.js';

const Fact = v.object({
  sequence: v.number(),
  digest: v.string(),
  process: v.optional(v.string()),
  isInProgress: v.boolean(),
  loadedAt: v.number(),
});
const State = v.object({
  version: v.literal(2),
  loaded: v.object({ bird: v.exactOptional(Fact), bird6: v.exactOptional(Fact) }),
});

/** One fact. */
export interface LoadedFact {
  readonly sequence: number;
  /** Digest of that generation's file set. */
  readonly digest: string;
  /** Which BIRD process it was; `undefined` when it had no control socket to know it by. */
  readonly process?: string | undefined;
  /** BIRD said that some protocols were still going down or up. */
  readonly isInProgress: boolean;
  /** Milliseconds since 1970. */
  readonly loadedAt: number;
}

/** Facts by BIRD process, in memory and on disk. */
export class LoadedFacts {
  readonly #path: string;
  #facts: Readonly<Partial<Record<BirdDaemon, LoadedFact>>> = {};

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes in what the last run knew; a file that can't be understood is as good as none. */
  read(): void {
    const text = readTextIfThere(this.#path);
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), State), text);
    this.#facts = parsed.success ? parsed.output.loaded : {};
  }

  get(daemon: BirdDaemon): LoadedFact | undefined {
    return this.#facts[daemon];
  }

  /** The highest generation that any fact names; 0 without facts. */
  get usedSequence(): number {
    return Math.max(0, ...Object.values(this.#facts).map(({ sequence }) => sequence));
  }

  set(daemon: BirdDaemon, fact: LoadedFact): void {
    this.#facts = { ...this.#facts, [daemon]: fact };
  }

  /** Brings the facts to the file. */
  write(): void {
    replaceFile(this.#path, JSON.stringify({ version: 2, loaded: this.#facts }));
  }
}

/**
 * Which BIRD process answers at a control socket: BIRD makes the socket anew at each start, so the socket's inode and time
 * tell processes apart. `undefined` without a socket.
 */
export function processAt(socketPath: string): string | undefined {
  try {
    const stats = statSync(socketPath, { bigint: true, throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}:${stats.mtimeNs}`;
  } catch {
    // Not ours to look at: as good as none.
    return undefined;
  }
}
