/**
 * What a change of the datastore costs: the node pairs that can hear of each other's routes before it and not after it.
 *
 * From the datastore alone. Whether a peer that the datastore knows neither as a node nor as a reflector (a top-of-rack
 * router) passes routes on can't be known, so a pair that hangs on one counts as lost.
 */

import type { Cluster } from '../../model/cluster.js';
import { isReadableRef } from '../../model/secret-ref.js';
import type { Address } from '../../values/address.js';
import { FAMILIES, type Family } from '../../values/family.js';
import { type Connectivity, connectivityOf } from './connectivity.js';
import { hasDoubtfulNodes, passwordsOf, type Reading, readingsOf } from './readings.js';

/** Two nodes by name, in the order of names. */
export type NodePair = readonly [string, string];

/** What one address family loses. */
export interface LostPairs {
  readonly family: Family;
  /** How many pairs; of n nodes there are n(n-1)/2. */
  readonly count: number;
  /** The first of them by name, as many as were asked for. */
  readonly first: readonly NodePair[];
  /** Peers of nodes after the change that the datastore doesn't know otherwise: they may still connect the pairs. */
  readonly outsidePeers: readonly Address[];
}

/** The losses of each family that has any. Nodes that are gone after the change, or have no address then, don't count. */
export function findLostPairs(
  before: Cluster,
  after: Cluster,
  maxListed: number,
): readonly LostPairs[] {
  if (isWholeMesh(after)) {
    return [];
  }
  const readings = readingsOf(before, after);
  return FAMILIES.map((family) => lossOf(family, readings, maxListed)).filter(
    ({ count }) => count > 0,
  );
}

/** Whether every two nodes are known to be neighbors: by the mesh, which those leave that reflect for others. */
export function isWholeMesh(cluster: Cluster): boolean {
  return (
    cluster.isMeshEnabled &&
    cluster.nodes.every(({ clusterId }) => clusterId === undefined) &&
    !hasDoubtfulNodes(cluster) &&
    passwordsOf(cluster).every(isReadableRef)
  );
}

/** What is lost in any of `readings`. */
function lossOf(family: Family, readings: readonly Reading[], maxListed: number): LostPairs {
  const changes = readings.map((reading) => changeOf(reading, family));
  const names = changes[0]?.names ?? [];
  const first: NodePair[] = [];
  let count = 0;
  // Millions of pairs in a large cluster: nothing is made of a pair but the first few.
  forEachPair(names.length, (a, b) => {
    if (!changes.some(({ isLost }) => isLost(a, b))) {
      return;
    }
    count += 1;
    if (first.length < maxListed) {
      first.push([names[a] ?? '', names[b] ?? '']);
    }
  });
  const outsidePeers = [...new Set(changes.flatMap((change) => change.outsidePeers))];
  return { family, count, first, outsidePeers };
}

/** What a change costs by one reading of it. */
interface PathChange {
  /** The nodes that are there before and after it: the same by each reading. */
  readonly names: readonly string[];
  /** Whether those at two places of `names` lose each other. */
  readonly isLost: (a: number, b: number) => boolean;
  readonly outsidePeers: readonly Address[];
}

function changeOf({ before, after }: Reading, family: Family): PathChange {
  const old = connectivityOf(before, family);
  const fresh = connectivityOf(after, family);
  const names = [...fresh.groupOf.keys()].filter((name) => old.groupOf.has(name));
  const [oldGroups, freshGroups] = [groupsOf(old, names), groupsOf(fresh, names)];
  const isLost = (a: number, b: number): boolean =>
    !fresh.isConnected(freshGroups[a] ?? 0, freshGroups[b] ?? 0) &&
    old.isConnected(oldGroups[a] ?? 0, oldGroups[b] ?? 0);
  return { names, isLost, outsidePeers: fresh.outsidePeers };
}

function forEachPair(length: number, visit: (a: number, b: number) => void): void {
  for (let a = 0; a < length; a += 1) {
    for (let b = a + 1; b < length; b += 1) {
      visit(a, b);
    }
  }
}

function groupsOf({ groupOf }: Connectivity, names: readonly string[]): Uint32Array {
  return Uint32Array.from(names, (name) => groupOf.get(name) ?? 0);
}
