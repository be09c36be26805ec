import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';

/**
 * How far a node owns a block: it does; it asked for it, and another node may get it (`pending`); or it is giving it back
 * (`releasing`, Calico's `pendingDeletion`): `plan/routes/blocks.ts` has what each means.
 */
export type BlockState = 'confirmed' | 'pending' | 'releasing';

/** A part of a pool that IPAM gave to one node, which announces it as one route. */
export interface Block {
  readonly prefix: Prefix;
  readonly family: Family;
  readonly nodeName: string;
  readonly state: BlockState;
  /** The datastore key that gives it to the node. */
  readonly origin: string;
}
