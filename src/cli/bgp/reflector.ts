/** `birdkeeper bgp rr add|remove|show`. */

import { Command } from 'commander';

import type { RouteReflector } from '../../model/route-reflector.js';
import { type Address, familyOf } from '../../values/address.js';
import { FAMILIES } from '../../values/family.js';
import type { RouterId } from '../../values/router-id.js';
import { addReflector, listReflectors, removeReflector } from '../../verbs/route-reflectors.js';
import type { CommandContext } from '../command-context.js';
import { print } from '../output.js';
import { tableOf } from '../table.js';
import { addressArgument, clusterIdOption, outputOption } from './arguments.js';
import { addForce, bgpCommandOf, EDIT_EXIT_STATUS } from './bgp-command.js';
import { editBgp } from './edit-store.js';
import { showBgp } from './store.js';
import { titleOf } from './title-of.js';

/** The group of commands. */
export function reflectorCommand(context: CommandContext): Command {
  return new Command('rr')
    .description('Route reflectors outside of the nodes (RFC 4456).')
    .addCommand(addCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(showCommand(context));
}

function addCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'add',
      description:
        'Adds a route reflector, or changes the cluster id of one that is there. Nodes peer with it once it is a peer: birdkeeper bgp peer add.',
      exitStatus: EDIT_EXIT_STATUS,
      declare: (command) =>
        addForce(command).addArgument(addressArgument()).addOption(clusterIdOption()),
      action: (settings, call) => {
        const [address] = call.args as readonly [Address];
        const { clusterId, force }: { readonly clusterId?: RouterId; readonly force?: true } =
          call.options;
        return editBgp(settings, addReflector(address, clusterId), { force: force === true });
      },
    },
    context,
  );
}

function removeCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'remove',
      description: 'Removes a route reflector.',
      exitStatus: EDIT_EXIT_STATUS,
      declare: (command) => addForce(command).addArgument(addressArgument()),
      action: (settings, { args, options }) => {
        const [address] = args as readonly [Address];
        return editBgp(settings, removeReflector(address), { force: options.force === true });
      },
    },
    context,
  );
}

function showCommand(context: CommandContext): Command {
  return bgpCommandOf(
    {
      name: 'show',
      description: 'Shows the route reflectors.',
      exitStatus: '0 shown; 1 the datastore could not be read; 2 usage',
      declare: (command) => command.addOption(outputOption()),
      action: (settings, { options }) =>
        showBgp(settings, ({ cluster }) => {
          const reflectors = listReflectors(cluster);
          print(options.output === 'json' ? jsonOf(reflectors) : textOf(reflectors));
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
      ? `No ${titleOf(family)} Route Reflectors defined.\n`
      : tableOf([`${titleOf(family)} Route Reflector`, 'Cluster ID'], rows);
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
