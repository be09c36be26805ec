/** `birdkeeper bgp rr add|remove|show`. */

import { Command } from 'commander';

import type { RouteReflector } from '../../model/route-reflector.js';
import { type Address, familyOf } from '../../values/address.js';
import { FAMILIES, FAMILY_LABELS } from '../../values/family.js';
import type { RouterId } from '../../values/router-id.js';
import { addReflector, listReflectors, removeReflector } from '../../verbs/route-reflectors.js';
import type { CommandContext } from '../command-context.js';
import { tableOf } from '../table.js';
import { addressArgument, clusterIdOption, outputOption } from './arguments.js';
import { changingCommand, showingCommand } from './bgp-command.js';

/** The group of commands. */
export function reflectorCommand(context: CommandContext): Command {
  return new Command('rr')
    .description('Route reflectors outside of the nodes (RFC 4456).')
    .addCommand(addCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(showCommand(context));
}

function addCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'add',
      description:
        'Adds a route reflector, or changes the cluster id of one that is there. Nodes peer with it once it is a peer: birdkeeper bgp peer add.',
      declare: (command) => command.addArgument(addressArgument()).addOption(clusterIdOption()),
      requestOf({ args, options }) {
        const [address] = args as readonly [Address];
        const { clusterId }: { readonly clusterId?: RouterId } = options;
        return { kind: 'change', verb: addReflector(address, clusterId) };
      },
    },
    context,
  );
}

function removeCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'remove',
      description: 'Removes a route reflector.',
      declare: (command) => command.addArgument(addressArgument()),
      requestOf({ args }) {
        const [address] = args as readonly [Address];
        return { kind: 'change', verb: removeReflector(address) };
      },
    },
    context,
  );
}

function showCommand(context: CommandContext): Command {
  return showingCommand(
    {
      name: 'show',
      description: 'Shows the route reflectors.',
      declare: (command) => command.addOption(outputOption()),
      requestOf: ({ options }) => ({
        kind: 'show',
        textOf(cluster) {
          const reflectors = listReflectors(cluster);
          return options.output === 'json' ? jsonOf(reflectors) : textOf(reflectors);
        },
      }),
    },
    context,
  );
}

function textOf(reflectors: readonly RouteReflector[]): string {
  return FAMILIES.map((family) => {
    const rows = reflectors
      .filter(({ address }) => familyOf(address) === family)
      .map(({ address, clusterId }) => [address, clusterId ?? 'its router id']);
    return rows.length === 0
      ? `No ${FAMILY_LABELS[family]} Route Reflectors defined.\n`
      : tableOf([`${FAMILY_LABELS[family]} Route Reflector`, 'Cluster ID'], rows);
  }).join('\n');
}

function jsonOf(reflectors: readonly RouteReflector[]): string {
  const records = reflectors.map(({ address, clusterId, origin }) => ({
    ip: address,
    ...(clusterId !== undefined && { clusterId }),
    key: origin,
  }));
  return JSON.stringify(records, undefined, 2);
}
