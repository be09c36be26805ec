import type { Address } from '../values/address.js';
import type { Prefix } from '../values/prefix.js';
import type { RouterId } from '../values/router-id.js';

/** The host that is planned for: what the settings say about it, not the datastore. */
export interface Host {
  readonly role: 'node' | 'reflector';
  /** Name of the node in the datastore; of a reflector, only for its router id. */
  readonly nodeName: string;
  /** Its name in Kubernetes, where that is another one. */
  readonly kubernetesName?: string;
  /** A reflector's own addresses. For a node they stand in where the datastore has none. */
  readonly ipv4?: Address;
  readonly ipv6?: Address;
  /** A fixed router id, or `hash` for one made of the name; by default the IPv4 address. */
  readonly routerId?: RouterId | 'hash';
  /** Whether what Kubernetes gave the node for its pods counts as blocks of it. */
  readonly usesPodPrefixes?: boolean;
  /** Ranges of cluster addresses of services, in place of those that the datastore has. */
  readonly clusterServiceRanges?: readonly Prefix[];
  /** Whether raw statements of the datastore are taken in. */
  readonly acceptsCustomFilters: boolean;
  /** Why BIRD refuses raw statements on their own, by the key that holds them. Found out in apply/. */
  readonly refusedStatements: ReadonlyMap<string, string>;
}
