/** What the walkthrough is made on, and what must be seen: hosts, keys, and routes as `ip route show` prints them. */
import type { BirdKind } from './birds.js';
import type { LabHostOptions } from './lab-host.js';

/** What a walkthrough is made on. */
export interface WalkthroughOptions {
  /** `mixed` gives every second host the other one. */
  readonly bird: BirdKind | 'mixed';
  readonly secondReflector?: boolean;
  /** Whose data; those of Calico 2 unless told. The routes to workloads are as that Calico makes them. */
  readonly keys?: 'v1' | 'v3';
}

/** The nodes, and after them the reflectors. */
export function walkthroughSite({
  bird,
  secondReflector = false,
  keys = 'v1',
}: WalkthroughOptions): readonly LabHostOptions[] {
  const reflectors = [
    { name: 'node1', address: '172.17.42.40', role: 'reflector' },
    { name: 'node2', address: '172.17.42.41', role: 'reflector' },
  ] as const;
  const hosts: readonly Omit<LabHostOptions, 'bird'>[] = [
    ...walkthroughNodes,
    ...reflectors.slice(0, secondReflector ? 2 : 1),
  ];
  const metric = keys === 'v1' ? 0 : 1024;
  return hosts.map((host, i) => ({
    ...host,
    workloads: (host.workloads ?? []).map((link) => ({ ...link, metric })),
    bird: bird === 'mixed' ? (i % 2 === 0 ? 'bird2' : 'bird1') : bird,
  }));
}

/** The nodes alone, with one kind of BIRD, each with its address; etcd runs on the first. */
export function walkthroughHosts(bird: BirdKind): readonly LabHostOptions[] {
  return walkthroughNodes.map((node) => ({ ...node, bird }));
}

const walkthroughNodes: readonly Omit<LabHostOptions, 'bird'>[] = [
  { name: 'kube-master', address: '172.17.42.30' },
  {
    name: 'kube-node1',
    address: '172.17.42.31',
    workloads: [{ interfaceName: 'cali1f3c9fa633a', address: '192.168.0.2' }],
  },
  {
    name: 'kube-node2',
    address: '172.17.42.32',
    workloads: [
      { interfaceName: 'cali03adc9f233a', address: '192.168.0.64' },
      { interfaceName: 'calicb1a3b2633b', address: '192.168.0.65' },
    ],
  },
];

/** What Calico has written to etcd before the walkthrough begins. */
export const calicoKeys: Readonly<Record<string, string>> = {
  '/calico/bgp/v1/global/as_num': '65100',
  '/calico/bgp/v1/global/loglevel': 'info',
  '/calico/bgp/v1/host/kube-master/ip_addr_v4': '172.17.42.30',
  '/calico/bgp/v1/host/kube-master/network_v4': '172.17.0.0/16',
  '/calico/bgp/v1/host/kube-node1/ip_addr_v4': '172.17.42.31',
  '/calico/bgp/v1/host/kube-node1/network_v4': '172.17.0.0/16',
  '/calico/bgp/v1/host/kube-node2/ip_addr_v4': '172.17.42.32',
  '/calico/bgp/v1/host/kube-node2/network_v4': '172.17.0.0/16',
  '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16","masquerade":true}',
  '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
  '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
};

/** Routes of each host while routes are exchanged, by mesh or by reflector. */
export const routesWithPeers: Readonly<Record<string, string>> = {
  'kube-master': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.30
192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird
192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird`,
  'kube-node1': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.31
blackhole 192.168.0.0/26 proto bird
192.168.0.2 dev cali1f3c9fa633a scope link
192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird`,
  'kube-node2': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.32
192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird
192.168.0.64 dev cali03adc9f233a scope link
blackhole 192.168.0.64/26 proto bird
192.168.0.65 dev calicb1a3b2633b scope link`,
};

/** Routes of each host while nobody has a session: what is its own stays. */
export const routesAlone: Readonly<Record<string, string>> = {
  'kube-master': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.30`,
  'kube-node1': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.31
blackhole 192.168.0.0/26 proto bird
192.168.0.2 dev cali1f3c9fa633a scope link`,
  'kube-node2': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.32
192.168.0.64 dev cali03adc9f233a scope link
blackhole 192.168.0.64/26 proto bird
192.168.0.65 dev calicb1a3b2633b scope link`,
};

/** What `birdkeeper bgp peer show` prints once the reflector is a peer. */
export const PEER_TABLE = `\
+----------------------+--------+
| Global IPv4 BGP Peer | AS Num |
+----------------------+--------+
| 172.17.42.40         | 65100  |
+----------------------+--------+
No global IPv6 BGP Peers defined.
`;
