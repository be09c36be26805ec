/** Changes of the datastore whose effect on sessions is known: of two nodes with a mesh and a reflector, IPv4 and IPv6. */

const BGP = '/calico/bgp/v1';
/** The reflector's addresses. */
export const REFLECTOR = '172.17.42.40';
export const REFLECTOR6 = 'fd00:17::40';
/** The addresses that kube-node1 has next; its interface has them from the start. */
export const NEXT_ADDRESS = '172.17.42.33';
export const NEXT_ADDRESS6 = 'fd00:17::33';
/** A block that kube-node1 gets on the way. */
export const NEW_BLOCK = '192.168.1.0/26';
/** All blocks of kube-node1. */
export const BLOCKS = ['192.168.0.0/26', NEW_BLOCK];
/** Neighbors that nobody is. */
export const ABSENT = ['172.17.42.98', '172.17.42.99'];

/** A change of the datastore, as one transaction, and who reloads on account of it. */
export interface Change {
  readonly keys: Readonly<Record<string, string | undefined>>;
  readonly reloads: readonly string[];
}

const NODES = ['kube-master', 'kube-node1'];
const ALL = [...NODES, 'kube-rr'];
/** Where pools are. */
export const POOL = '/calico/v1/ipam/v4/pool';

/** What is in the datastore at first. */
export const KEYS: Readonly<Record<string, string>> = {
  [`${BGP}/global/as_num`]: '65100',
  [`${BGP}/host/kube-master/ip_addr_v4`]: '172.17.42.30',
  [`${BGP}/host/kube-master/ip_addr_v6`]: 'fd00:17::30',
  [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
  [`${BGP}/host/kube-node1/ip_addr_v6`]: 'fd00:17::31',
  [`${BGP}/global/peer_v4/${REFLECTOR}`]: peer(REFLECTOR, 65100),
  [`${BGP}/global/peer_v6/${REFLECTOR6}`]: peer(REFLECTOR6, 65100),
  [`${BGP}/rr_v4/${REFLECTOR}`]: `{"ip":"${REFLECTOR}","cluster_id":"1.0.0.1"}`,
  [`${BGP}/rr_v6/${REFLECTOR6}`]: `{"ip":"${REFLECTOR6}","cluster_id":"1.0.0.1"}`,
  // The mesh has these two already; they stand when it goes.
  [`${BGP}/host/kube-master/peer_v4/172.17.42.31`]: peer('172.17.42.31', 65100),
  [`${BGP}/host/kube-node1/peer_v4/172.17.42.30`]: peer('172.17.42.30', 65100),
  [`${POOL}/192.168.0.0-16`]: '{"cidr":"192.168.0.0/16"}',
  '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
};

/** Changes that must not be felt by a session that stands, nor by a route. */
export const HARMLESS: Readonly<Record<string, Change>> = {
  'a pool added': {
    keys: { [`${POOL}/10.99.0.0-16`]: '{"cidr":"10.99.0.0/16"}' },
    reloads: NODES,
  },
  'a pool removed': { keys: { [`${POOL}/10.99.0.0-16`]: undefined }, reloads: NODES },
  'a peer added': {
    keys: { [`${BGP}/global/peer_v4/172.17.42.98`]: peer('172.17.42.98', 65999) },
    reloads: NODES,
  },
  'a host added': { keys: { [`${BGP}/host/kube-node9/ip_addr_v4`]: '172.17.42.99' }, reloads: ALL },
  'the host removed': { keys: { [`${BGP}/host/kube-node9/ip_addr_v4`]: undefined }, reloads: ALL },
  'the peer removed': {
    keys: { [`${BGP}/global/peer_v4/172.17.42.98`]: undefined },
    reloads: NODES,
  },
  'a custom filter': {
    keys: { [`${BGP}/global/custom_filters/v4/a`]: 'if net = 10.97.0.0/16 then { reject; }' },
    reloads: NODES,
  },
  'another log level': { keys: { [`${BGP}/global/loglevel`]: 'debug' }, reloads: NODES },
  'another block': {
    keys: { '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.1.0-26': '{}' },
    reloads: ['kube-node1'],
  },
};

/** The filter to the kernel changes for tunneled pools on BIRDs that have no tunnels, for no route that there is. */
export const TUNNELED_POOL: Change = {
  keys: { [`${POOL}/10.98.0.0-16`]: '{"cidr":"10.98.0.0/16","ipip":"tunl0"}' },
  reloads: NODES,
};

/** Changes that restart sessions, and what each host has to forecast; in an order in which each finds all standing. */
export const RESTARTING: Readonly<
  Record<string, Change & { readonly forecasts: Readonly<Record<string, readonly string[]>> }>
> = {
  "a node's IPv4 address, and so its router id": {
    keys: {
      [`${BGP}/host/kube-node1/ip_addr_v4`]: NEXT_ADDRESS,
      [`${BGP}/host/kube-master/peer_v4/172.17.42.31`]: undefined,
      [`${BGP}/host/kube-master/peer_v4/${NEXT_ADDRESS}`]: peer(NEXT_ADDRESS, 65100),
    },
    reloads: ALL,
    forecasts: {
      'kube-node1': [
        ...['Mesh_172_17_42_30', 'Global_172_17_42_40'],
        ...['Mesh_fd00_17__30', 'Global_fd00_17__40'],
      ],
    },
  },
  "a node's IPv6 address": {
    keys: { [`${BGP}/host/kube-node1/ip_addr_v6`]: NEXT_ADDRESS6 },
    reloads: ALL,
    forecasts: { 'kube-node1': ['Mesh_fd00_17__30', 'Global_fd00_17__40'] },
  },
  'the cluster id of one family': {
    keys: { [`${BGP}/rr_v4/${REFLECTOR}`]: `{"ip":"${REFLECTOR}","cluster_id":"1.0.0.2"}` },
    reloads: ['kube-rr'],
    forecasts: { 'kube-rr': ['Global_172_17_42_30', 'Global_172_17_42_33'] },
  },
  'no mesh any more, and peers in place of its IPv4 half: other names': {
    keys: { [`${BGP}/global/node_mesh`]: '{"enabled":false}' },
    reloads: NODES,
    forecasts: { 'kube-master': ['Node_172_17_42_33'], 'kube-node1': ['Node_172_17_42_30'] },
  },
  'the AS number of all': {
    keys: {
      [`${BGP}/global/as_num`]: '65200',
      [`${BGP}/global/peer_v4/${REFLECTOR}`]: peer(REFLECTOR, 65200),
      [`${BGP}/global/peer_v6/${REFLECTOR6}`]: peer(REFLECTOR6, 65200),
      [`${BGP}/host/kube-node1/peer_v4/172.17.42.30`]: peer('172.17.42.30', 65200),
      [`${BGP}/host/kube-master/peer_v4/${NEXT_ADDRESS}`]: peer(NEXT_ADDRESS, 65200),
    },
    reloads: ALL,
    forecasts: {
      'kube-master': ['Node_172_17_42_33', 'Global_172_17_42_40', 'Global_fd00_17__40'],
      'kube-node1': ['Node_172_17_42_30', 'Global_172_17_42_40', 'Global_fd00_17__40'],
      'kube-rr': [
        ...['Global_172_17_42_30', 'Global_172_17_42_33'],
        ...['Global_fd00_17__30', 'Global_fd00_17__33'],
      ],
    },
  },
};

function peer(ip: string, asn: number): string {
  return JSON.stringify({ ip, as_num: String(asn) });
}
