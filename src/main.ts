#!/usr/bin/env node
/** The process: arguments in, exit status out. The only file that may end it. */

import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// V8 lets the space for new objects grow to 3 x 16 MiB while the datastore is read at start, and never gives it back: with
// 5,000 nodes a quarter of all memory. Held at its first size, it costs a few milliseconds of that start. It has to be said
// before anything else is loaded.
setFlagsFromString('--semi-space-growth-factor=1');
// Nor may V8 learn from the first pass, in which every session is new and stays, that objects made there grow old: it would put
// those of every later pass, which are garbage at once, among the old ones. That is half a megabyte a pass at 5,000 nodes.
setFlagsFromString('--no-allocation-site-pretenuring');
const { runCli } = await import('./cli/cli.js');

// Beside the program's folder, built (dist/) or not (src/).
const builtInTemplates = fileURLToPath(new URL('../templates', import.meta.url));

process.exit(await runCli(process.argv.slice(2), builtInTemplates));
