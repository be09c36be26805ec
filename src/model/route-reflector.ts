import type { Address } from '../values/address.js';
import type { RouterId } from '../values/router-id.js';

/** A route reflector outside of the nodes (RFC 4456), as Calico's `rr_v4` and `rr_v6` keys name it. */
export interface RouteReflector {
  readonly address: Address;
  /** Its cluster; BIRD takes the router id when absent. */
  readonly clusterId?: RouterId;
  /** The datastore key that names it. */
  readonly origin: string;
}
