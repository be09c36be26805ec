/**
 * Applies one generation after the other, until it is killed: `apply-loop.ts BIRD BIRDC SOCKET OUTPUT_DIR FIRST`. Every
 * fourth is one that BIRD refuses. Prints a line for each outcome.
 */
import { Applier } from '../../src/apply/applier.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { numberedFiles } from './apply-files.js';

const [birdPath = '', birdcPath = '', socketPath = '', outputDir = '', first = '1'] =
  process.argv.slice(2);
const applier = await Applier.open({
  outputDir,
  birds: [{ daemon: 'bird', birdPath, birdcPath, socketPath }],
  clock: systemClock,
  logger: silentLogger,
  keepGenerations: 2,
});
for (let n = Number(first); ; n++) {
  const more = n % 4 === 0 ? 'foo;\n' : `# ${'x'.repeat((n * 7919) % 20_000)}\n`;
  const { kind } = await applier.apply(numberedFiles(n, { more }));
  console.log(n, kind);
}
