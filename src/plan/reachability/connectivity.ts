/**
 * Which nodes can hear of each other's routes, in one family.
 *
 * Nodes on the same terms are interchangeable: the same AS number and peers, and neither peers nor reflectors themselves. Three
 * of each such group stand for all, so that thousands of nodes cost no more than a few. The planner says which sessions each
 * has. Which of those come up, and what is passed on over them, is in speakers.ts and advertise.ts.
 */

import { groupBy } from '../../base/group-by.js';
import type { Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import {
  type AddressPeering,
  isPeeringOf,
  isWithAddress,
  type Peering,
} from '../../model/peering.js';
import { secretId } from '../../model/secret-ref.js';
import type { Address } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import { EVERYTHING, type Prefix } from '../../values/prefix.js';
import { speakersIn } from '../address-holders.js';
import { isSelected } from '../sessions/selected-nodes.js';
import { hearersOf } from './advertise.js';
import { poolsOf } from './pools.js';
import { type Speaker, speakersOf } from './speakers.js';

/** Enough for every way in which one of a group can take part in a path between two others. */
const STAND_INS = 3;

/** The nodes of one family in groups, and which groups are connected. */
export interface Connectivity {
  /** The group of each node that has an address in the family, by name, in the order of names. */
  readonly groupOf: ReadonlyMap<string, number>;
  /** Whether a node of the one group and another node of the other hear of each other's routes. */
  readonly isConnected: (group: number, other: number) => boolean;
  /** Peers of nodes that are neither nodes nor reflectors. */
  readonly outsidePeers: readonly Address[];
}

/** How the nodes of `cluster` are connected. */
export function connectivityOf(cluster: Cluster, family: Family): Connectivity {
  // A node whose address another one keeps can't be told from it by anybody.
  const nodes = speakersIn(cluster, family);
  const isReflector = ({ clusterId }: Node): boolean => clusterId !== undefined;
  const isMeshUp =
    cluster.isMeshEnabled &&
    (cluster.bgp.meshPassword === undefined ||
      cluster.secrets.has(secretId(cluster.bgp.meshPassword)));
  if (isMeshUp && !nodes.some(isReflector)) {
    const groupOf = new Map(nodes.map(({ name }) => [name, 0]));
    return { groupOf, isConnected: () => true, outsidePeers: [] };
  }
  const groups = groupNodes(nodes, cluster, family);
  const standIns = groups.map((group) => group.slice(0, STAND_INS));
  const isStandIn = new Set(standIns.flat());
  const kept = nodes.filter((node) => isStandIn.has(node));
  const reduced = { ...cluster, nodes: kept, peerings: peeringsOf(kept, cluster) };
  const { speakers, outsidePeers } = speakersOf(reduced, family);
  const byName = new Map(speakers.map((speaker) => [speaker.name, speaker]));
  const size = groups.length;
  const areConnected = new Uint8Array(size * size).fill(1);
  for (const pool of hasFilters(speakers) ? poolsOf(cluster, family) : [EVERYTHING[family]]) {
    const hears = hearingOf(standIns, byName, pool);
    areConnected.forEach((isSo, i) => {
      const [from, to] = [Math.floor(i / size), i % size];
      areConnected[i] = isSo && hears(from, to) && hears(to, from) ? 1 : 0;
    });
  }
  return {
    groupOf: numbered(groups, nodes),
    isConnected: (group, other) => areConnected[group * size + other] === 1,
    outsidePeers,
  };
}

/** The peerings that those of `nodes` have: each plan looks at all that there are, and each of 5,000 nodes may have its own. */
function peeringsOf(nodes: readonly Node[], { peerings }: Cluster): readonly Peering[] {
  const names = new Set(nodes.map(({ name }) => name));
  return peerings.filter(({ scope }) => scope.kind !== 'node' || names.has(scope.nodeName));
}

function hasFilters(speakers: readonly Speaker[]): boolean {
  return speakers.some(({ links }) =>
    links.some(({ exportRules, importRules }) => exportRules.length + importRules.length > 0),
  );
}

/** Whether routes of one group to workloads in `pool` reach another group, or others of the same one. */
function hearingOf(
  standIns: readonly (readonly Node[])[],
  byName: ReadonlyMap<string, Speaker>,
  pool: Prefix,
): (from: number, to: number) => boolean {
  const hearers = standIns.map(([first]) => {
    const source = first && byName.get(first.name);
    return source === undefined ? new Set<Speaker>() : hearersOf(source, pool);
  });
  return (from, to) => {
    // Within a group the first one can't stand for both ends.
    const end = standIns[to]?.[from === to ? 1 : 0];
    const speaker = end && byName.get(end.name);
    return speaker !== undefined && hearers[from]?.has(speaker) === true;
  };
}

/** The number of each node's group, in the order of `nodes`. */
function numbered(
  groups: readonly (readonly Node[])[],
  nodes: readonly Node[],
): ReadonlyMap<string, number> {
  const numbers = new Map(groups.flatMap((group, i) => group.map((node) => [node, i] as const)));
  return new Map(nodes.map((node) => [node.name, numbers.get(node) ?? 0]));
}

/** `nodes` by their terms, each group in the order of names. */
function groupNodes(
  nodes: readonly Node[],
  { peerings, reflectors }: Cluster,
  family: Family,
): readonly (readonly Node[])[] {
  // A node at an address that is a reflector's too is no client of the others: they mesh with that address.
  const peerAddresses = new Set([
    ...peerings.filter(isWithAddress).map(({ remote }) => remote.address),
    ...reflectors.map(({ address }) => address),
  ]);
  const ofNode = groupBy(peerings.filter(isWithAddress), ({ scope }) =>
    scope.kind === 'node' ? scope.nodeName : '',
  );
  const bySelector = peerings.filter(
    ({ scope, remote }) => scope.kind === 'selector' || remote.kind === 'nodes',
  );
  const groups = groupBy(nodes, (node) => {
    const { name, addresses, asn, clusterId } = node;
    const address = addresses[family]?.address;
    const own = address !== undefined && peerAddresses.has(address) ? address : '';
    const peers = ofNode.get(name) ?? [];
    const terms = peers.map(termsText).sort();
    // Each reflector is a group of its own: it matters which one it is.
    const reflects = clusterId === undefined ? '' : name;
    return [asn?.asn ?? '', own, reflects, sidesOf(node, bySelector), ...terms].join('|');
  });
  return [...groups.values()];
}

/** What tells the peers of one node from those of another, as far as paths depend on it. */
function termsText({ remote: { address, port, asn }, terms }: AddressPeering): string {
  const { localAsn, allowedLocalAsns, filters, isReversed, password, ttlSecurityHops } = terms;
  const hasPassword = password !== undefined;
  const parts = [address, port, asn, localAsn, allowedLocalAsns, filters.join(',')];
  return [...parts, isReversed, hasPassword, ttlSecurityHops].join(' ');
}

/** On which sides of each of `peerings`, which go by selectors, `node` is. */
function sidesOf(node: Node, peerings: readonly Peering[]): string {
  return peerings
    .map((peering) => {
      const { remote } = peering;
      const isRemote = remote.kind === 'nodes' && isSelected(remote.selector, node);
      return Number(isPeeringOf(peering, node)) + 2 * Number(isRemote);
    })
    .join('');
}
