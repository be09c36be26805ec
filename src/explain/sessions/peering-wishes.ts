/** What peerings of a node say of an address: those that are with it, and those that miss it by a selector alone. */

import type { Cluster } from '../../model/cluster.js';
import { isPeeringOf, type Peering } from '../../model/peering.js';
import { secretId } from '../../model/secret-ref.js';
import { obstacleTo } from '../../plan/address-holders.js';
import { hasItsPassword } from '../../plan/sessions/peering-terms.js';
import {
  isRemoteOf,
  obstacleAt,
  remotesOf,
  reverseRemotesOf,
} from '../../plan/sessions/remotes.js';
import { isSelected } from '../../plan/sessions/selected-nodes.js';
import { type Reason, reasonOf } from '../explanation.js';
import { type Ends, reasonOfPassword, reasonsOfNode, type Wish } from './wish.js';

/** The wishes of all peerings that have to do with both ends, in the order in which the plan asks. */
export function peeringWishes(cluster: Cluster, ends: Ends): readonly Wish[] {
  const { peerings } = cluster;
  const ofAll = peerings.filter(({ scope }) => scope.kind === 'all-nodes');
  const ofOne = peerings.filter(({ scope }) => scope.kind !== 'all-nodes');
  return [
    ...[...ofAll, ...ofOne].flatMap((peering) => forward(cluster, peering, ends)),
    ...peerings.flatMap((peering) => backward(cluster, peering, ends)),
  ];
}

/** This end has the peering, and the other one is whom it is with; or one of both doesn't hold. */
function forward(cluster: Cluster, peering: Peering, ends: Ends): readonly Wish[] {
  const { address, nodes, local } = ends;
  const { scope, remote } = peering;
  const isOurs = isPeeringOf(peering, local.node ?? { name: local.nodeName });
  const isWith = isWithOtherEnd(cluster, peering, ends);
  const mayBeMissed = remote.kind === 'nodes' && nodes.length > 0;
  if (!isWith && !(isOurs && mayBeMissed)) {
    return [];
  }
  const isAsked =
    isOurs && remotesOf(cluster, peering, local).some((one) => one.address === address);
  if (isAsked) {
    return [
      wishOf(cluster, peering, ends, RULES[remote.kind === 'workloads' ? 'workload' : scope.kind]),
    ];
  }
  const why = isOurs ? whyNotWith(cluster, peering, ends) : whyNotOurs(peering);
  return [{ origin: peering.origin, reasons: [], obstacle: reasonOf(why, peering.origin) }];
}

const RULES = {
  'all-nodes': 'a peering of all nodes',
  node: 'a peering of this node',
  selector: 'a peering of the nodes of a selector',
  workload: 'a peering with workloads of this node',
  back: 'the way back of a peering of another node',
} as const;

function isWithOtherEnd(cluster: Cluster, { remote }: Peering, { address, nodes }: Ends): boolean {
  switch (remote.kind) {
    case 'address':
      return remote.address === address;
    case 'nodes':
      return nodes.some((node) => isSelected(remote.selector, node));
    case 'workloads':
      return cluster.workloads.some(
        ({ peerName, addresses }) => peerName === remote.peerName && addresses.includes(address),
      );
  }
}

function whyNotOurs({ scope }: Peering): string {
  switch (scope.kind) {
    case 'node':
      return `the peering is of the node ${scope.nodeName} alone`;
    case 'selector':
      return `its nodeSelector \`${scope.selector.text}\` doesn't select this node`;
    case 'all-nodes':
      return 'the peering is of all nodes';
  }
}

function whyNotWith(cluster: Cluster, peering: Peering, { address, nodes, local }: Ends): string {
  const { remote, terms } = peering;
  if (remote.kind === 'nodes') {
    const selected = nodes.filter((node) => isSelected(remote.selector, node));
    const [why] = selected.flatMap((node) => obstacleTo(cluster, node, local) ?? []);
    const names = nodes.map(({ name }) => name).join(', ');
    return why ?? `its peerSelector \`${remote.selector.text}\` doesn't select ${names}`;
  }
  return obstacleAt(address, terms, local) ?? 'it is with others';
}

/** The other end has the peering, which is given back to whom it is with. */
function backward(cluster: Cluster, peering: Peering, ends: Ends): readonly Wish[] {
  const { address, nodes, local } = ends;
  const isTheirs =
    peering.terms.isReversed &&
    local.node !== undefined &&
    isRemoteOf(cluster, peering, local.node) &&
    nodes.some((node) => isPeeringOf(peering, node));
  if (!isTheirs) {
    return [];
  }
  if (reverseRemotesOf(cluster, peering, local).some((one) => one.address === address)) {
    return [wishOf(cluster, peering, ends, RULES.back)];
  }
  const [why = 'it is of others'] = nodes.flatMap((node) => obstacleTo(cluster, node, local) ?? []);
  return [{ origin: peering.origin, reasons: [], obstacle: reasonOf(why, peering.origin) }];
}

function wishOf(cluster: Cluster, peering: Peering, { nodes, local }: Ends, rule: string): Wish {
  const { origin, remote, terms } = peering;
  const ofNodes =
    remote.kind === 'nodes' || rule === RULES.back
      ? nodes.flatMap((node) => reasonsOfNode(cluster, node, local.family))
      : [];
  const { password } = terms;
  const ofPassword = password === undefined ? [] : [reasonOfPassword(cluster, password)];
  const obstacle = passwordObstacle(cluster, peering);
  return { origin, reasons: [{ text: rule, key: origin }, ...ofNodes, ...ofPassword], ...obstacle };
}

/** Without its password a peering asks for nothing. */
export function passwordObstacle(
  cluster: Cluster,
  peering: Peering,
): { readonly obstacle?: Reason } {
  const { origin, terms } = peering;
  return terms.password === undefined || hasItsPassword(cluster, peering)
    ? {}
    : {
        obstacle: {
          text: `its password ${secretId(terms.password)} isn't among the secrets of this host`,
          key: origin,
        },
      };
}
