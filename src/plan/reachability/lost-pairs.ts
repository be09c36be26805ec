/**
 * What a change of the datastore costs: the node pairs that can hear of each other's routes before it and not after it.
 *
 * From the datastore alone. Whether a peer that the datastore knows neither as a node nor as a reflector (a top-of-rack
 * router) passes routes on can't be known, so a pair that hangs on one counts as lost.
 */

import type { Cluster } from '../../model/cluster.js';
import { secretId } from '../../model/secret-ref.js';
import type { Address } from '../../values/address.js';
import { FAMILIES, type Family } from '../../values/family.js';
import { Secret } from '../../values/secret.js';
import { type Connectivity, connectivityOf } from './connectivity.js';

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
  return isWholeMesh(after)
    ? []
    : FAMILIES.map((family) =>
        lossOf(family, withAllPasswords(before), withAllPasswords(after), maxListed),
      ).filter(({ count }) => count > 0);
}

/** Whether every two nodes are neighbors: by the mesh, which those leave that reflect for others. */
export function isWholeMesh({ isMeshEnabled, nodes }: Cluster): boolean {
  return isMeshEnabled && nodes.every(({ clusterId }) => clusterId === undefined);
}

/** `cluster` with each password that sessions need: hosts have them, and the datastore hasn't. */
function withAllPasswords(cluster: Cluster): Cluster {
  const { peerings, bgp } = cluster;
  const needed = [bgp.meshPassword, ...peerings.map(({ terms }) => terms.password)];
  const ids = needed.flatMap((ref) => (ref === undefined ? [] : [secretId(ref)]));
  return ids.length === 0
    ? cluster
    : { ...cluster, secrets: new Map(ids.map((id) => [id, UNKNOWN_PASSWORD])) };
}

const UNKNOWN_PASSWORD = new Secret('unknown');

function lossOf(family: Family, before: Cluster, after: Cluster, maxListed: number): LostPairs {
  const old = connectivityOf(before, family);
  const fresh = connectivityOf(after, family);
  const names = [...fresh.groupOf.keys()].filter((name) => old.groupOf.has(name));
  const [oldGroups, freshGroups] = [groupsOf(old, names), groupsOf(fresh, names)];
  const isLost = (a: number, b: number): boolean =>
    !fresh.isConnected(freshGroups[a] ?? 0, freshGroups[b] ?? 0) &&
    old.isConnected(oldGroups[a] ?? 0, oldGroups[b] ?? 0);
  const first: NodePair[] = [];
  let count = 0;
  // Millions of pairs in a large cluster: nothing is made of a pair but the first few.
  forEachPair(names.length, (a, b) => {
    if (!isLost(a, b)) {
      return;
    }
    count += 1;
    if (first.length < maxListed) {
      first.push([names[a] ?? '', names[b] ?? '']);
    }
  });
  return { family, count, first, outsidePeers: fresh.outsidePeers };
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
