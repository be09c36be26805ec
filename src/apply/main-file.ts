/**
 * Which file BIRD reads when it is told to configure: the one that it was started with. It may include ours, or be ours at
 * another mount point.
 */

import { realpathSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';

import type { Logger } from '../base/logger.js';
import type { BirdDaemon, FileSet } from '../render/file-set.js';

/** What is needed to tell. */
export interface MainFileOptions {
  readonly logger: Logger;
  /** The path at which BIRD is to find a file of ours. */
  readonly fixedPath: (name: string) => string;
}

/** See the head of this file. Another file than ours is said once. */
export class MainFile {
  readonly #options: MainFileOptions;
  readonly #strange = new Set<string>();

  constructor(options: MainFileOptions) {
    this.#options = options;
  }

  /**
   * Whether the file that BIRD said it reads is the one that is written for it, as far as can be told.
   *
   * @param file - absent when BIRD, or its client, said nothing of it
   */
  isOurs(daemon: BirdDaemon, file: string | undefined, { mainFiles }: FileSet): boolean {
    const main = mainFiles.find((candidate) => candidate.daemon === daemon);
    if (file === undefined || main === undefined || !isAbsolute(file)) {
      return true;
    }
    const wanted = this.#options.fixedPath(main.name);
    if (isSameFile(file, wanted)) {
      return true;
    }
    this.#say(daemon, file, wanted);
    return false;
  }

  /** Whether a path that BIRD names is that of a file of ours, and not of another one with the same name. */
  isOurPath(path: string): boolean {
    return !isAbsolute(path) || isSameFile(path, this.#options.fixedPath(basename(path)));
  }

  #say(daemon: BirdDaemon, file: string, wanted: string): void {
    if (this.#strange.has(file)) {
      return;
    }
    this.#strange.add(file);
    this.#options.logger.warn(
      {
        daemon,
        file,
        wanted,
        advice: `start BIRD with -c ${wanted}, unless ${file} includes it`,
      },
      'BIRD reads another file than the one that is written for it',
    );
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return one === other || realpathSync(one) === realpathSync(other);
  } catch {
    // BIRD's file isn't there for us: it lives in a file system of its own, and by its name it may be ours.
    return basename(one) === basename(other);
  }
}
