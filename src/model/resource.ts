import type { Address } from '../values/address.js';
import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';
import type { BgpPeer } from './bgp-peer.js';
import type { Block } from './block.js';
import type { CustomFilter } from './custom-filter.js';
import type { LogLevel } from './log-level.js';
import type { Pool } from './pool.js';
import type { RouteReflector } from './route-reflector.js';

/** What one entry of the datastore says, decoded: the unit in which the model changes. */
export type Resource =
  | { readonly kind: 'default-asn'; readonly asn: number }
  | { readonly kind: 'mesh'; readonly isEnabled: boolean }
  | { readonly kind: 'log-level'; readonly nodeName?: string; readonly level: LogLevel }
  | {
      readonly kind: 'node-address';
      readonly nodeName: string;
      readonly family: Family;
      /** Absent when the node says that it doesn't speak the family. */
      readonly address?: Address;
    }
  | { readonly kind: 'node-asn'; readonly nodeName: string; readonly asn: number }
  | {
      readonly kind: 'node-network';
      readonly nodeName: string;
      readonly family: Family;
      readonly network?: Prefix;
    }
  | { readonly kind: 'peer'; readonly nodeName?: string; readonly peer: BgpPeer }
  | { readonly kind: 'reflector'; readonly reflector: RouteReflector }
  | { readonly kind: 'pool'; readonly pool: Pool }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'custom-filter'; readonly filter: CustomFilter };
