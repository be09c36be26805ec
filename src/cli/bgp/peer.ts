/** `birdkeeper bgp peer add|remove|show`. */

import { Argument, Command } from 'commander';

import { type Address, familyOf } from '../../values/address.js';
import { FAMILIES, FAMILY_LABELS, type Family } from '../../values/family.js';
import {
  addPeer,
  doubtsAbout,
  listPeers,
  removePeer,
  type StandingPeer,
} from '../../verbs/peers.js';
import type { CommandContext } from '../command-context.js';
import { tableOf } from '../table.js';
import { addressArgument, asnArgument, nodeOption, outputOption } from './arguments.js';
import { changingCommand, showingCommand } from './bgp-command.js';

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
      description: 'Shows the global peers, or those of one node.',
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
        const print = output === 'json' ? jsonOf : textOf;
        return {
          kind: 'show',
          doubtsOf: (cluster) => doubtsAbout(cluster, node),
          textOf: (cluster) => print(listPeers(cluster, node), families, node),
        };
      },
    },
    context,
  );
}

/** calicoctl's own tables and sentences (v0.23). */
function textOf(
  peers: readonly StandingPeer[],
  families: readonly Family[],
  node?: string,
): string {
  return families
    .map((family) => {
      const rows = ofFamily(peers, family).map(({ address, asn }) => [address, String(asn)]);
      const ip = FAMILY_LABELS[family];
      if (rows.length === 0) {
        return node === undefined
          ? `No global ${ip} BGP Peers defined.\n`
          : `No ${ip} BGP Peers defined for this node.\n`;
      }
      const scope = node === undefined ? 'Global' : 'Node specific';
      return tableOf([`${scope} ${ip} BGP Peer`, 'AS Num'], rows);
    })
    .join('\n');
}

function jsonOf(
  peers: readonly StandingPeer[],
  families: readonly Family[],
  node?: string,
): string {
  const shown = families.flatMap((family) => ofFamily(peers, family));
  const records = shown.map(({ address, asn, origin }) => ({
    ip: address,
    as: asn,
    scope: node === undefined ? 'global' : 'node',
    ...(node !== undefined && { node }),
    key: origin,
  }));
  return JSON.stringify(records, undefined, 2);
}

function ofFamily(peers: readonly StandingPeer[], family: Family): readonly StandingPeer[] {
  return peers.filter(({ address }) => familyOf(address) === family);
}
