/**
 * What peerings of a host name that isn't there: secrets with passwords, BGPFilters, and addresses that no host has.
 *
 * @scenario v3/peers-without-host
 */

import type { Problem } from '../../base/problem.js';
import type { Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { isPeeringOf, isPeeringWith, type Peering } from '../../model/peering.js';
import { isReadableRef, type SecretRef, secretId } from '../../model/secret-ref.js';
import { type Address, whyNoSpeaker } from '../../values/address.js';
import type { Host } from '../host.js';
import { hasItsPassword } from './peering-terms.js';
import { isRemoteOf } from './remotes.js';

/** A problem for each thing that is missing to the sessions of `host`, whose record is `own`. */
export function findPeeringProblems(
  cluster: Cluster,
  host: Host,
  own: Node | undefined,
): readonly Problem[] {
  const self = own ?? { name: host.nodeName };
  // A reflector that has no record has peerings only at their other end.
  const isNode = host.role === 'node' || own !== undefined;
  const ours = cluster.peerings.filter(
    (peering) =>
      (isNode && isPeeringOf(peering, self)) ||
      isWithReflector(peering, host) ||
      (own !== undefined && peering.terms.isReversed && isRemoteOf(cluster, peering, own)),
  );
  return [
    ...cluster.contestedSecrets.map(contestedProblem),
    ...meshProblems(cluster, host, own),
    ...ours.flatMap((peering) => [
      ...secretProblems(cluster, peering),
      ...filterProblems(cluster, peering),
      ...addressProblems(peering),
    ]),
  ];
}

/** Whether the other end of `peering` is `host`, a reflector. */
function isWithReflector(peering: Peering, { role, ipv4, ipv6 }: Host): boolean {
  return (
    role === 'reflector' &&
    [ipv4, ipv6].some((address) => address !== undefined && isPeeringWith(peering, address))
  );
}

function meshProblems(
  { isMeshEnabled, bgp: { meshPassword }, secrets }: Cluster,
  { role }: Host,
  own: Node | undefined,
): readonly Problem[] {
  const isInMesh = role === 'node' && isMeshEnabled && own?.clusterId === undefined;
  // One that can't be read is told already.
  return !isInMesh ||
    meshPassword === undefined ||
    !isReadableRef(meshPassword) ||
    secrets.has(secretId(meshPassword))
    ? []
    : [
        {
          code: 'secret-missing',
          key: meshPassword.origin,
          path: 'spec.nodeMeshPassword',
          reason: missing(meshPassword),
          action:
            'planned no session of the mesh, and no other with its nodes: without the password they would be open to anybody; mount the secret',
        },
      ];
}

function secretProblems(cluster: Cluster, peering: Peering): readonly Problem[] {
  const ref = peering.terms.password;
  return ref === undefined || !isReadableRef(ref) || hasItsPassword(cluster, peering)
    ? []
    : [
        {
          code: 'secret-missing',
          key: peering.origin,
          path: 'spec.password',
          reason: missing(ref),
          action:
            'planned none of its sessions, and no other with the same neighbors: without the password they would be open to anybody; mount the secret',
        },
      ];
}

function contestedProblem(keys: readonly string[]): Problem {
  const [standing, ...others] = keys.toReversed();
  return {
    code: 'duplicate-record',
    key: others[0] ?? '',
    reason: `another password is the same key of a Secret: ${standing}`,
    action: `took that of ${standing}; remove one`,
  };
}

function missing(ref: SecretRef): string {
  return `its password is ${secretId(ref)}, which isn't among the secrets of this host`;
}

function filterProblems({ bgpFilters }: Cluster, { terms, origin }: Peering): readonly Problem[] {
  return terms.filters
    .filter((name) => !bgpFilters.some((filter) => filter.name === name))
    .map((name) => ({
      code: 'filter-missing',
      key: origin,
      path: 'spec.filters',
      reason: `it names the BGPFilter ${name}, which isn't in the datastore, or has no rules`,
      action: 'planned its sessions without this filter; make the filter, or take its name out',
    }));
}

/** Calico renders such sessions, and so do we: they harm nothing. */
function addressProblems({ remote, terms: { reachableBy }, origin }: Peering): readonly Problem[] {
  const neighbor = remote.kind === 'address' ? remote.address : undefined;
  return [
    ...unusable(neighbor, (why) => ({
      path: 'spec.peerIP',
      reason: `${neighbor} is ${why}, so this session never comes up`,
      action:
        'planned the session as it is asked for; give the peer the address of a host, or remove it',
    })),
    ...unusable(reachableBy, (why) => ({
      path: 'spec.reachableBy',
      reason: `the gateway ${reachableBy} is ${why}, so BIRD takes no route by it`,
      action:
        'planned the session and the route as they are asked for; give the address of a router',
    })),
  ].map((found) => ({ code: 'unusable-address', key: origin, ...found }));
}

function unusable<T>(address: Address | undefined, tell: (why: string) => T): readonly T[] {
  const why = address && whyNoSpeaker(address);
  return why === undefined ? [] : [tell(why)];
}
