/** The verbs `bgp rr add` and `remove`: route reflectors outside of the nodes, or nodes that reflect for others. */

import { isPeeringWith } from '../model/peering.js';
import { type Address, familyOf } from '../values/address.js';
import type { RouterId } from '../values/router-id.js';
import { reflectorsIn, type StandingReflector } from './standing.js';
import type { StoreView } from './store-view.js';
import { otherThan, RECORDS, type Verb } from './verb.js';

/** What is asked for beside the reflector's address. */
export interface ReflectorOptions {
  readonly clusterId?: RouterId | undefined;
  /** The name of its Node, in Calico 3. */
  readonly nodeName?: string | undefined;
}

/**
 * Adds a route reflector, or gives one that is there another cluster id.
 *
 * Without a cluster id an IPv4 reflector is a cluster of its own, named by its address. By RFC 4456 section 7 it would take its
 * router id, but Calico's own reflectors need the field. An IPv6 reflector gets no field, and takes its router id.
 */
export function addReflector(address: Address, options: ReflectorOptions = {}): Verb {
  const ownCluster = familyOf(address) === 'ipv4' ? (address as string as RouterId) : undefined;
  return (view, keys) => {
    const reflectors = reflectorsIn(view.cluster, keys.generation);
    const standing = at(reflectors, address) ?? atNode(reflectors, options.nodeName);
    const clusterId = options.clusterId ?? (standing ? standing.clusterId : ownCluster);
    const write = keys.putReflector(view, { address, clusterId, nodeName: options.nodeName });
    if (write.kind === 'refused') {
      return { kind: 'impossible', reason: write.reason };
    }
    if (write.kind === 'nothing') {
      const note = `${address} is a route reflector ${ofCluster(clusterId)} already`;
      return { kind: 'nothing-to-do', notes: [note] };
    }
    const note = `${address} was a route reflector already; it is now ${ofCluster(clusterId)}`;
    const isMoved = standing !== undefined && standing.clusterId !== clusterId;
    return {
      kind: 'edit',
      changes: write.changes,
      notes: write.isNew ? write.notes : [note, ...write.notes],
      warnings: [
        ...(isMoved ? ['its cluster id changes: the sessions with its clients restart'] : []),
        ...write.warnings,
      ],
    };
  };
}

/** Removes a route reflector, also one whose value can't be read. */
export function removeReflector(address: Address): Verb {
  return (view, keys) => {
    const write = keys.removeReflector(view, address);
    if (write.kind === 'refused') {
      return { kind: 'impossible', reason: write.reason };
    }
    const other = otherThan(keys.generation);
    const twin = at(reflectorsIn(view.cluster, other), address);
    if (write.kind === 'nothing') {
      const elsewhere = twin
        ? ` by ${RECORDS[keys.generation]}; it is by ${twin.origin}: use --keys ${other}`
        : '';
      const reason = `${address} is not a configured route reflector${elsewhere}`;
      return { kind: 'impossible', reason };
    }
    return {
      kind: 'edit',
      changes: write.changes,
      notes: ['route reflector removed', ...write.notes],
      warnings: [
        ...(isPeerOfAll(view, address)
          ? [`all nodes still peer with it: birdkeeper bgp peer remove ${address}`]
          : []),
        ...(twin ? [`${twin.origin} still makes it one: remove it with --keys ${other}`] : []),
        ...write.warnings,
      ],
    };
  };
}

function at(
  reflectors: readonly StandingReflector[],
  address: Address,
): StandingReflector | undefined {
  return reflectors.find((reflector) => reflector.address === address);
}

function atNode(
  reflectors: readonly StandingReflector[],
  name: string | undefined,
): StandingReflector | undefined {
  return name === undefined ? undefined : reflectors.find(({ nodeName }) => nodeName === name);
}

function isPeerOfAll({ cluster: { peerings } }: StoreView, address: Address): boolean {
  return peerings.some(
    (peering) => peering.scope.kind === 'all-nodes' && isPeeringWith(peering, address),
  );
}

function ofCluster(clusterId: RouterId | undefined): string {
  return `of cluster ${clusterId ?? '(its router id)'}`;
}
