/** The paths at which BIRD finds its files: links into the current generation, which stay as they are. */

import {
  copyFile,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';

import type { Logger } from '../../base/logger.js';
import type { Layout } from '../layout.js';
import { systemErrorCode } from './system-error.js';

/** Which of `names` have no link at their fixed path, or another one. */
export async function missingLinks(
  layout: Layout,
  names: readonly string[],
): Promise<readonly string[]> {
  const targets = await Promise.all(names.map((name) => targetOf(layout.fixedPath(name))));
  return names.filter((name, i) => targets[i] !== layout.fixedTarget(name));
}

/**
 * Puts a link at each fixed path by one rename, the last of `names` last. What stood there is gone then; a plain file of
 * another tool is kept as a copy.
 */
export async function makeLinks(
  layout: Layout,
  names: readonly string[],
  logger: Logger,
): Promise<void> {
  for (const name of names) {
    const path = layout.fixedPath(name);
    await keepCopy(layout, name, logger);
    await rm(layout.newLinkPath(name), { force: true });
    await symlink(layout.fixedTarget(name), layout.newLinkPath(name));
    await rename(layout.newLinkPath(name), path);
  }
}

/**
 * Stamps links with the time of the change: `ls -l` tells when a file last changed, and whoever watches the fixed path by
 * inotify gets an event, which the rename in another folder would not give.
 */
export async function stampLinks(
  layout: Layout,
  names: readonly string[],
  nowMs: number,
): Promise<void> {
  await Promise.all(
    names.map((name) => lutimes(layout.fixedPath(name), nowMs / 1000, nowMs / 1000)),
  );
}

/** Removes the links of ours whose files are not among `names` any more. */
export async function removeOtherLinks(layout: Layout, names: readonly string[]): Promise<void> {
  const others = (await readdir(layout.outputDir)).filter((name) => !names.includes(name));
  for (const name of others) {
    if ((await targetOf(layout.fixedPath(name))) === layout.fixedTarget(name)) {
      await rm(layout.fixedPath(name), { force: true });
    }
  }
}

async function targetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    // Nothing there, or a plain file.
    if (['ENOENT', 'EINVAL'].includes(systemErrorCode(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/** The first file of another tool is kept for ever, of later ones the last. */
async function keepCopy(layout: Layout, name: string, logger: Logger): Promise<void> {
  const path = layout.fixedPath(name);
  if (!(await isPlainFile(path))) {
    return;
  }
  const original = join(layout.replacedDir, `${name}.original`);
  const copy = (await isPlainFile(original))
    ? join(layout.replacedDir, `${name}.latest`)
    : original;
  await mkdir(layout.replacedDir, { recursive: true, mode: 0o700 });
  await copyFile(path, copy);
  logger.warn({ file: path, copy }, 'replacing a file that is not ours; a copy is kept');
}

async function isPlainFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return false;
    }
    throw error;
  }
}
