/** Checks of configurations that are not going to be installed. */

import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { FileSet } from '../../render/file-set.js';
import { RenderedFile } from '../../render/rendered-file.js';
import { fileError } from '../apply-error.js';
import type { Refusal } from '../apply-outcome.js';
import type { BirdInstance } from '../bird-instance.js';
import { FILE_MODE } from '../disk/small-file.js';
import { CHECK_FOLDER_PREFIX, FOLDER_MODE } from '../layout.js';
import { directRunner } from '../process/program-run.js';
import { checkFolder } from './check-folder.js';

/** What a single check needs. */
export interface CheckOnceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** 10 s unless given. */
  readonly timeoutMs?: number;
  /**
   * Where the files are written to, in a folder of their own; the folder for temporary files unless given. Where the running
   * BIRD checks for want of the program, it must see this under the same path.
   */
  readonly folder?: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * The refusals of `fileSet`; none when BIRD accepts it. The files are written to a folder of their own and removed.
 *
 * @throws {ApplyError} when BIRD could not be asked
 */
export async function checkFileSet(
  fileSet: Pick<FileSet, 'files' | 'mainFiles'>,
  birds: readonly BirdInstance[],
  { clock, logger, timeoutMs = DEFAULT_TIMEOUT_MS, folder: parent = tmpdir() }: CheckOnceOptions,
): Promise<readonly Refusal[]> {
  const runner = directRunner(clock);
  const folder = await makeFolder(parent);
  try {
    for (const { name, text } of fileSet.files) {
      await writeFile(join(folder, name), text, { mode: FILE_MODE });
    }
    return await checkFolder(folder, fileSet, {
      birds: birds.map((instance) => ({ instance, runner })),
      clock,
      timeoutMs,
      onWarning: (daemon, line) => logger.warn({ daemon, line }, 'BIRD accepts but warns'),
    });
  } catch (error) {
    throw fileError(`cannot write the files to check to ${folder}`, error);
  } finally {
    // What can't be removed now is removed at the next start.
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** Raw statements of a user, and what they are to be checked in. */
export interface StatementsToCheck {
  /** Complete lines of configuration before the statements, such as the head of a filter. */
  readonly before: string;
  readonly statements: string;
  readonly after: string;
}

/**
 * Why BIRD refuses raw statements on their own, as `line N: message` with N counted from their first; `undefined` when it
 * accepts them.
 *
 * @throws {ApplyError} when BIRD could not be asked
 */
export async function checkStatements(
  { before, statements, after }: StatementsToCheck,
  bird: BirdInstance,
  options: CheckOnceOptions,
): Promise<string | undefined> {
  const name = 'statements.cfg';
  const fileSet = {
    files: [RenderedFile.ofText(name, `${before}\n${statements}\n${after}\n`)],
    mainFiles: [{ daemon: bird.daemon, name, isOptional: false }],
  };
  const [refusal] = await checkFileSet(fileSet, [bird], options);
  if (refusal === undefined) {
    return undefined;
  }
  const line = refusal.line - before.split('\n').length;
  const isInside = line >= 1 && line <= statements.split('\n').length;
  // A brace too few or too many is noticed in what follows; at the end of the file some BIRDs say "line 1".
  const place = isInside ? `line ${line}` : 'at the end of the statements';
  return `${place}: ${refusal.message}`;
}

async function makeFolder(parent: string): Promise<string> {
  try {
    // Not mkdtemp: a running BIRD that checks the files may be of another user, of the group that the folder above hands on.
    const folder = join(parent, `${CHECK_FOLDER_PREFIX}${randomUUID()}`);
    await mkdir(folder, { mode: FOLDER_MODE });
    return folder;
  } catch (error) {
    throw fileError(`cannot make a folder for the check in ${parent}`, error);
  }
}
