/** Settings of BGP for the whole cluster that came with Calico 3 (the fields of BGPConfiguration `default`). */

import type { Community } from '../values/community.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';
import type { SecretRef } from './secret-ref.js';

/** What a cluster says beside its AS number, mesh and log level; `DEFAULT_BGP_SETTINGS` where it says nothing. */
export interface BgpSettings {
  /** TCP port of BGP on each node. */
  readonly listenPort?: number;
  /** Whether BIRD listens on the node's address alone (`bindMode: NodeIP`). */
  readonly bindsNodeAddress: boolean;
  /** MD5 password of mesh sessions (RFC 2385), with the key that asks for it. */
  readonly meshPassword?: SecretRef & { readonly origin: string };
  /** Restart time that mesh sessions announce (RFC 4724), in seconds. */
  readonly meshRestartTimeS?: number;
  /** Interface patterns whose addresses BIRD doesn't take in, beside Calico's own. */
  readonly ignoredInterfaces: readonly string[];
  /** Which routes to other nodes' workloads BIRD puts into the kernel; Felix does the others. */
  readonly clusterRoutes: ClusterRoutes;
  /** Metric of a route of usual standing; one with a lower metric is preferred (live migration of virtual machines). */
  readonly routePriority: Readonly<Record<Family, number>>;
  /** What is announced of services. */
  readonly serviceRanges: ServiceRanges;
  /** Communities on announced routes. */
  readonly advertisements: readonly Advertisement[];
}

/** Whether BIRD programs routes of pools with IPIP, and of those without encapsulation. */
export interface ClusterRoutes {
  readonly ipip: boolean;
  readonly unencapsulated: boolean;
}

/** Address ranges of Kubernetes services, in the order in which they were given. */
export interface ServiceRanges {
  readonly cluster: readonly Prefix[];
  readonly external: readonly Prefix[];
  readonly loadBalancer: readonly Prefix[];
  /** Whether load balancer ranges are announced as a whole by every node, and not each address by itself. */
  readonly aggregatesLoadBalancers: boolean;
}

/** Communities that the routes inside of `prefix` get when they are announced. */
export interface Advertisement {
  readonly prefix: Prefix;
  readonly family: Family;
  /** Sorted as text, no two the same. */
  readonly communities: readonly Community[];
  readonly origin: string;
}

/** What holds where a cluster says nothing: the defaults of Calico's API. */
export const DEFAULT_BGP_SETTINGS: BgpSettings = {
  bindsNodeAddress: false,
  ignoredInterfaces: [],
  clusterRoutes: { ipip: false, unencapsulated: true },
  routePriority: { ipv4: 1024, ipv6: 1024 },
  serviceRanges: { cluster: [], external: [], loadBalancer: [], aggregatesLoadBalancers: true },
  advertisements: [],
};
