/** `birdkeeper run`: the daemon. */

import type { Command } from 'commander';

import type { CommandContext } from './command-context.js';
import { ALL_SETTINGS, settingsOf } from './options.js';
import { onOutputError } from './output.js';
import { version } from './version.js';
import { commandWithSettings } from './with-settings.js';

/** The command. Exit status 0 after an orderly stop; 1 when start-up is impossible; 2 usage; 70 after a bug. */
export function runCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'run',
      description:
        'The daemon: follows the datastore, renders, has BIRD check, swaps the files, has BIRD load them. Runs until SIGTERM or SIGINT; SIGHUP re-reads settings, templates and the whole datastore.',
      exitStatus:
        '0 after an orderly stop; 1 start-up is impossible, and a line says why; 2 usage; 70 a bug in birdkeeper, told with its stack',
      async action(settings, { builtInTemplates, options }) {
        const { runUntilStopped } = await import('../daemon/run-until-stopped.js');
        // Standard output is the log, which looks after its errors itself.
        process.stdout.off('error', onOutputError);
        return runUntilStopped(settings, {
          version,
          builtInTemplates,
          reloadSettings: () => settingsOf(options, ALL_SETTINGS),
        });
      },
    },
    context,
  );
}
