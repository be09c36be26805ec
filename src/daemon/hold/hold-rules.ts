/**
 * When the configuration that stands is held although the datastore asks for another one. Pure.
 *
 * A datastore that comes back empty, half refilled, or without this host asks for the end of all sessions. A broken etcd does
 * that; an operator hardly does. So the configuration is held until the datastore is whole again, or until an operator lets
 * the new state through. A cluster that merely becomes smaller is not held.
 */

import type { Cluster } from '../../model/cluster.js';
import type { Host } from '../../plan/host.js';
import type { Plan } from '../../plan/plan.js';

/** What a state of the datastore has of what this host's sessions come from. */
export interface Footing {
  /** Whether this node has an address in the datastore. Always false for a reflector, which needs no record. */
  readonly hasOwn: boolean;
  /** Whether there is any node, or for a reflector any other reflector. */
  readonly hasOthers: boolean;
  /** BGP sessions of the plan, of both families. */
  readonly sessions: number;
}

/** What the datastore asks for is held back. */
export interface Reason {
  /** The key, or the folder of keys, that is missing. */
  readonly key: string;
  /** Why, as one sentence without a full stop. */
  readonly reason: string;
}

const HOSTS = '/calico/bgp/v1/host';

/** What `cluster`, from which `plan` was made, has for `host`. */
export function footingOf(
  cluster: Cluster,
  { role, nodeName, ipv4, ipv6 }: Pick<Host, 'role' | 'nodeName' | 'ipv4' | 'ipv6'>,
  plan: Plan,
): Footing {
  const own = cluster.nodes.find(({ name }) => name === nodeName);
  const otherReflectors = cluster.reflectors.filter(
    ({ address }) => address !== ipv4 && address !== ipv6,
  );
  return {
    hasOwn: role === 'node' && Object.keys(own?.addresses ?? {}).length > 0,
    hasOthers: cluster.nodes.length > 0 || (role === 'reflector' && otherReflectors.length > 0),
    sessions: plan.ipv4.sessions.length + plan.ipv6.sessions.length,
  };
}

/**
 * Why a state is to be held back; `undefined` when it isn't.
 *
 * @param standing - of the state that the standing configuration came from
 * @param isHeld - whether the state before this one was held: then it has to come back as a whole, or nearly so and `isStill`
 * @param isStill - whether the datastore has not changed for a while
 */
export function reasonToHold(
  nodeName: string,
  standing: Footing,
  now: Footing,
  { isHeld, isStill }: { readonly isHeld: boolean; readonly isStill: boolean },
): Reason | undefined {
  if (standing.hasOthers && !now.hasOthers) {
    return { key: HOSTS, reason: 'the datastore has no node any more, and it had some' };
  }
  if (standing.hasOwn && !now.hasOwn) {
    return {
      key: `${HOSTS}/${nodeName}`,
      reason: 'this node has no address in the datastore any more, and it had one',
    };
  }
  const isWhole = now.sessions >= standing.sessions;
  const isMostlyThere = isStill && now.sessions * 2 >= standing.sessions;
  if (!isHeld || isWhole || isMostlyThere) {
    return undefined;
  }
  return {
    key: HOSTS,
    reason: `the datastore was empty, or without this host, and is not whole again: it asks for ${now.sessions} of ${standing.sessions} sessions`,
  };
}
