/** `birdkeeper bgp node-mesh [on|off]`. */

import { Argument, type Command } from 'commander';

import { turnNodeMesh } from '../../verbs/node-mesh.js';
import type { CommandContext } from '../command-context.js';
import { changingCommand } from './bgp-command.js';

/** The command. */
export function nodeMeshCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'node-mesh',
      description:
        'Turns the full node-to-node mesh on or off; without an argument says which it is.',
      declare: (command) =>
        command.addArgument(new Argument('[state]', 'on or off').choices(['on', 'off'])),
      requestOf: ({ args: [state] }) =>
        state === undefined
          ? { kind: 'show', textOf: ({ isMeshEnabled }) => (isMeshEnabled ? 'on' : 'off') }
          : { kind: 'change', verb: turnNodeMesh(state === 'on') },
    },
    context,
  );
}
