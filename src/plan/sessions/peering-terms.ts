/** What the sessions of a peering are told, by its terms and by who is at the other end. */

import { remember } from '../../base/remember.js';
import type { BgpFilter } from '../../model/bgp-filter.js';
import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Peering } from '../../model/peering.js';
import { secretId } from '../../model/secret-ref.js';
import { type Address, familyOf } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import type { LocalSpeaker, RemoteSpeaker } from './remotes.js';
import { isInternal, NO_FILTERS, type SessionTerms } from './terms.js';

/**
 * The terms of the session of `local` with `remote` by `peering`.
 *
 * Our own AS number and how often it may be in a path are said of one peer at an address, and neither of nodes nor on the way back. The remote end is a
 * client (RFC 4456) when this node is a reflector, the session is internal, and the other end isn't of the same cluster.
 */
export function peeringTerms(
  cluster: Cluster,
  { terms, remote: { kind } }: Peering,
  local: LocalSpeaker,
  remote: RemoteSpeaker,
  isReverse: boolean,
): SessionTerms {
  const isOne = kind !== 'nodes' && !isReverse;
  const localAsn = isOne ? terms.localAsn : undefined;
  const own = { localAsn: asnOf(local.node ?? {}, cluster).asn };
  const isSameAs = isInternal({ localAsn, remoteAsn: remote.asn }, own);
  const clusterId = local.node?.clusterId;
  const isClient = clusterId !== undefined && isSameAs && remote.clusterId !== clusterId;
  return {
    localAsn,
    remoteAsn: remote.asn,
    remotePort: remote.port,
    isReflectorClient: isClient,
    clusterId: isClient ? clusterId : undefined,
    usesLocalAddress: kind !== 'workloads' && terms.usesNodeAddress,
    ttlSecurityHops: terms.ttlSecurityHops,
    restartTimeS: terms.restartTimeS,
    keepaliveS: terms.keepaliveS,
    password: terms.password && cluster.secrets.get(secretId(terms.password)),
    nextHop: nextHopOf(terms.nextHop, isSameAs),
    allowedLocalAsns: isOne ? terms.allowedLocalAsns : undefined,
    importFilters: filtersOf(cluster, terms.filters, { family: local.family, has: hasImportRules }),
    exportFilters: filtersOf(cluster, terms.filters, { family: local.family, has: hasExportRules }),
    gateway: gatewayOf(terms.reachableBy, local.family),
  };
}

/** Whether `peering` has no password, or one that is known. */
export function hasItsPassword(
  { secrets }: Pick<Cluster, 'secrets'>,
  { terms: { password } }: Pick<Peering, 'terms'>,
): boolean {
  return password === undefined || secrets.has(secretId(password));
}

function nextHopOf(
  nextHop: Peering['terms']['nextHop'],
  isSameAs: boolean,
): SessionTerms['nextHop'] {
  return nextHop === 'keep-external' ? (isSameAs ? undefined : 'keep') : nextHop;
}

function gatewayOf(reachableBy: Address | undefined, family: Family): Address | undefined {
  return reachableBy !== undefined && familyOf(reachableBy) === family ? reachableBy : undefined;
}

const hasImportRules = ({ importRules }: BgpFilter): boolean => importRules.length > 0;
const hasExportRules = ({ exportRules }: BgpFilter): boolean => exportRules.length > 0;

/** Those of the filters called `names` that have rules here. */
function filtersOf(
  { bgpFilters }: Cluster,
  names: readonly string[],
  rules: { readonly family: Family; readonly has: (filter: BgpFilter) => boolean },
): readonly string[] {
  if (names.length === 0) {
    return NO_FILTERS;
  }
  const used = names.filter((name) =>
    bgpFilters.some(
      (filter) => filter.name === name && filter.family === rules.family && rules.has(filter),
    ),
  );
  return sameList(used.join('\n'));
}

/** More than any cluster has lists of filters. */
const MAX_REMEMBERED = 1_000;

/** The one list of the names in `text`, a line each. Names have no line break. */
const sameList = remember(
  (text: string) => (text === '' ? NO_FILTERS : text.split('\n')),
  MAX_REMEMBERED,
);
