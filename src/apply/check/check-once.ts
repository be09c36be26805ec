/** Checks of configurations that are not going to be installed. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { FileSet } from '../../render/file-set.js';
import { RenderedFile } from '../../render/rendered-file.js';
import { fileError } from '../apply-error.js';
import type { Refusal } from '../apply-outcome.js';
import type { BirdInstance } from '../bird-instance.js';
import { directRunner } from '../process/program-run.js';
import { checkFolder } from './check-folder.js';

/** What a single check needs. */
export interface CheckOnceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** 10 s unless given. */
  readonly timeoutMs?: number;
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
  { clock, logger, timeoutMs = DEFAULT_TIMEOUT_MS }: CheckOnceOptions,
): Promise<readonly Refusal[]> {
  const runner = directRunner(clock);
  const folder = await makeFolder();
  try {
    for (const { name, text } of fileSet.files) {
      await writeFile(join(folder, name), text, { mode: 0o600 });
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
    await rm(folder, { recursive: true, force: true });
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

async function makeFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'birdkeeper-check-'));
  } catch (error) {
    throw fileError('cannot make a temporary folder for the check', error);
  }
}
