/** The folders below an output directory: who may read them, and what a crash left in them. */

import { chmod, chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Logger } from '../../base/logger.js';
import { fileError } from '../apply-error.js';
import { type Layout, NEW_LINK_PREFIX } from '../layout.js';

const FOLDER_MODE = 0o750;
// With the set-group-ID bit everything below gets the group of the folder.
const SHARED_FOLDER_MODE = 0o2750;

/**
 * Makes the folders that are missing. The state directory takes over the group of the output directory: BIRD commonly
 * runs as a group of its own (`bird -g bird`) and must be able to read what is in there.
 *
 * @throws {ApplyError}
 */
export async function makeFolders(layout: Layout, logger: Logger): Promise<void> {
  try {
    await mkdir(layout.outputDir, { recursive: true, mode: FOLDER_MODE });
    await mkdir(layout.generationsDir, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    throw fileError(`cannot make the folder ${layout.generationsDir}`, error);
  }
  try {
    const { gid } = await stat(layout.outputDir);
    for (const folder of [layout.stateDir, layout.generationsDir]) {
      await chown(folder, -1, gid);
      await chmod(folder, SHARED_FOLDER_MODE);
    }
  } catch (error) {
    logger.warn(
      { folder: layout.stateDir, err: error },
      'cannot give the folder the group of the output directory; see that BIRD may read it',
    );
  }
}

/** Removes what a crash left half made. The lock must be held: what another birdkeeper is making is none of ours. */
export async function removeLeftovers(layout: Layout): Promise<void> {
  const names = await readdir(layout.outputDir);
  const links = names.filter((name) => name.startsWith(NEW_LINK_PREFIX));
  const leftovers = [
    ...links.map((name) => join(layout.outputDir, name)),
    `${layout.currentLink}.new`,
    `${layout.stateFile}.new`,
  ];
  await Promise.all(leftovers.map((path) => rm(path, { force: true })));
}
