/** `birdkeeper bgp …`: what the old calicoctl's `bgp` was for, and the keys of route reflectors. */

import { Command } from 'commander';

import type { CommandContext } from '../command-context.js';
import { defaultNodeAsCommand } from './default-node-as.js';
import { nodeMeshCommand } from './node-mesh.js';
import { peerCommand } from './peer.js';
import { reflectorCommand } from './reflector.js';

/** The group of commands. */
export function bgpCommand(context: CommandContext): Command {
  return new Command('bgp')
    .description("Shows and changes the cluster's BGP configuration in the datastore.")
    .addCommand(nodeMeshCommand(context))
    .addCommand(peerCommand(context))
    .addCommand(reflectorCommand(context))
    .addCommand(defaultNodeAsCommand(context));
}
