/**
 * When the configuration that stands is held although the datastore asks for another one. Pure.
 *
 * A datastore that comes back empty, half refilled, or without this host asks for the end of all sessions, in good order.
 * No operator takes a whole cluster down like that, and many a broken etcd does. So such a state is held until it is whole
 * again, or until an operator lets it through. So is a state with fewer sessions of a store that is another one than before,
 * or went back: one that was lost and is being refilled, or restored from a backup. A cluster that merely becomes smaller is
 * none of this.
 */

import type { Snapshot } from '../../datastore/datastore.js';
import { type Cluster, nodeNamed } from '../../model/cluster.js';
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

/** Which store a state is of, and how far that was. */
export interface StoreMark {
  readonly id: string;
  readonly revision: number;
}

/** The mark of a snapshot; `undefined` when its datastore doesn't say which store it is. */
export function storeMarkOf({ storeId, revision }: Snapshot): StoreMark | undefined {
  return storeId === undefined ? undefined : { id: storeId, revision: Number(revision) };
}

/** Whether `now` is another store than `before`, or an older state of it. Nothing is known without a `before`. */
export function isOtherStore(before: StoreMark | undefined, now: StoreMark | undefined): boolean {
  if (before === undefined) {
    return false;
  }
  return now === undefined || now.id !== before.id || now.revision < before.revision;
}

/** What the datastore asks for is held back. */
export interface Reason {
  /** What is missing: nodes, or one of them. Which keys it had is gone with it. */
  readonly key: string;
  /** Why, as one sentence without a full stop. */
  readonly reason: string;
}

const NODES = 'nodes';

/**
 * The part of the sessions that a doubted state has to have to be nearly whole. A node may be gone for good; more than a tenth
 * at once is rather a refill that got stuck.
 */
const NEARLY = 0.9;

/** What `cluster`, from which `plan` was made, has for `host`. */
export function footingOf(
  cluster: Cluster,
  { role, nodeName, ipv4, ipv6 }: Pick<Host, 'role' | 'nodeName' | 'ipv4' | 'ipv6'>,
  plan: Plan,
): Footing {
  const own = nodeNamed(cluster, nodeName);
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
 * @param isDoubted - whether the state before this one was held, or the store is another one: then it has to be whole, or
 *   nearly so and `isSteady`
 * @param isSteady - whether the datastore has asked for this number of sessions for a long while
 */
export function reasonToHold(
  nodeName: string,
  standing: Footing,
  now: Footing,
  { isDoubted, isSteady }: { readonly isDoubted: boolean; readonly isSteady: boolean },
): Reason | undefined {
  if (standing.hasOthers && !now.hasOthers) {
    return { key: NODES, reason: 'the datastore has no node any more, and it had some' };
  }
  if (standing.hasOwn && !now.hasOwn) {
    return {
      key: `node ${nodeName}`,
      reason: 'this node has no address in the datastore any more, and it had one',
    };
  }
  const isWhole = now.sessions >= standing.sessions;
  const isNearlyWhole = now.sessions >= standing.sessions * NEARLY;
  if (!isDoubted || isWhole || (isNearlyWhole && isSteady)) {
    return undefined;
  }
  return {
    key: NODES,
    reason: `the datastore was lost, emptied or put back to an older state, and is not whole again: it asks for ${now.sessions} of ${standing.sessions} sessions`,
  };
}
