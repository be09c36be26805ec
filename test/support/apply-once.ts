/**
 * Applies one generation as a start of birdkeeper does, and ends: `apply-once.ts BIRD BIRDC SOCKET OUTPUT_DIR N`. Prints the calls
 * that changed files, a line each; `KILL_AT` ends it at one of them (kill-at.ts).
 */

import { Applier } from '../../src/apply/applier.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { filesWithInclude } from './apply-files.js';
import { callsMade } from './kill-at.js';

const [birdPath = '', birdcPath = '', socketPath = '', outputDir = '', number = ''] =
  process.argv.slice(2);
const applier = await Applier.open({
  outputDir,
  birds: [{ daemon: 'bird', birdPath, birdcPath, socketPath }],
  clock: systemClock,
  logger: silentLogger,
  keepGenerations: 2,
});
await applier.apply(filesWithInclude(Number(number)));
await applier.close();
console.log(callsMade.join('\n'));
