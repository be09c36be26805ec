/** `birdkeeper bgp rr add|remove|show`. */

import { Command } from 'commander';

import { type Address, familyOf } from '../../values/address.js';
import { FAMILIES, FAMILY_LABELS } from '../../values/family.js';
import type { RouterId } from '../../values/router-id.js';
import { addReflector, removeReflector } from '../../verbs/route-reflectors.js';
import { reflectorsIn, type StandingReflector } from '../../verbs/standing.js';
import type { CommandContext } from '../command-context.js';
import { tableOf } from '../table.js';
import { addressArgument, clusterIdOption, nodeOption, outputOption } from './arguments.js';
import { changingCommand, showingCommand } from './bgp-command.js';

/** The group of commands. */
export function reflectorCommand(context: CommandContext): Command {
  return new Command('rr')
    .description('Route reflectors (RFC 4456).')
    .addCommand(addCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(showCommand(context));
}

interface AddOptions {
  readonly clusterId?: RouterId;
  readonly node?: string;
}

function addCommand(context: CommandContext): Command {
  return changingCommand(
    {
      name: 'add',
      description:
        'Adds a route reflector, or changes the cluster id of one that is there. In Calico 3 all nodes peer with it then; in Calico 2 once it is a peer: birdkeeper bgp peer add.',
      declare: (command) =>
        command
          .addArgument(addressArgument())
          .addOption(clusterIdOption())
          .addOption(
            nodeOption(
              'name of its Node in Calico 3; the one with its address, or a new rr-ADDRESS',
            ),
          ),
      requestOf({ args, options }) {
        const [address] = args as readonly [Address];
        const { clusterId, node }: AddOptions = options;
        return { kind: 'change', verb: addReflector(address, { clusterId, nodeName: node }) };
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
        textOf(cluster, generations) {
          const reflectors = generations.flatMap((one) => reflectorsIn(cluster, one));
          return options.output === 'json' ? jsonOf(reflectors) : textOf(reflectors);
        },
      }),
    },
    context,
  );
}

function textOf(reflectors: readonly StandingReflector[]): string {
  // Only nodes of Calico 3 have a name.
  const hasNames = reflectors.some(({ nodeName }) => nodeName !== undefined);
  return FAMILIES.map((family) => {
    const label = FAMILY_LABELS[family];
    const rows = reflectors
      .filter(({ address }) => familyOf(address) === family)
      .map(({ address, clusterId, nodeName }) => [
        address,
        clusterId ?? 'its router id',
        ...(hasNames ? [nodeName ?? ''] : []),
      ]);
    const head = [`${label} Route Reflector`, 'Cluster ID', ...(hasNames ? ['Node'] : [])];
    return rows.length === 0 ? `No ${label} Route Reflectors defined.\n` : tableOf(head, rows);
  }).join('\n');
}

function jsonOf(reflectors: readonly StandingReflector[]): string {
  const records = reflectors.map(({ address, clusterId, nodeName, origin }) => ({
    ip: address,
    ...(clusterId !== undefined && { clusterId }),
    ...(nodeName !== undefined && { node: nodeName }),
    key: origin,
  }));
  return JSON.stringify(records, undefined, 2);
}
