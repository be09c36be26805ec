/** `birdkeeper bgp default-node-as [N]`. */

import type { Command } from 'commander';

import { setDefaultNodeAs } from '../../verbs/default-node-as.js';
import type { CommandContext } from '../command-context.js';
import { print } from '../output.js';
import { asnArgument } from './arguments.js';
import { addForce, bgpCommandOf, EDIT_EXIT_STATUS } from './bgp-command.js';
import { editBgp } from './edit-store.js';
import { showBgp } from './store.js';

/** The command. */
export function defaultNodeAsCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'default-node-as',
      description:
        'Sets the AS number of nodes that have none of their own; without an argument shows it.',
      exitStatus: EDIT_EXIT_STATUS,
      declare: (command) => addForce(command).addArgument(asnArgument('[number]')),
      action: (settings, { args, options }) => {
        const [asn] = args as readonly [number?];
        return asn === undefined
          ? showBgp(settings, ({ cluster }) => print(String(cluster.defaultAsn.asn)))
          : editBgp(settings, setDefaultNodeAs(asn), { force: options.force === true });
      },
    },
    context,
  );
}
