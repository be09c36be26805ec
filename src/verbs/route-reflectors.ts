/** The verbs `bgp rr add`, `remove` and `show`: the keys of route reflectors outside of the nodes. */

import { reflectorEntry } from '../decode/encode-entry.js';
import type { Cluster } from '../model/cluster.js';
import { isPeeringWith } from '../model/peering.js';
import type { RouteReflector } from '../model/route-reflector.js';
import { type Address, compareAddresses, familyOf } from '../values/address.js';
import type { RouterId } from '../values/router-id.js';
import { keysAt, removalOf, replacementOf, unreadableAmong, whyTaken } from './keys-at.js';
import type { Verb } from './verb.js';

/**
 * Adds a route reflector, or gives one that is there another cluster id.
 *
 * Without a cluster id an IPv4 reflector is a cluster of its own, named by its address. By RFC 4456 section 7 it would take its
 * router id, but Calico's own reflectors need the field. An IPv6 reflector gets no field, and takes its router id.
 */
export function addReflector(address: Address, wantedId?: RouterId): Verb {
  const ownCluster = familyOf(address) === 'ipv4' ? (address as string as RouterId) : undefined;
  return ({ cluster: { reflectors }, snapshot, problems }) => {
    const standing = reflectors.find((reflector) => reflector.address === address);
    const clusterId = wantedId ?? standing?.clusterId ?? ownCluster;
    const entry = reflectorEntry(address, clusterId);
    const place = { address, records: reflectors, key: entry.key, snapshot };
    const taken = whyTaken(place);
    if (taken !== undefined) {
      return { kind: 'impossible', reason: taken };
    }
    const keys = keysAt(place);
    const isAsWanted = wantedId === undefined || standing?.clusterId === wantedId;
    if (keys.length === 1 && standing !== undefined && isAsWanted) {
      const note = `${address} is a route reflector ${ofCluster(standing.clusterId)} already`;
      return { kind: 'nothing-to-do', notes: [note] };
    }
    const note = `${address} was a route reflector already; it is now ${ofCluster(clusterId)}`;
    const isMoved = standing !== undefined && standing.clusterId !== clusterId;
    return {
      kind: 'edit',
      changes: replacementOf(entry, keys, snapshot),
      notes: keys.length === 0 ? [] : [note],
      warnings: [
        ...(isMoved ? ['its cluster id changes: the sessions with its clients restart'] : []),
        ...unreadableAmong(keys, problems),
      ],
    };
  };
}

/** Removes a route reflector's key, also one whose value can't be read. */
export function removeReflector(address: Address): Verb {
  return ({ cluster: { reflectors, peerings }, snapshot }) => {
    const { key } = reflectorEntry(address);
    const keys = keysAt({ address, records: reflectors, key, snapshot });
    if (keys.length === 0) {
      return { kind: 'impossible', reason: `${address} is not a configured route reflector` };
    }
    const isPeer = peerings.some(
      (peering) => peering.scope.kind === 'all-nodes' && isPeeringWith(peering, address),
    );
    return {
      kind: 'edit',
      changes: removalOf(keys),
      notes: ['route reflector removed'],
      warnings: isPeer
        ? [`all nodes still peer with it: birdkeeper bgp peer remove ${address}`]
        : [],
    };
  };
}

/** The route reflectors by address. */
export function listReflectors({ reflectors }: Cluster): readonly RouteReflector[] {
  return reflectors.toSorted((a, b) => compareAddresses(a.address, b.address));
}

function ofCluster(clusterId: RouterId | undefined): string {
  return `of cluster ${clusterId ?? '(its router id)'}`;
}
