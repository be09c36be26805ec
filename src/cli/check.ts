/** `birdkeeper check`: render, then have the real BIRD parse the result. */

import type { Command } from 'commander';

import { ApplyError } from '../apply/apply-error.js';
import { systemClock } from '../base/clock.js';
import { birdsOf } from '../daemon/parts.js';
import { refusalText, traced } from '../daemon/pass-report.js';
import { commandLogger } from '../observe/log.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { print, warn } from './output.js';
import { commandWithSettings } from './with-settings.js';

/** The command. Exit status 0 accepted; 1 refused; 2 usage, or BIRD or the datastore could not be asked. */
export function checkCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'check',
      description:
        'Renders, then has the real BIRD parse the result (bird -p). Names file, line and datastore key of what is refused.',
      exitStatus: '0 accepted; 1 refused; 2 usage, or BIRD or the datastore could not be asked',
      async action(settings, { builtInTemplates }) {
        const { renderAsRun } = await import('./render-once.js');
        const rendered = await renderAsRun(settings, builtInTemplates);
        if (!rendered.ok) {
          warn(rendered.reason);
          return EXIT.error;
        }
        const { checkFileSet } = await import('../apply/check/check-once.js');
        const { fileSet } = rendered.planned;
        try {
          const refusals = await checkFileSet(fileSet, birdsOf(settings, rendered.dialect), {
            clock: systemClock,
            logger: commandLogger('warn'),
          });
          for (const refusal of refusals) {
            warn(`refused by ${refusal.daemon}: ${refusalText(traced(refusal, fileSet))}`);
          }
          if (refusals.length === 0) {
            print(`accepted: ${fileSet.files.map(({ name }) => name).join(' ')}`);
          }
          return refusals.length === 0 ? EXIT.ok : EXIT.no;
        } catch (error) {
          if (error instanceof ApplyError) {
            warn(`${error.message}; ${error.advice}`);
            return EXIT.error;
          }
          throw error;
        }
      },
    },
    context,
  );
}
