import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';

/** A part of a pool that IPAM gave to one node, which announces it as one route. */
export interface Block {
  readonly prefix: Prefix;
  readonly family: Family;
  readonly nodeName: string;
  /**
   * Whether the node still owns it. A block that is being released is black-holed until it is gone, so that traffic
   * for it doesn't loop, but is no longer announced as a block.
   */
  readonly isConfirmed: boolean;
  /** The datastore key that gives it to the node. */
  readonly origin: string;
}
