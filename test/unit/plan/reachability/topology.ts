/** Clusters for the tests of reachability, in a short form that reads as an operator would say it. */
import type { Cluster } from '../../../../src/model/cluster.js';
import { viewOf } from '../../../../src/verbs/store-view.js';

const BGP = '/calico/bgp/v1';

/** A cluster in short: what each line of it says is spelled out by `clusterOf`. */
export interface Topology {
  /** Node names with the last part of their address: 10.0.0.N, and fd00::N where it is given twice. */
  readonly nodes: readonly string[];
  readonly mesh?: boolean;
  /** `10.0.0.N`, or `10.0.0.N=CLUSTER`. */
  readonly reflectors?: readonly string[];
  /** `ADDRESS`, or `ADDRESS=AS`; after `NODE: ` of that node alone. */
  readonly peers?: readonly string[];
  /** `NODE=AS` */
  readonly asNumbers?: readonly string[];
  /** Nodes speak IPv6 too, or IPv6 alone. */
  readonly families?: 'ipv4' | 'dual' | 'ipv6';
}

const DEFAULT_AS = '65100';

function entriesOf({
  nodes,
  mesh = false,
  reflectors = [],
  peers = [],
  asNumbers = [],
  families = 'ipv4',
}: Topology) {
  const entries = new Map<string, string>([
    [`${BGP}/global/as_num`, DEFAULT_AS],
    [`${BGP}/global/node_mesh`, JSON.stringify({ enabled: mesh })],
  ]);
  nodes.forEach((name, i) => {
    if (families !== 'ipv6') {
      entries.set(`${BGP}/host/${name}/ip_addr_v4`, `10.0.${i >> 7}.${(i & 127) + 1}`);
    }
    if (families !== 'ipv4') {
      entries.set(`${BGP}/host/${name}/ip_addr_v6`, `fd00::${i + 1}`);
    }
  });
  for (const reflector of reflectors) {
    const [ip = '', cluster_id] = reflector.split('=');
    const version = ip.includes(':') ? 'v6' : 'v4';
    entries.set(`${BGP}/rr_${version}/${ip}`, JSON.stringify({ ip, cluster_id }));
  }
  for (const peer of peers) {
    const [, node, ip = '', as_num = DEFAULT_AS] =
      /^(?:(\w+): )?([^= ]+)(?:=(\d+))?$/.exec(peer) ?? [];
    const owner = node === undefined ? 'global' : `host/${node}`;
    const version = ip.includes(':') ? 'v6' : 'v4';
    entries.set(`${BGP}/${owner}/peer_${version}/${ip}`, JSON.stringify({ ip, as_num }));
  }
  for (const own of asNumbers) {
    const [node = '', asn = ''] = own.split('=');
    entries.set(`${BGP}/host/${node}/as_num`, asn);
  }
  return [...entries].map(([key, value]) => ({ key, value }));
}

/** The cluster that a datastore with all of this describes. */
export function clusterOf(topology: Topology): Cluster {
  return viewOf({ revision: '1', entries: entriesOf(topology) }).cluster;
}
