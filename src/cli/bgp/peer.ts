/** `birdkeeper bgp peer add|remove|show`. */

import { Argument, Command } from 'commander';

import type { Address } from '../../values/address.js';
import { FAMILIES } from '../../values/family.js';
import { addPeer, doubtsAbout, removePeer } from '../../verbs/peers.js';
import type { CommandContext } from '../command-context.js';
import { addressArgument, asnArgument, nodeOption, outputOption } from './arguments.js';
import { changingCommand, showingCommand } from './bgp-command.js';
import { peersAsJson, peersAsText } from './peer-show.js';

/** The group of commands. */
export function peerCommand(context: CommandContext): Command {
  return new Command('peer')
    .description('BGP peers of all nodes, or of one node.')
    .addCommand(addCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(showCommand(context));
}

function addCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'add',
      description: 'Adds a peer, or changes the AS number of one that is there.',
      declare: (command) =>
        command
          .addArgument(addressArgument())
          .addArgument(new Argument('<as>', 'the word "as"').choices(['as', 'AS']))
          .addArgument(asnArgument('<number>'))
          .addOption(nodeOption('a peer of this node alone; of all nodes unless given')),
      requestOf({ args, options }) {
        const [address, , asn] = args as readonly [Address, string, number];
        return { kind: 'change', verb: addPeer({ address, asn, ...scopeOf(options) }) };
      },
    },
    context,
  );
}

function removeCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'remove',
      description: 'Removes a peer.',
      declare: (command) =>
        command
          .addArgument(addressArgument())
          .addOption(nodeOption('the peer of this node alone; the global one unless given')),
      requestOf({ args, options }) {
        const [address] = args as readonly [Address];
        return { kind: 'change', verb: removePeer({ address, ...scopeOf(options) }) };
      },
    },
    context,
  );
}

interface ScopeOptions {
  readonly node?: string;
}

function scopeOf({ node }: ScopeOptions): { readonly nodeName?: string } {
  return node === undefined ? {} : { nodeName: node };
}

interface ShowOptions extends ScopeOptions {
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly output?: string;
}

function showCommand(context: CommandContext): Command {
  return showingCommand(
    {
      name: 'show',
      description:
        'Shows the global peers, or those of one node; of Calico 3 all BGPPeers, or those that name or select the node.',
      declare: (command) =>
        command
          .option('--ipv4', 'IPv4 peers only')
          .option('--ipv6', 'IPv6 peers only')
          .addOption(nodeOption('the peers of this node alone'))
          .addOption(outputOption()),
      requestOf({ options }) {
        const { node, output, ...only }: ShowOptions = options;
        const chosen = FAMILIES.filter((family) => only[family] === true);
        const families = chosen.length === 0 ? FAMILIES : chosen;
        const which = { families, ...(node !== undefined && { nodeName: node }) };
        const print = output === 'json' ? peersAsJson : peersAsText;
        return {
          kind: 'show',
          doubtsOf: (cluster) => doubtsAbout(cluster, node),
          textOf: (cluster, generations) => print(cluster, generations, which),
        };
      },
    },
    context,
  );
}
