/** `birdkeeper bgp node-mesh [on|off]`. */

import { Argument, type Command } from 'commander';

import { turnNodeMesh } from '../../verbs/node-mesh.js';
import type { CommandContext } from '../command-context.js';
import { print } from '../output.js';
import { addForce, bgpCommandOf, EDIT_EXIT_STATUS } from './bgp-command.js';
import { editBgp } from './edit-store.js';
import { showBgp } from './store.js';

/** The command. */
export function nodeMeshCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'node-mesh',
      description:
        'Turns the full node-to-node mesh on or off; without an argument says which it is.',
      exitStatus: EDIT_EXIT_STATUS,
      declare: (command) =>
        addForce(command).addArgument(new Argument('[state]', 'on or off').choices(['on', 'off'])),
      action: (settings, { args: [state], options }) =>
        state === undefined
          ? showBgp(settings, ({ cluster }) => print(cluster.isMeshEnabled ? 'on' : 'off'))
          : editBgp(settings, turnNodeMesh(state === 'on'), { force: options.force === true }),
    },
    context,
  );
}
