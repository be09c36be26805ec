import type { Address } from '../values/address.js';

/** A peering that an operator asked for: whose it is, with whom, and on which terms. */
export interface Peering {
  readonly scope: PeeringScope;
  readonly remote: PeeringRemote;
  /** AS number of the remote BGP speaker. */
  readonly asn: number;
  /** The datastore key that asks for it. */
  readonly origin: string;
}

/** The nodes that have a peering. The named node need not exist. */
export type PeeringScope =
  | { readonly kind: 'all-nodes' }
  | { readonly kind: 'node'; readonly nodeName: string };

/** Who is at the other end of a peering. */
export type PeeringRemote = { readonly kind: 'address'; readonly address: Address };

/** Whether the node called `nodeName` has the peering. */
export function isPeeringOf({ scope }: Peering, nodeName: string): boolean {
  switch (scope.kind) {
    case 'all-nodes':
      return true;
    case 'node':
      return scope.nodeName === nodeName;
  }
}

/** Whether the speaker at `address` is at the other end. */
export function isPeeringWith({ remote }: Peering, address: Address): boolean {
  return remote.address === address;
}
