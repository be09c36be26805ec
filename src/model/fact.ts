/**
 * What entries of the datastore say, decoded: the unit in which the model changes.
 *
 * One entry may give many facts, and two entries may speak of one thing. Of two facts about the same thing (one setting of the
 * cluster, one property of a node) the one stands whose key comes later in the order of keys. So the order of arrival never
 * matters, and where one source supersedes another (`/calico/resources/…` of Calico 3 comes after `/calico/bgp/v1/…`), the
 * newer one stands.
 *
 * @scenario v3/both-generations
 */

import type { Address } from '../values/address.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';
import type { RouterId } from '../values/router-id.js';
import type { Secret } from '../values/secret.js';
import type { Labels } from '../values/selector.js';
import type { BgpFilter } from './bgp-filter.js';
import type { Advertisement, BgpSettings } from './bgp-settings.js';
import type { Block } from './block.js';
import type { Consent } from './consent.js';
import type { CustomFilter } from './custom-filter.js';
import type { LogLevel } from './log-level.js';
import type { Peering } from './peering.js';
import type { Pool } from './pool.js';
import type { RouteReflector } from './route-reflector.js';
import type { SecretRef } from './secret-ref.js';
import type { Service } from './service.js';
import type { Workload } from './workload.js';

/** One thing that an entry says. */
export type Fact = ClusterFact | NodeFact | RecordFact;

/** A setting of the whole cluster. */
export type ClusterFact =
  /** Without a number where the one that is written can't be read: then nothing goes by it. */
  | { readonly kind: 'default-asn'; readonly asn?: number | undefined }
  | { readonly kind: 'mesh'; readonly isEnabled: boolean }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  /** Those settings that are given; the others keep what they were. */
  | { readonly kind: 'bgp-settings'; readonly settings: Partial<BgpSettings> }
  | { readonly kind: 'consents'; readonly consents: readonly Consent[] };

/** A property of one node. A node is there when anything is said about it. */
export type NodeFact = { readonly nodeName: string } & (
  | {
      readonly kind: 'node-address';
      readonly family: Family;
      /** Absent when the node says that it doesn't speak the family. */
      readonly address?: Address;
    }
  | { readonly kind: 'node-asn'; readonly asn: number }
  /** What it says of its AS number, labels or role can't be read. */
  | { readonly kind: 'node-doubt' }
  | { readonly kind: 'node-network'; readonly family: Family; readonly network?: Prefix }
  | { readonly kind: 'node-log-level'; readonly level: LogLevel }
  | { readonly kind: 'node-labels'; readonly labels: Labels }
  /** The node reflects routes for others, and its cluster (RFC 4456) is this. */
  | { readonly kind: 'node-cluster-id'; readonly clusterId: RouterId }
  | { readonly kind: 'node-listen-port'; readonly port: number }
  | {
      readonly kind: 'node-wireguard-address';
      readonly family: Family;
      readonly address: Address;
    }
  /** Takes the place of what the cluster says, in both families. */
  | { readonly kind: 'node-advertisements'; readonly advertisements: readonly Advertisement[] }
  /** What Kubernetes gave the node for its pods. */
  | { readonly kind: 'node-pod-prefixes'; readonly prefixes: readonly Prefix[] }
);

/** A record of its own, beside which others of its kind stand. */
export type RecordFact =
  | { readonly kind: 'peering'; readonly peering: Peering }
  | { readonly kind: 'reflector'; readonly reflector: RouteReflector }
  | { readonly kind: 'pool'; readonly pool: Pool }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'custom-filter'; readonly filter: CustomFilter }
  | { readonly kind: 'bgp-filter'; readonly filter: BgpFilter }
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'secret'; readonly ref: SecretRef; readonly secret: Secret };
