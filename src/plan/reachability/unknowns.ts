import type { Cluster } from '../../model/cluster.js';
import { isWithAddress, type Peering } from '../../model/peering.js';
import { isReadableRef, secretId } from '../../model/secret-ref.js';
import type { Address } from '../../values/address.js';
import { FAMILIES } from '../../values/family.js';
import { poolsOf } from './pools.js';
import { passwordsOf } from './readings.js';
import { verdictOf } from './verdict.js';

/** What could leave nodes of `cluster` without a path and isn't known from the datastore: whole lines. */
export function unknownsOf(cluster: Cluster): readonly string[] {
  const { peerings, customFilters, generation, bgp } = cluster;
  const known = knownAddresses(cluster);
  const isOutside = (peering: Peering): boolean =>
    isWithAddress(peering) && !known.has(peering.remote.address);
  const inside = peerings.filter(
    (peering) => peering.remote.kind !== 'workloads' && !isOutside(peering),
  );
  const passwords = passwordsOf({ ...cluster, peerings: inside }).filter(isReadableRef);
  const unreadable = passwordOrigins({ ...cluster, peerings: inside });
  const filters = inside
    .flatMap(({ terms }) => terms.filters)
    .filter((name) => isUnsure(cluster, name));
  const raw = generation === 'v3' ? [] : customFilters.map(({ name }) => name);
  const { cluster: clusterIps, external, loadBalancer } = bgp.serviceRanges;
  const services = peerings.some(isOutside) ? [...clusterIps, ...external, ...loadBalancer] : [];
  const { defaultAsn, nodes } = cluster;
  const doubtful = nodes.filter(({ isInDoubt }) => isInDoubt).map(({ name }) => name);
  return [
    ...line(
      doubtful,
      (list) =>
        `the AS number, labels or role of ${list} can't be read: what can be read of them counts`,
    ),
    ...line(
      defaultAsn.isUnreadable ? [String(defaultAsn.asn)] : [],
      (asn) => `the AS number of the cluster can't be read: it is taken to be ${asn}`,
    ),
    ...line(
      unreadable,
      (list) =>
        `the password that ${list} asks for can't be read: what is lost with its sessions or without them counts as lost`,
    ),
    ...line(
      passwords.map(secretId),
      (list) => `passwords aren't in the datastore: both ends are taken to have ${list}`,
    ),
    ...line(
      filters,
      (list) =>
        `of BGPFilter ${list} it can't be told which routes it rejects: it is taken to reject none`,
    ),
    ...line(raw, (list) => `custom filters are raw statements: ${list} is taken to reject nothing`),
    ...line(
      services,
      (list) => `what peers outside of the cluster learn of services (${list}) isn't looked at`,
    ),
  ];
}

/** The keys whose passwords can't be read. */
function passwordOrigins({ isMeshEnabled, bgp: { meshPassword }, peerings }: Cluster) {
  const ofMesh = isMeshEnabled && meshPassword !== undefined ? [meshPassword] : [];
  const ofPeers = peerings.flatMap(({ origin, terms: { password } }) =>
    password === undefined ? [] : [{ ...password, origin }],
  );
  return [...ofMesh, ...ofPeers].filter((ref) => !isReadableRef(ref)).map(({ origin }) => origin);
}

function line(items: readonly string[], say: (list: string) => string): readonly string[] {
  return items.length === 0 ? [] : [say([...new Set(items)].join(', '))];
}

function knownAddresses({ nodes, reflectors }: Cluster): ReadonlySet<Address> {
  const ofNodes = nodes.flatMap(({ addresses }) =>
    FAMILIES.flatMap((family) => addresses[family]?.address ?? []),
  );
  return new Set([...ofNodes, ...reflectors.map(({ address }) => address)]);
}

function isUnsure(cluster: Cluster, name: string): boolean {
  return cluster.bgpFilters
    .filter((filter) => filter.name === name)
    .some(({ family, importRules, exportRules }) =>
      poolsOf(cluster, family).some((pool) =>
        [true, false].some((isInternal) => {
          const route = { pool, isInternal, isPathEmpty: isInternal };
          return (
            verdictOf(importRules, { ...route, isFromPeer: true }) === 'unsure' ||
            [true, false].some(
              (isFromPeer) => verdictOf(exportRules, { ...route, isFromPeer }) === 'unsure',
            )
          );
        }),
      ),
    );
}
