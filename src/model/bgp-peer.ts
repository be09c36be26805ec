import type { Address } from '../values/address.js';

/** A peering that an operator asked for, of all nodes or of one. */
export interface BgpPeer {
  /** Address of the remote BGP speaker. */
  readonly address: Address;
  /** AS number of the remote BGP speaker. */
  readonly asn: number;
  /** The datastore key that asks for it. */
  readonly origin: string;
}
