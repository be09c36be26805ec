/** Settings that Calico 3 has in the environment of its nodes, under the same names. */

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
} as const satisfies Record<string, Setting<unknown>>;
