/** The folders below an output directory: who may read them, and what a crash left in them. */

import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Logger } from '../../base/logger.js';
import { fileError } from '../apply-error.js';
import {
  CHECK_FOLDER_PREFIX,
  FOLDER_MODE,
  isNewLock,
  type Layout,
  NEW_LINK_PREFIX,
  OUTPUT_LOCK_NAME,
  STATE_LOCK_NAME,
} from '../layout.js';

// With the set-group-ID bit everything below gets the group of the folder.
const SHARED_FOLDER_MODE = 0o2750;
const MODE_BITS = 0o7777;

/**
 * Makes the folders that are missing. The state directory takes over the group of the output directory: BIRD commonly
 * runs as a group of its own (`bird -g bird`) and must be able to read what is in there.
 *
 * @throws {ApplyError}
 */
export function makeFolders(layout: Layout, logger: Logger): void {
  try {
    mkdirSync(layout.outputDir, { recursive: true, mode: FOLDER_MODE });
    mkdirSync(layout.generationsDir, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    throw fileError(`cannot make the folder ${layout.generationsDir}`, error);
  }
  try {
    const { gid } = statSync(layout.outputDir);
    for (const folder of [layout.stateDir, layout.generationsDir]) {
      shareFolder(folder, gid);
    }
  } catch (error) {
    logger.warn(
      { folder: layout.stateDir, err: error },
      'cannot give the folder the group of the output directory; see that BIRD may read it',
    );
  }
}

/** Below an output directory with the set-group-ID bit all is right from the start, and a sandbox may forbid to change it. */
function shareFolder(folder: string, gid: number): void {
  const stats = statSync(folder);
  if (stats.gid !== gid) {
    chownSync(folder, -1, gid);
  }
  if ((stats.mode & MODE_BITS) !== SHARED_FOLDER_MODE || stats.gid !== gid) {
    chmodSync(folder, SHARED_FOLDER_MODE);
  }
}

/** A lock is made in milliseconds: an older one that isn't at its place was left by a crash. */
const LOCK_LEFT_MS = 60_000;

/** Removes what a crash left half made. The lock must be held: what another birdkeeper is making is none of ours. */
export function removeLeftovers(
  { outputDir, stateDir, currentLink, stateFile }: Layout,
  nowMs: number,
): void {
  const isLeft = (folder: string, name: string, lock: string): boolean =>
    name.startsWith(NEW_LINK_PREFIX) ||
    name.startsWith(CHECK_FOLDER_PREFIX) ||
    (isNewLock(name, lock) && isOlder(join(folder, name), nowMs - LOCK_LEFT_MS));
  const leftIn = (folder: string, lock: string): readonly string[] =>
    readdirSync(folder)
      .filter((name) => isLeft(folder, name, lock))
      .map((name) => join(folder, name));
  const leftovers = [
    ...leftIn(outputDir, OUTPUT_LOCK_NAME),
    ...leftIn(stateDir, STATE_LOCK_NAME),
    `${currentLink}.new`,
    `${stateFile}.new`,
  ];
  for (const path of leftovers) {
    rmSync(path, { force: true, recursive: true });
  }
}

function isOlder(path: string, thanMs: number): boolean {
  return (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? thanMs) < thanMs;
}
