/** The process: arguments in, exit status out. The only file that may end it. */

import { runCli } from './cli/cli.js';

process.exitCode = await runCli(process.argv.slice(2));
