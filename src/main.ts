#!/usr/bin/env node
/** The process: arguments in, exit status out. The only file that may end it. */

import { fileURLToPath } from 'node:url';

import { runCli } from './cli/cli.js';

// Beside the program's folder, built (dist/) or not (src/).
const builtInTemplates = fileURLToPath(new URL('../templates', import.meta.url));

process.exit(await runCli(process.argv.slice(2), builtInTemplates));
