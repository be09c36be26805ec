import type { Family } from '../values/family.js';
import type { Prefix } from '../values/prefix.js';

/**
 * When routes into a pool go through the IPIP tunnel: never, always, or only to nodes of other subnets.
 * (Calico's `ipip_mode`.)
 */
export type TunnelMode = 'never' | 'always' | 'cross-subnet';

/** An IP pool: workload addresses that this cluster routes. */
export interface Pool {
  readonly prefix: Prefix;
  readonly family: Family;
  readonly tunnel: TunnelMode;
  /** Whether its routes are encapsulated in VXLAN, which is Felix's. */
  readonly isVxlan: boolean;
  /** Whether nothing of it is told to BGP peers (`disableBGPExport`). */
  readonly isExportDisabled: boolean;
  /** The datastore key that defines it. */
  readonly origin: string;
}
