import type { Address } from '../values/address.js';
import type { Selector } from '../values/selector.js';
import type { SecretRef } from './secret-ref.js';

/** A peering that an operator asked for: whose it is, with whom, and on which terms. */
export interface Peering {
  readonly scope: PeeringScope;
  readonly remote: PeeringRemote;
  /** What its sessions are told beside who is at their ends. `NO_TERMS` for Calico's v1 keys. */
  readonly terms: PeeringTerms;
  /** The datastore key that asks for it. */
  readonly origin: string;
}

/** The nodes that have a peering. The named node need not exist. */
export type PeeringScope =
  | { readonly kind: 'all-nodes' }
  | { readonly kind: 'node'; readonly nodeName: string }
  | { readonly kind: 'selector'; readonly selector: Selector };

/** Who is at the other end of a peering. */
export type PeeringRemote =
  | {
      readonly kind: 'address';
      readonly address: Address;
      /** TCP port, where one is said: then it counts whatever a node at this address says. */
      readonly port?: number;
      /** AS number of the remote BGP speaker. */
      readonly asn: number;
    }
  /** The nodes of a selector, each in its own AS. */
  | { readonly kind: 'nodes'; readonly selector: Selector }
  /** Workloads on the node itself, as Felix tells by the name of this peering. */
  | { readonly kind: 'workloads'; readonly peerName: string; readonly asn: number };

/** Terms of a BGPPeer of Calico 3. */
export interface PeeringTerms {
  /** This host's AS number on these sessions, where it isn't the node's. */
  readonly localAsn?: number;
  /** `keep-external` is `keepOriginalNextHop`: kept where the session is external. */
  readonly nextHop?: 'self' | 'keep' | 'keep-external';
  readonly password?: SecretRef;
  /** Whether sessions go out from this node's address (`sourceAddress: UseNodeIP`). */
  readonly usesNodeAddress: boolean;
  /** Restart time that the session announces (RFC 4724), in seconds. */
  readonly restartTimeS?: number;
  readonly keepaliveS?: number;
  /** How often our own AS number may be in a path that we take. */
  readonly allowedLocalAsns?: number;
  /** Hops to the peer, where only packets from so near are taken (RFC 5082). */
  readonly ttlSecurityHops?: number;
  /** Gateway by which the peer is reached. */
  readonly reachableBy?: Address;
  /** Names of BGPFilters, in the order in which they run. */
  readonly filters: readonly string[];
  /** Whether the nodes at the other end get the peering back without asking for it (`reversePeering: Auto`). */
  readonly isReversed: boolean;
}

/** The terms of a peering that names none. */
export const NO_TERMS: PeeringTerms = { usesNodeAddress: true, filters: [], isReversed: false };

/** Whether a peering is one of Calico's v1 keys. A BGPPeer always has terms. */
export function isOfKeys({ terms }: Peering): boolean {
  return terms === NO_TERMS;
}

/** A peering with a speaker at one address. */
export type AddressPeering = Peering & {
  readonly remote: Extract<PeeringRemote, { kind: 'address' }>;
};

/** Whether the other end of `peering` is one address. */
export function isWithAddress(peering: Peering): peering is AddressPeering {
  return peering.remote.kind === 'address';
}

/** Whether `node` has the peering. */
export function isPeeringOf(
  { scope }: Peering,
  node: { readonly name: string; readonly labels?: Readonly<Record<string, string>> },
): boolean {
  switch (scope.kind) {
    case 'all-nodes':
      return true;
    case 'node':
      return scope.nodeName === node.name;
    case 'selector':
      return scope.selector.matches(node.labels ?? {});
  }
}

/** Whether the speaker at `address` is at the other end. */
export function isPeeringWith(peering: Peering, address: Address): peering is AddressPeering {
  return isWithAddress(peering) && peering.remote.address === address;
}
