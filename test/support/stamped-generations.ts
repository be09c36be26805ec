/**
 * Changes that touch bird.cfg and one of its includes at one revision of etcd, each time with another stamp, so that a set
 * of files shows whether it is of one generation.
 *
 * Both keys are below one key prefix: etcd tells a transaction over several, which have a watch each, in parts that may
 * come milliseconds apart.
 */
import type { EtcdOp } from './etcd-gateway.js';

const HOST_KEY = '/calico/bgp/v1/host/stamped/ip_addr_v4';
const FILTER_KEY = '/calico/bgp/v1/global/custom_filters/v4/stamped';

/** Where each file shows its stamp. */
const STAMPS: Readonly<Record<string, RegExp>> = {
  'bird.cfg': /neighbor 10\.250\.(\d+)\.1 as/,
  'bird_ipam.cfg': /net = 10\.252\.(\d+)\.0\/24/,
};

/** What the daemon must be started with. */
export const STAMP_OPTIONS = ['--custom-filters', 'on'] as const;

/** An address and a filter with this stamp, 1 to 250. */
export function stampingOperations(stamp: number): readonly EtcdOp[] {
  return [
    { put: [HOST_KEY, `10.250.${stamp}.1`] },
    { put: [FILTER_KEY, `if (net = 10.252.${stamp}.0/24) then { accept; }`] },
  ];
}

/** The stamps that files show, by the files' names; empty where a file shows none. */
export function stampsOf(files: ReadonlyMap<string, string>): readonly string[] {
  return Object.entries(STAMPS).map(
    ([name, stamp]) => stamp.exec(files.get(name) ?? '')?.[1] ?? '',
  );
}

/** The name of BIRD's protocol for the session that comes with a stamp. */
export function protocolOfStamp(stamp: number): string {
  return `Mesh_10_250_${stamp}_1`;
}
