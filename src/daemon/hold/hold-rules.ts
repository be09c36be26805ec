/**
 * When the configuration that stands is held although the datastore asks for another one. Pure.
 *
 * A datastore that comes back empty, half refilled, or without this host asks for the end of all sessions, in good order.
 * No operator takes a whole cluster down like that, and many a broken etcd does. So such a state is held until it is whole
 * again, or until an operator lets it through. So is a state with fewer sessions of a store that is another one than before,
 * or went back: one that was lost and is being refilled, or restored from a backup. And so is any that lacks much of what
 * stands, be it by a slip of somebody's hand. A cluster that becomes smaller bit by bit is none of this.
 */

import type { Snapshot } from '../../datastore/datastore.js';
import { type Cluster, nodeNamed } from '../../model/cluster.js';
import type { Host } from '../../plan/host.js';
import type { Plan } from '../../plan/plan.js';
import { neighborOf } from '../../plan/sessions/merge-sessions.js';
import { FAMILIES } from '../../values/family.js';
import { type LossLimit, type Names, type Part, tooGreatLoss } from './losses.js';

/** What a state of the datastore has of what this host's sessions come from, and what it asks for, of both families. */
export interface Footing extends Names {
  /** Whether this node has an address in the datastore. Always false for a reflector, which needs no record. */
  readonly hasOwn: boolean;
  /** Whether there is any node, or for a reflector any other reflector. */
  readonly hasOthers: boolean;
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
  /** The parts of which too much would go, where that is all: then what is new can be had. */
  readonly parts?: readonly Part[];
}

/** What is to be known beside two states to judge the newer one. */
export interface Circumstances {
  /** Whether the store is another one than that of the state that stands, or an older state of it. */
  readonly isOtherStore: boolean;
  /** The parts for which a state was held last, which may be none; undefined when it was not. */
  readonly heldFor: readonly Part[] | undefined;
  /** Whether the datastore has asked for the same numbers for a long while. */
  readonly isSteady: boolean;
  /** Absent where any loss is let through. */
  readonly limit: LossLimit | undefined;
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
    sessions: namesOf(
      FAMILIES.map((family) => plan[family].sessions),
      neighborOf,
    ),
    blocks: namesOf(
      FAMILIES.map((family) => plan[family].blocks),
      prefixOf,
    ),
    pools: namesOf(
      FAMILIES.map((family) => plan[family].pools),
      prefixOf,
    ),
  };
}

/** A loop: for 5,000 sessions `flatMap` takes four times as long, half a millisecond of each pass. */
function namesOf<T>(
  lists: readonly (readonly T[])[],
  nameOf: (record: T) => string,
): readonly string[] {
  const names: string[] = [];
  for (const list of lists) {
    for (const record of list) {
      names.push(nameOf(record));
    }
  }
  return names;
}

function prefixOf({ prefix }: { readonly prefix: string }): string {
  return prefix;
}

/**
 * Why a state is to be held back; `undefined` when it isn't.
 *
 * A state after one that was held, or of another store, has to be whole, or nearly so and steady.
 *
 * @param standing - of the state that the standing configuration came from
 */
export function reasonToHold(
  nodeName: string,
  standing: Footing,
  now: Footing,
  circumstances: Circumstances,
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
  const { isOtherStore, heldFor, isSteady, limit } = circumstances;
  const isLost = isOtherStore || heldFor?.length === 0;
  const doubted = [...(isLost ? (['sessions'] as const) : []), ...(heldFor ?? [])];
  const broken = doubted.find((part) => {
    const [before, after] = [standing[part].length, now[part].length];
    return after < before && !(isSteady && after >= before * NEARLY);
  });
  const notWhole: Reason | undefined = broken && {
    key: NODES,
    reason: `${isLost ? LOST : REMOVED}: it asks for ${now[broken].length} of ${standing[broken].length} ${broken}`,
    ...(!isLost && { parts: doubted }),
  };
  const loss = limit && tooGreatLoss(standing, now, limit);
  const tooMuch = loss && { key: NODES, ...loss };
  return isOtherStore && notWhole ? notWhole : (tooMuch ?? notWhole);
}

const LOST =
  'the datastore was lost, emptied or put back to an older state, and is not whole again';
const REMOVED = 'what would have been removed at one go is not all back';
