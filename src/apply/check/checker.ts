import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { BirdDaemon, FileSet } from '../../render/file-set.js';
import type { Refusal } from '../apply-outcome.js';
import { type CheckingBird, checkFolder } from './check-folder.js';

/** What a checker needs. */
export interface CheckerOptions {
  readonly birds: readonly CheckingBird[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

/** Checks one folder after the other as `checkFolder` does; what BIRD warns of is logged once. */
export function checkerOf({
  logger,
  ...context
}: CheckerOptions): (folder: string, fileSet: FileSet) => Promise<readonly Refusal[]> {
  const said = new Set<string>();
  const onWarning = (daemon: BirdDaemon, line: string): void => {
    const warning = line.replaceAll(/\S*\/generations\/\d+\//g, '');
    if (!said.has(warning)) {
      said.add(warning);
      logger.warn({ daemon, line: warning }, 'BIRD accepts but warns');
    }
  };
  return (folder, fileSet) => checkFolder(folder, fileSet, { ...context, onWarning });
}
