/** `birdkeeper explain`: why something is as it is on this host. */

import { Argument, type Command } from 'commander';

import type { Problem } from '../base/problem.js';
import { outputOption } from './bgp/arguments.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { hidingPasswords } from './hide-passwords.js';
import { print, warn } from './output.js';
import { commandWithSettings } from './with-settings.js';

/** The command. Exit status 0 explained; 1 nothing is known of it; 2 usage, or an error. */
export function explainCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'explain',
      description:
        'Says why, from what run would plan right now: which keys and which rule make a session, or why there is none; what the filters do with a prefix; which key a line is of. Passwords are not shown.',
      exitStatus:
        '0 explained; 1 nothing is known of it; 2 usage, or the datastore or BIRD could not be asked',
      declare: (command) =>
        command
          .addArgument(
            new Argument(
              '<what>',
              'an address, a prefix, the name of a node or session, a key, or FILE:LINE such as bird.cfg:12',
            ),
          )
          .addOption(outputOption()),
      async action(settings, { builtInTemplates, options, args: [what] }) {
        const { renderAsRun } = await import('./render-once.js');
        const problems: Problem[] = [];
        const rendered = await renderAsRun(settings, builtInTemplates, (one) => problems.push(one));
        if (!rendered.ok) {
          warn(rendered.reason);
          return EXIT.error;
        }
        const { explain } = await import('../explain/explain.js');
        const { isKnown } = await import('../explain/explanation.js');
        const { explanationText } = await import('../explain/explanation-text.js');
        const { plan, fileSet } = rendered.planned;
        const { cluster, host } = rendered;
        const hide = hidingPasswords();
        const files = fileSet.files.map(({ name, text }) => ({ name, text: hide(text) }));
        const answer = explain({ plan, cluster, host, problems }, files, String(what));
        print(
          options.output === 'json'
            ? JSON.stringify(answer, undefined, 2)
            : explanationText(answer).join('\n'),
        );
        return isKnown(answer) ? EXIT.ok : EXIT.no;
      },
    },
    context,
  );
}
