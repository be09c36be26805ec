/** The paths at which BIRD finds its files: links into the current generation, which stay as they are. */

import {
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Logger } from '../../base/logger.js';
import { systemErrorCode } from '../../base/system-error.js';
import type { Layout } from '../layout.js';
import { putAside } from './put-aside.js';

/** Which of `names` have no link at their fixed path, or another one. */
export function missingLinks(layout: Layout, names: readonly string[]): readonly string[] {
  return names.filter((name) => targetOf(layout.fixedPath(name)) !== layout.fixedTarget(name));
}

/**
 * Puts a link at each fixed path by one rename, in the order of `names`. What stood there is gone then; a plain file of
 * another tool is kept as a copy, a folder is moved aside.
 */
export function makeLinks(layout: Layout, names: readonly string[], logger: Logger): void {
  for (const name of names) {
    keepCopy(layout, name, logger);
    if (lstatSync(layout.fixedPath(name), { throwIfNoEntry: false })?.isDirectory()) {
      putAside(layout.fixedPath(name), logger);
    }
    rmSync(layout.newLinkPath(name), { force: true, recursive: true });
    symlinkSync(layout.fixedTarget(name), layout.newLinkPath(name));
    renameSync(layout.newLinkPath(name), layout.fixedPath(name));
  }
}

/**
 * Stamps links with the time of the change: `ls -l` tells when a file last changed, and whoever watches the fixed path by
 * inotify gets an event, which the rename in another folder would not give.
 */
export function stampLinks(layout: Layout, names: readonly string[], nowMs: number): void {
  for (const name of names) {
    lutimesSync(layout.fixedPath(name), nowMs / 1000, nowMs / 1000);
  }
}

/** Removes the links of ours whose files are not among `names` any more. */
export function removeOtherLinks(layout: Layout, names: readonly string[]): void {
  const others = readdirSync(layout.outputDir).filter((name) => !names.includes(name));
  for (const name of others) {
    if (targetOf(layout.fixedPath(name)) === layout.fixedTarget(name)) {
      rmSync(layout.fixedPath(name), { force: true });
    }
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // Nothing there, or a plain file.
    if (['ENOENT', 'EINVAL'].includes(systemErrorCode(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/** The first file of another tool is kept for ever, of later ones the last. */
function keepCopy(layout: Layout, name: string, logger: Logger): void {
  const path = layout.fixedPath(name);
  if (!isPlainFile(path)) {
    return;
  }
  const original = join(layout.replacedDir, `${name}.original`);
  const copy = isPlainFile(original) ? join(layout.replacedDir, `${name}.latest`) : original;
  mkdirSync(layout.replacedDir, { recursive: true, mode: 0o700 });
  copyFileSync(path, copy);
  logger.warn({ file: path, copy }, 'replacing a file that is not ours; a copy is kept');
}

/** Whether nothing at all stands at a fixed path. */
export function isFree(layout: Layout, name: string): boolean {
  return lstatSync(layout.fixedPath(name), { throwIfNoEntry: false }) === undefined;
}

/** Whether a file stands there, and no link or folder. */
export function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
