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
 */

import type { ServiceRanges } from '../../model/bgp-settings.js';
import type { Service } from '../../model/service.js';
import { type Address, familyOf } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import {
  familyOfPrefix,
  isInside,
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
  const single = services
    .filter((service) => isAnnouncedAlone(service, node.name, ranges))
    .flatMap((service) => addressesOf(service, ranges, family));
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

/** Whether this node announces the addresses of `service` by themselves. */
function isAnnouncedAlone(service: Service, nodeName: string, ranges: ServiceRanges): boolean {
  if (service.isLocal) {
    return service.endpointNodes.includes(nodeName);
  }
  const { external, loadBalancer, aggregatesLoadBalancers } = ranges;
  const hasOneOf = (addresses: readonly Address[], prefixes: readonly Prefix[]) =>
    addresses.some((address) => isInsideOne(address, prefixes));
  return (
    hasOneOf(service.externalAddresses, external.filter(isOneAddress)) ||
    hasOneOf(service.loadBalancerAddresses, loadBalancer.filter(isOneAddress)) ||
    (!aggregatesLoadBalancers &&
      service.endpointNodes.length > 0 &&
      hasOneOf(service.loadBalancerAddresses, loadBalancer))
  );
}

/** The addresses of `service` that lie in the ranges of their kind. */
function addressesOf(
  { clusterAddresses, externalAddresses, loadBalancerAddresses, origin }: Service,
  { cluster, external, loadBalancer }: ServiceRanges,
  family: Family,
): readonly Announced[] {
  const inside = (addresses: readonly Address[], prefixes: readonly Prefix[]) =>
    addresses.filter((address) => familyOf(address) === family && isInsideOne(address, prefixes));
  return [
    ...inside(clusterAddresses, cluster),
    ...inside(externalAddresses, external),
    ...inside(loadBalancerAddresses, loadBalancer),
  ].map((address) => ({ prefix: prefixOf(address), origin }));
}

function isInsideOne(address: Address, prefixes: readonly Prefix[]): boolean {
  return prefixes.some((prefix) => isInside(address, prefix));
}
