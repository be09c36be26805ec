/**
 * Who this host is: its addresses, AS number and router id.
 *
 * @scenario identity/ipv6-only-node
 * @scenario identity/own-address-missing
 * @scenario identity/address-from-settings
 * @scenario identity/router-id-hash
 * @scenario v3/ipv6-only
 */

import type { Problem } from '../base/problem.js';
import { type Cluster, nodeNamed } from '../model/cluster.js';
import type { Node } from '../model/node.js';
import type { Address } from '../values/address.js';
import type { Family } from '../values/family.js';
import { type RouterId, routerIdOfName } from '../values/router-id.js';
import type { Host } from './host.js';

/** This host as the sessions see it. */
export interface Identity {
  /** This host's record among the nodes; absent where there is none, as for a reflector of Calico 2. */
  readonly node?: Node;
  readonly addresses: Readonly<Partial<Record<Family, Address>>>;
  readonly routerId: RouterId;
  readonly problems: readonly Problem[];
}

/**
 * The identity of `host` in `cluster`.
 *
 * A node's addresses are those that the datastore has, since these are what the others peer with. The router id is
 * the IPv4 address unless set; a host without one gets an id made of its name, since BIRD can't run without
 * (projectcalico/calico issue 1204).
 */
export function identify(cluster: Cluster, host: Host): Identity {
  const node =
    host.role === 'node' ? nodeNamed(cluster, host.nodeName) : reflectorNode(cluster, host);
  const ipv4 = node?.addresses.ipv4?.address ?? host.ipv4;
  const ipv6 = node?.addresses.ipv6?.address ?? host.ipv6;
  const addresses = { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
  return {
    ...(node && { node }),
    addresses,
    routerId: routerIdOf(host, ipv4),
    problems:
      ipv4 === undefined && ipv6 === undefined && !node?.isInDoubt ? [ownAddressMissing(host)] : [],
  };
}

/** The record of a reflector outside of the nodes, by name or by address: a node that reflects for others (Calico 3). */
function reflectorNode(cluster: Cluster, { nodeName, ipv4, ipv6 }: Host): Node | undefined {
  const isOurs = ({ addresses }: Node): boolean =>
    (ipv4 !== undefined && addresses.ipv4?.address === ipv4) ||
    (ipv6 !== undefined && addresses.ipv6?.address === ipv6);
  const named = nodeNamed(cluster, nodeName);
  return named?.clusterId === undefined
    ? cluster.nodes.find((node) => node.clusterId !== undefined && isOurs(node))
    : named;
}

function routerIdOf({ routerId, nodeName }: Host, ipv4: Address | undefined): RouterId {
  if (routerId !== undefined && routerId !== 'hash') {
    return routerId;
  }
  return routerId === undefined && ipv4 !== undefined
    ? (ipv4 as string as RouterId)
    : routerIdOfName(nodeName);
}

function ownAddressMissing({ nodeName }: Host): Problem {
  return {
    code: 'own-address-missing',
    key: `node ${nodeName}`,
    reason: `this node (${nodeName}) has no address in the datastore`,
    action:
      'planned no BGP session; check --node (NODENAME) against the names in the datastore, or give --ip (IP)',
  };
}
