/** `birdkeeper bgp peer add|remove|show`. */

import { Argument, Command } from 'commander';

import { type Address, familyOf } from '../../values/address.js';
import { FAMILIES, type Family } from '../../values/family.js';
import {
  addPeer,
  doubtsAbout,
  listPeers,
  removePeer,
  type StandingPeer,
} from '../../verbs/peers.js';
import type { CommandContext } from '../command-context.js';
import { complain, print } from '../output.js';
import { tableOf } from '../table.js';
import { addressArgument, asnArgument, nodeOption, outputOption } from './arguments.js';
import { addForce, bgpCommandOf, EDIT_EXIT_STATUS } from './bgp-command.js';
import { editBgp } from './edit-store.js';
import { showBgp } from './store.js';
import { titleOf } from './title-of.js';

/** The group of commands. */
export function peerCommand(context: CommandContext): Command {
  return new Command('peer')
    .description('BGP peers of all nodes, or of one node.')
    .addCommand(addCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(showCommand(context));
}

interface PeerOptions {
  readonly node?: string;
  readonly force?: true;
}

function addCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'add',
      description: 'Adds a peer, or changes the AS number of one that is there.',
      exitStatus: EDIT_EXIT_STATUS,
      declare: (command) =>
        addForce(command)
          .addArgument(addressArgument())
          .addArgument(new Argument('<as>', 'the word "as"').choices(['as', 'AS']))
          .addArgument(asnArgument('<number>'))
          .addOption(nodeOption('a peer of this node alone; of all nodes unless given')),
      action: (settings, call) => {
        const [address, , asn] = call.args as readonly [Address, string, number];
        const { node: nodeName, force }: PeerOptions = call.options;
        const wanted = { address, asn, ...(nodeName !== undefined && { nodeName }) };
        return editBgp(settings, addPeer(wanted), { force: force === true });
      },
    },
    context,
  );
}

function removeCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'remove',
      description: 'Removes a peer.',
      exitStatus: EDIT_EXIT_STATUS,
      declare: (command) =>
        addForce(command)
          .addArgument(addressArgument())
          .addOption(nodeOption('the peer of this node alone; the global one unless given')),
      action: (settings, call) => {
        const [address] = call.args as readonly [Address];
        const { node: nodeName, force }: PeerOptions = call.options;
        const which = { address, ...(nodeName !== undefined && { nodeName }) };
        return editBgp(settings, removePeer(which), { force: force === true });
      },
    },
    context,
  );
}

interface ShowOptions {
  readonly node?: string;
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly output?: string;
}

function showCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'show',
      description: 'Shows the global peers, or those of one node.',
      exitStatus: '0 shown; 1 the datastore could not be read; 2 usage',
      declare: (command) =>
        command
          .option('--ipv4', 'IPv4 peers only')
          .option('--ipv6', 'IPv6 peers only')
          .addOption(nodeOption('the peers of this node alone'))
          .addOption(outputOption()),
      action: (settings, call) => {
        const { node, ipv4, ipv6, output }: ShowOptions = call.options;
        const wanted = {
          ipv4: ipv4 === true || ipv6 !== true,
          ipv6: ipv6 === true || ipv4 !== true,
        };
        const families = FAMILIES.filter((family) => wanted[family]);
        return showBgp(settings, ({ cluster }) => {
          doubtsAbout(cluster, node).forEach(complain);
          const peers = listPeers(cluster, node);
          print(output === 'json' ? jsonOf(peers, families, node) : textOf(peers, families, node));
        });
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
      const ip = titleOf(family);
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
