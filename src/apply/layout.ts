/**
 * Where files are.
 *
 *     OUTPUT/bird.cfg             -> .birdkeeper/current/bird.cfg     fixed paths, one link for each file
 *     OUTPUT/.birdkeeper-lock                                         a socket of the birdkeeper that works here
 *     OUTPUT/.birdkeeper/current  -> generations/7                    one rename of it switches all files
 *     OUTPUT/.birdkeeper/generations/7/{bird.cfg,...,manifest.json}
 *     OUTPUT/.birdkeeper/refused/                                     what BIRD refused last, to look at
 *     OUTPUT/.birdkeeper/replaced/                                    plain files that stood at the fixed paths
 *     OUTPUT/.birdkeeper/{state.json,lock}
 *
 * Links are relative while the state directory is inside of the output directory, so that the folder can be mounted
 * elsewhere for BIRD.
 */

import { randomUUID } from 'node:crypto';
import { isAbsolute, join, relative, resolve } from 'node:path';

/** Paths below an output and a state directory. */
export class Layout {
  readonly outputDir: string;
  readonly stateDir: string;
  readonly generationsDir: string;
  readonly refusedDir: string;
  readonly replacedDir: string;
  readonly currentLink: string;
  readonly stateFile: string;

  /** @param stateDir - `.birdkeeper` inside of the output directory unless given */
  constructor(outputDir: string, stateDir?: string) {
    this.outputDir = resolve(outputDir);
    this.stateDir = resolve(stateDir ?? join(outputDir, '.birdkeeper'));
    this.generationsDir = join(this.stateDir, 'generations');
    this.refusedDir = join(this.stateDir, 'refused');
    this.replacedDir = join(this.stateDir, 'replaced');
    this.currentLink = join(this.stateDir, 'current');
    this.stateFile = join(this.stateDir, 'state.json');
  }

  /** The folder of a generation. */
  generationDir(sequence: number): string {
    return join(this.generationsDir, String(sequence));
  }

  /** The path at which BIRD finds a file. */
  fixedPath(name: string): string {
    return join(this.outputDir, name);
  }

  /** Where a new link is made before it is renamed to the fixed path. */
  newLinkPath(name: string): string {
    return join(this.outputDir, `${NEW_LINK_PREFIX}${name}`);
  }

  /** What the link at the fixed path of a file says. */
  fixedTarget(name: string): string {
    const target = join(this.currentLink, name);
    const inside = relative(this.outputDir, target);
    return inside === '..' || inside.startsWith('../') || isAbsolute(inside) ? target : inside;
  }
}

/** Names of the locks in the output and in the state directory. */
export const OUTPUT_LOCK_NAME = '.birdkeeper-lock';
export const STATE_LOCK_NAME = 'lock';

/** A name for a lock that isn't at its place yet, or not any more. */
export function newLockName(lock: string): string {
  return `${lock}.${randomUUID()}.new`;
}

/** Whether `name` is one of `newLockName`. */
export function isNewLock(name: string, lock: string): boolean {
  return name.startsWith(`${lock}.`) && name.endsWith('.new');
}

/** How the name of a folder begins in which files are checked that are not to be installed. */
export const CHECK_FOLDER_PREFIX = 'birdkeeper-check-';

/** The group of BIRD may read, others may not. */
export const FOLDER_MODE = 0o750;

/** How the name of a link begins that isn't at its place yet. */
export const NEW_LINK_PREFIX = '.birdkeeper-new-';
