/**
 * Changes that touch bird.cfg and both of its includes at one revision of etcd, each time with another stamp, so that a
 * set of files shows whether it is of one generation.
 */
import type { EtcdOp } from './etcd-gateway.js';
import { NODE_NAME } from './fault-site.js';

const HOST_KEY = '/calico/bgp/v1/host/one-generation/ip_addr_v4';

/** Where each file shows its stamp. */
const STAMPS: Readonly<Record<string, RegExp>> = {
  'bird.cfg': /neighbor 10\.250\.(\d+)\.1 as/,
  'bird_aggr.cfg': /route 10\.251\.(\d+)\.0\/26 blackhole/,
  'bird_ipam.cfg': /net ~ 10\.252\.(\d+)\.0\/24/,
};

/** An address, a block and a pool with this stamp (1 to 250), in the place of those with `former`. */
export function stampingOperations(stamp: number, former: number): readonly EtcdOp[] {
  const block = (n: number): string =>
    `/calico/ipam/v2/host/${NODE_NAME}/ipv4/block/10.251.${n}.0-26`;
  const pool = (n: number): string => `/calico/v1/ipam/v4/pool/10.252.${n}.0-24`;
  return [
    { put: [HOST_KEY, `10.250.${stamp}.1`] },
    { put: [block(stamp), '{}'] },
    { put: [pool(stamp), `{"cidr":"10.252.${stamp}.0/24"}`] },
    { delete: block(former) },
    { delete: pool(former) },
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
