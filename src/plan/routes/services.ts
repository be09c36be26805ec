/**
 * What this node announces of Kubernetes services, as Calico's confd does (routes.go).
 *
 * A range is announced as a whole by every node: each passes traffic on to a node that has an endpoint. Where that won't do, the
 * service's addresses are announced by themselves, as far as they are in the ranges:
 * - those of a service for endpoints on the node alone (`externalTrafficPolicy: Local`), by nodes that have one;
 * - those of any other that has an external or load balancer address which no range announces as a whole. A range of a single
 *   address isn't announced so, since the service may be one of the former kind; and of load balancers none is where they
 *   aren't aggregated.
 *
 * What other nodes announce of a range doesn't reach the kernel: this node has its own way to services. A node that is labelled
 * as one without load balancers announces nothing, and still takes in nothing.
 *
 * @scenario v3/services
 */

import type { ServiceRanges } from '../../model/bgp-settings.js';
import type { Service } from '../../model/service.js';
import type { Family } from '../../values/family.js';
import {
  familyOfPrefix,
  insideOf,
  isOneAddress,
  type Prefix,
  prefixOf,
} from '../../values/prefix.js';
import type { Labels } from '../../values/selector.js';
import type { StaticRoute } from '../plan.js';
import { oneForEachPrefix } from './static-routes.js';

/** Kubernetes' own label for nodes that get no traffic from outside. */
const EXCLUDES = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Who announces services, and by which rules. */
export interface ServiceRules {
  readonly node: { readonly name: string; readonly labels?: Labels };
  readonly ranges: ServiceRanges;
}

/** What of services is routed, and what is kept out of the kernel; each in the order of its text. */
export interface PlannedServices {
  readonly staticRoutes: readonly StaticRoute[];
  readonly unprogrammed: readonly Prefix[];
}

/** See the head of this file. */
export function planServices(
  services: readonly Service[],
  { node, ranges }: ServiceRules,
  family: Family,
): PlannedServices {
  const whole = wholeRanges(ranges).filter(({ prefix }) => familyOfPrefix(prefix) === family);
  const unprogrammed = [...new Set(whole.map(({ prefix }) => prefix))].sort();
  if (node.labels?.[EXCLUDES] === 'true') {
    return { staticRoutes: [], unprogrammed };
  }
  const isAlone = loneServicesOf(node.name, ranges);
  const addressesOf = addressesInside(ranges);
  const single = services
    .filter(isAlone)
    .flatMap(addressesOf)
    .filter(({ prefix }) => familyOfPrefix(prefix) === family);
  const staticRoutes = [...whole, ...single].map(({ prefix, origin }) => ({
    prefix,
    isExported: true,
    origin,
  }));
  return { staticRoutes: oneForEachPrefix(staticRoutes), unprogrammed };
}

interface Announced {
  readonly prefix: Prefix;
  readonly origin: string;
}

/** The ranges that every node announces as a whole, with the field that asks for it. */
function wholeRanges(ranges: ServiceRanges): readonly Announced[] {
  const several = (prefixes: readonly Prefix[]) => prefixes.filter((one) => !isOneAddress(one));
  return [
    ...named('serviceClusterIPs', ranges.cluster),
    ...named('serviceExternalIPs', several(ranges.external)),
    ...named(
      'serviceLoadBalancerIPs',
      ranges.aggregatesLoadBalancers ? several(ranges.loadBalancer) : [],
    ),
  ];
}

function named(origin: string, prefixes: readonly Prefix[]): readonly Announced[] {
  return prefixes.map((prefix) => ({ prefix, origin }));
}

/** Tells whether the addresses of a service are announced by themselves on the node called `nodeName`. */
function loneServicesOf(nodeName: string, ranges: ServiceRanges): (service: Service) => boolean {
  const { external, loadBalancer, aggregatesLoadBalancers } = ranges;
  const isExternal = insideOf(external.filter(isOneAddress));
  const isLoadBalancer = insideOf(loadBalancer.filter(isOneAddress));
  const isNotAggregated = insideOf(aggregatesLoadBalancers ? [] : loadBalancer);
  return ({ isLocal, endpointNodes, externalAddresses, loadBalancerAddresses }) =>
    isLocal
      ? endpointNodes.includes(nodeName)
      : externalAddresses.some(isExternal) ||
        loadBalancerAddresses.some(isLoadBalancer) ||
        (endpointNodes.length > 0 && loadBalancerAddresses.some(isNotAggregated));
}

/** Gives the addresses of a service that lie in the ranges of their kind. */
function addressesInside(ranges: ServiceRanges): (service: Service) => readonly Announced[] {
  const isCluster = insideOf(ranges.cluster);
  const isExternal = insideOf(ranges.external);
  const isLoadBalancer = insideOf(ranges.loadBalancer);
  return ({ clusterAddresses, externalAddresses, loadBalancerAddresses, origin }) =>
    [
      ...clusterAddresses.filter(isCluster),
      ...externalAddresses.filter(isExternal),
      ...loadBalancerAddresses.filter(isLoadBalancer),
    ].map((address) => ({ prefix: prefixOf(address), origin }));
}
