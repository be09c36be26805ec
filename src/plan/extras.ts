/**
 * What the rules of Calico 3 add to the plan of a family (plan.ts, `FamilyExtras`); nothing where a cluster goes by those of v1.
 *
 * @scenario v3/announced
 * @scenario v3/wireguard
 */

import type { BgpFilter } from '../model/bgp-filter.js';
import type { ServiceRanges } from '../model/bgp-settings.js';
import type { Cluster } from '../model/cluster.js';
import type { Node } from '../model/node.js';
import type { Address } from '../values/address.js';
import { unlessDefault } from '../values/bgp-port.js';
import type { Family } from '../values/family.js';
import { familyOfPrefix, type Prefix } from '../values/prefix.js';
import type { Host } from './host.js';
import type { Identity } from './identity.js';
import { portOf } from './listen-port.js';
import { type FamilyExtras, NO_EXTRAS, type PlannedAdvertisement } from './plan.js';
import { planServices } from './routes/services.js';

/** What extras are planned from. */
interface ExtrasInput {
  readonly cluster: Cluster;
  readonly host: Host;
  readonly identity: Identity;
}

/** The extras of `family` on `host`. A reflector programs no kernel and announces nothing of its own. */
export function planExtras(input: ExtrasInput, family: Family): FamilyExtras {
  const { cluster, host, identity } = input;
  if (cluster.generation !== 'v3') {
    return NO_EXTRAS;
  }
  const { bgp, bgpFilters } = cluster;
  return {
    bindsAddress: bgp.bindsNodeAddress && identity.addresses[family] !== undefined,
    ignoredInterfaces: bgp.ignoredInterfaces,
    normalPriority: bgp.routePriority[family],
    filters: filtersOf(bgpFilters, family),
    advertisements: advertisementsOf(cluster, identity.node, family),
    ...(host.role === 'node' ? ofNode(input, family) : NOTHING_OF_ITS_OWN),
    programsTunnels: bgp.clusterRoutes.ipip,
  };
}

/** The port that BIRD listens on, where it isn't that of BGP: the node's own, else the cluster's. */
export function listenPortOf(
  cluster: Cluster,
  node: Pick<Node, 'listenPort'> = {},
): { readonly listenPort?: number } {
  const port = cluster.generation === 'v3' ? unlessDefault(portOf(cluster, node)) : undefined;
  return port === undefined ? {} : { listenPort: port };
}

const NOTHING_OF_ITS_OWN = {
  staticRoutes: [],
  unprogrammed: [],
  transitRanges: [],
  encryptedNextHops: [],
};

function ofNode(
  { cluster, host, identity: { node } }: ExtrasInput,
  family: Family,
): Pick<FamilyExtras, keyof typeof NOTHING_OF_ITS_OWN> {
  const { serviceRanges } = cluster.bgp;
  const ranges = { ...serviceRanges, cluster: host.clusterServiceRanges ?? serviceRanges.cluster };
  const rules = { node: { ...node, name: host.kubernetesName ?? host.nodeName }, ranges };
  return {
    ...planServices(cluster.services, rules, family),
    transitRanges: node?.clusterId === undefined ? [] : transitRangesOf(serviceRanges, family),
    encryptedNextHops: encryptedNextHopsOf(cluster.nodes, node, family),
  };
}

/** All filters that say something in `family`, also those that no session has; by name, as their keys are. */
function filtersOf(filters: readonly BgpFilter[], family: Family): readonly BgpFilter[] {
  return filters.filter(
    (filter) =>
      filter.family === family && filter.importRules.length + filter.exportRules.length > 0,
  );
}

/** The advertisements of the node, if it has any of its own in either family; else those of the cluster. */
function advertisementsOf(
  { bgp }: Cluster,
  node: Node | undefined,
  family: Family,
): readonly PlannedAdvertisement[] {
  return (node?.advertisements ?? bgp.advertisements)
    .filter((one) => one.family === family && one.communities.length > 0)
    .map(({ prefix, communities, origin }) => ({ prefix, communities, origin }));
}

/** Service addresses from outside that a reflector passes on, whoever announces them. */
function transitRangesOf(
  { loadBalancer, external }: ServiceRanges,
  family: Family,
): readonly Prefix[] {
  const ofFamily = [...loadBalancer, ...external].filter((one) => familyOfPrefix(one) === family);
  return [...new Set(ofFamily)];
}

/** The other nodes that WireGuard encrypts to, by their BGP addresses. It takes both ends. */
function encryptedNextHopsOf(
  nodes: readonly Node[],
  own: Node | undefined,
  family: Family,
): readonly Address[] {
  if (own?.wireguardAddresses?.[family] === undefined) {
    return [];
  }
  return nodes.flatMap(({ name, addresses, wireguardAddresses }) => {
    const address = addresses[family]?.address;
    const isMeant = name !== own.name && wireguardAddresses?.[family] !== undefined;
    return isMeant && address !== undefined ? [address] : [];
  });
}
