/** Kubernetes services, as far as BGP announces them. */

import type { Address } from '../values/address.js';

/** A service with the addresses of one family that clients reach it by. One with both families is two of these. */
export interface Service {
  /** `NAMESPACE/NAME`. */
  readonly name: string;
  readonly clusterAddresses: readonly Address[];
  readonly externalAddresses: readonly Address[];
  readonly loadBalancerAddresses: readonly Address[];
  /** Whether only nodes with an endpoint of their own take its traffic (`externalTrafficPolicy: Local`). */
  readonly isLocal: boolean;
  /** The nodes that have a ready endpoint of it, of this family; sorted. */
  readonly endpointNodes: readonly string[];
  readonly origin: string;
}
