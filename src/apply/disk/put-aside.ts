import { lstatSync, renameSync } from 'node:fs';

import type { Logger } from '../../base/logger.js';

/**
 * Moves what stands in the place of a link of ours out of the way, to a free name beside it: `bird.cfg.replaced`, then
 * `bird.cfg.replaced-2` and so on. Said at level warn.
 */
export function putAside(path: string, logger: Logger): void {
  const first = `${path}.replaced`;
  let free = first;
  for (let n = 2; lstatSync(free, { throwIfNoEntry: false }) !== undefined; n += 1) {
    free = `${first}-${n}`;
  }
  renameSync(path, free);
  logger.warn(
    { path, movedTo: free, advice: 'remove it when nobody needs it any more' },
    'moved a folder aside that stood in the place of a link of ours',
  );
}
