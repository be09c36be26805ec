/** Settings that Calico has in the environment of its nodes, under the same names (docs/calico-node.md). */

import * as parse from './parsers.js';
import type { Setting } from './setting.js';

/** These settings by the name that the program knows them by. */
export const CALICO_SETTINGS = {
  usePodCidr: {
    flag: 'use-pod-cidr',
    environment: ['USE_POD_CIDR'],
    placeholder: 'true|false',
    help: "whether the pod CIDRs of this node's record count as blocks of it; for clusters whose addresses Kubernetes gives out",
    fallback: 'false',
    parse: parse.oneOf('true', 'false'),
  },
  advertiseClusterIps: {
    flag: 'advertise-cluster-ips',
    environment: ['CALICO_ADVERTISE_CLUSTER_IPS'],
    placeholder: 'PREFIX[,PREFIX…]',
    help: 'ranges of cluster addresses of services to announce',
    fallbackHelp: 'what the datastore says (serviceClusterIPs)',
    parse: parse.prefixes,
  },
  kubernetesNode: {
    flag: 'kubernetes-node',
    environment: ['CALICO_K8S_NODE_REF'],
    placeholder: 'NAME',
    help: "this node's name in Kubernetes, by which endpoints of services name it",
    fallbackHelp: 'that of --node',
    parse: parse.nodeName,
  },
  datastoreType: {
    environment: ['DATASTORE_TYPE'],
    placeholder: 'etcdv3|etcdv2|kubernetes',
    help: "Calico's word for the datastore, where neither --datastore nor --file is given; kubernetes is refused, since it isn't supported yet",
    parse: parse.oneOf('etcdv3', 'etcdv2', 'kubernetes'),
  },
  etcdDiscoverySrv: {
    environment: ['ETCD_DISCOVERY_SRV'],
    placeholder: 'DOMAIN',
    help: "refused where no members of etcd are given: finding them by DNS isn't supported",
    parse: parse.text,
  },
  networkingBackend: {
    environment: ['CALICO_NETWORKING_BACKEND'],
    placeholder: 'bird|none|vxlan',
    help: 'with none and vxlan calico/node runs no BIRD, and birdkeeper warns of that',
    parse: parse.text,
  },
} as const satisfies Record<string, Setting<unknown>>;
