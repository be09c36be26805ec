/**
 * How one generation of Calico says what the verbs change. A verb decides what is asked for and tells of it; a key language
 * knows which keys that is. There are two: `v1/keys.ts` and `v3/resources.ts`.
 */

import type { Change } from '../datastore/datastore.js';
import type { Generation } from '../model/cluster.js';
import type { Address } from '../values/address.js';
import type { RouterId } from '../values/router-id.js';
import type { StoreView } from './store-view.js';

/** A peer's address, and whose peer it is. Without `nodeName` it is one of all nodes. */
export interface PeerPlace {
  readonly address: Address;
  readonly nodeName?: string;
}

/** A peer that is to be there. */
export interface WantedPeer extends PeerPlace {
  readonly asn: number;
}

/** A route reflector that is to be there. */
export interface WantedReflector {
  readonly address: Address;
  readonly clusterId?: RouterId | undefined;
  /** The name of its Node, where Calico has one for reflectors; made of its address unless given. */
  readonly nodeName?: string | undefined;
}

/** What has to be written for something to be as wanted. */
export type Write =
  /** Nothing: it is as wanted. */
  | { readonly kind: 'nothing' }
  /** It can't be written, for a reason that is a whole line. */
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'changes';
      /** At least one. */
      readonly changes: readonly Change[];
      /** Whether there was nothing of it before. */
      readonly isNew: boolean;
      /** What is written, where the verb's own words don't say it. */
      readonly notes: readonly string[];
      readonly warnings: readonly string[];
    };

/** Pure functions of what the datastore holds. */
export interface KeyLanguage {
  readonly generation: Generation;
  putMesh(view: StoreView, isEnabled: boolean): Write;
  putDefaultAsn(view: StoreView, asn: number): Write;
  putPeer(view: StoreView, peer: WantedPeer): Write;
  /** Writes nothing where there is no such peer. */
  removePeer(view: StoreView, peer: PeerPlace): Write;
  putReflector(view: StoreView, reflector: WantedReflector): Write;
  /** Writes nothing where there is no such reflector. */
  removeReflector(view: StoreView, address: Address): Write;
}

/** Changes without a word to say of them. */
export function changesOf(
  changes: readonly Change[],
  more: {
    readonly isNew?: boolean;
    readonly notes?: readonly string[];
    readonly warnings?: readonly string[];
  } = {},
): Write {
  const { isNew = false, notes = [], warnings = [] } = more;
  return { kind: 'changes', changes, isNew, notes, warnings };
}
