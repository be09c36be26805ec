/** A workload of this host that is a BGP peer of it (`localWorkloadSelector` of a BGPPeer), as Felix tells in its endpoint status. */

import type { Address } from '../values/address.js';

/** One such workload. */
export interface Workload {
  /** The BGPPeer resource that it peers by. */
  readonly peerName: string;
  /** Its addresses of both families. */
  readonly addresses: readonly Address[];
  readonly origin: string;
}
