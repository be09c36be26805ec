/** `birdkeeper bgp default-node-as [N]`. */

import type { Command } from 'commander';

import { setDefaultNodeAs } from '../../verbs/default-node-as.js';
import type { CommandContext } from '../command-context.js';
import { asnArgument } from './arguments.js';
import { changingCommand } from './bgp-command.js';

/** The command. */
export function defaultNodeAsCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'default-node-as',
      description:
        'Sets the AS number of nodes that have none of their own; without an argument shows it.',
      declare: (command) => command.addArgument(asnArgument('[number]')),
      requestOf({ args }) {
        const [asn] = args as readonly [number?];
        return asn === undefined
          ? { kind: 'show', textOf: ({ defaultAsn }) => String(defaultAsn.asn) }
          : { kind: 'change', verb: setDefaultNodeAs(asn) };
      },
    },
    context,
  );
}
