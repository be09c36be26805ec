import type { Address } from '../values/address.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';
import type { RouterId } from '../values/router-id.js';
import type { Labels } from '../values/selector.js';
import type { Advertisement } from './bgp-settings.js';
import type { LogLevel } from './log-level.js';

/** A host of the cluster, as far as BGP is concerned. A node exists when any key speaks of it. */
export interface Node {
  readonly name: string;
  /** Address of its BGP speaker in each family; absent when it doesn't speak that family. */
  readonly addresses: Readonly<Partial<Record<Family, NodeAddress>>>;
  /** Subnet that its address lies in, for IPIP across subnets only. */
  readonly networks: Readonly<Partial<Record<Family, Prefix>>>;
  /** Its own AS number; the cluster's default when absent. */
  readonly asn?: SourcedAsn;
  /** Its own BIRD log level; the cluster's when absent. */
  readonly logLevel?: LogLevel;
  readonly labels?: Labels;
  /** Whether its AS number, labels or role can't be read as they are written: no session is planned with it. */
  readonly isInDoubt?: boolean;
  /** Its cluster (RFC 4456), where the node is a reflector for others. */
  readonly clusterId?: RouterId;
  /** TCP port of its BGP speaker; the cluster's when absent. */
  readonly listenPort?: number;
  /** Where Felix encrypts to and from it; such routes are Felix's. */
  readonly wireguardAddresses?: Readonly<Partial<Record<Family, Address>>>;
  /** Communities on what it announces; the cluster's when absent. */
  readonly advertisements?: readonly Advertisement[];
  /** What Kubernetes gave the node for its pods, sorted as given. */
  readonly podPrefixes?: readonly Prefix[];
}

/** A node's address with the key that it came from. */
export interface NodeAddress {
  readonly address: Address;
  readonly origin: string;
}

/** An AS number with the key that it came from; without one it is Calico's default. */
export interface SourcedAsn {
  readonly asn: number;
  readonly origin?: string;
  /** Whether another one is written that can't be read: no session is planned that goes by it. */
  readonly isUnreadable?: boolean;
}
