import { type Address, familyOf } from '../../values/address.js';
import {
  type AskedSession,
  NO_FILTERS,
  type Session,
  type SessionSource,
  type SessionTerms,
} from './terms.js';

/** Who asks for a session with whom. */
interface SessionRequest {
  readonly source: SessionSource;
  readonly remoteAddress: Address;
  /** The datastore key that asks for it. */
  readonly origin: string;
}

/**
 * What is asked for, on the given terms: the one place where it is made. Each has all fields, in one order, and none is spread:
 * V8 is slow with thousands that are of many shapes.
 */
export function askFor(
  { source, remoteAddress, origin }: SessionRequest,
  terms: SessionTerms,
): AskedSession {
  return {
    source,
    localAsn: terms.localAsn,
    remoteAsn: terms.remoteAsn,
    isReflectorClient: terms.isReflectorClient ?? false,
    clusterId: terms.clusterId,
    remotePort: terms.remotePort,
    usesLocalAddress: terms.usesLocalAddress ?? true,
    isPassive: terms.isPassive ?? false,
    ttlSecurityHops: terms.ttlSecurityHops,
    restartTimeS: terms.restartTimeS,
    keepaliveS: terms.keepaliveS,
    password: terms.password,
    nextHop: terms.nextHop,
    allowedLocalAsns: terms.allowedLocalAsns,
    importFilters: terms.importFilters ?? NO_FILTERS,
    exportFilters: terms.exportFilters ?? NO_FILTERS,
    gateway: terms.gateway,
    remoteAddress,
    origin,
  };
}

/** The session that is asked for: the one place where sessions are made, in one shape as well. */
export function sessionOf(asked: AskedSession): Session {
  const { source, remoteAddress } = asked;
  const family = familyOf(remoteAddress);
  return {
    source,
    localAsn: asked.localAsn,
    remoteAsn: asked.remoteAsn,
    isReflectorClient: asked.isReflectorClient,
    clusterId: asked.clusterId,
    remotePort: asked.remotePort,
    usesLocalAddress: asked.usesLocalAddress,
    isPassive: asked.isPassive,
    ttlSecurityHops: asked.ttlSecurityHops,
    restartTimeS: asked.restartTimeS,
    keepaliveS: asked.keepaliveS,
    password: asked.password,
    nextHop: asked.nextHop,
    allowedLocalAsns: asked.allowedLocalAsns,
    importFilters: asked.importFilters,
    exportFilters: asked.exportFilters,
    gateway: asked.gateway,
    remoteAddress,
    origin: asked.origin,
    protocolName: protocolNameOf(asked),
    family,
    isIpv6: family === 'ipv6',
  };
}

/**
 * The name of a session's protocol in BIRD. Calico's names (`Global_172_17_42_40`; IPv6 with `_` for each `:`, and a port that is said).
 *
 * Unique as long as remote addresses are, and at most 57 characters long; BIRD takes 64.
 */
function protocolNameOf({ source, remoteAddress, remotePort }: AskedSession): string {
  const name = `${source}_${remoteAddress.replaceAll('.', '_').replaceAll(':', '_')}`;
  return remotePort === undefined || source === 'Mesh' ? name : `${name}_port_${remotePort}`;
}
