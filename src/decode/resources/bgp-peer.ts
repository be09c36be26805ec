/** Calico's BGPPeer: who peers with whom, and on which terms. */

import { ok, type Result, refused } from '../../base/result.js';
import type { Fact } from '../../model/fact.js';
import {
  NO_TERMS,
  type PeeringRemote,
  type PeeringScope,
  type PeeringTerms,
} from '../../model/peering.js';
import {
  type Address,
  familyOf,
  parseAddress,
  parseNeighborAddress,
} from '../../values/address.js';
import type { Faults, Fields } from './fields.js';
import {
  ASN,
  FLAG,
  KEEPALIVE_S,
  NODE_NAME,
  RESOURCE_NAME,
  RESTART_TIME_S,
  SELECTOR,
  text,
  whole,
  word,
} from './schemas.js';
import { secretRefOf } from './secret-ref.js';

/**
 * What the BGPPeer says. Who peers, in which AS and how safely are grave; the other terms are not. One whose password alone can't be
 * read still keeps its neighbors from records that ask for none.
 */
export function decodeBgpPeer(resource: Fields, origin: string, faults: Faults): readonly Fact[] {
  const peerName = resource.at('metadata').readNeeded('name', RESOURCE_NAME);
  const spec = resource.at('spec');
  const scope = scopeOf(spec);
  const remote = remoteOf(spec, peerName);
  if (scope === undefined || remote === undefined) {
    return [];
  }
  const terms = remote.kind === 'workloads' ? workloadTermsOf(spec) : termsOf(spec, remote);
  const isSound = !faults.isGrave;
  const password = remote.kind === 'workloads' ? undefined : secretRefOf(spec, 'password');
  const whole = { ...terms, ...(password && { password }) };
  return isSound ? [{ kind: 'peering', peering: { scope, remote, terms: whole, origin } }] : [];
}

function scopeOf(spec: Fields): PeeringScope | undefined {
  const nodeName = spec.readGrave('node', NODE_NAME);
  const selector = spec.readGrave('nodeSelector', SELECTOR);
  if (spec.has('node') && spec.has('nodeSelector')) {
    spec.fault('nodeSelector', 'node and nodeSelector exclude each other', 'grave');
    return undefined;
  }
  if (spec.has('node')) {
    return nodeName === undefined ? undefined : { kind: 'node', nodeName };
  }
  if (spec.has('nodeSelector')) {
    return selector && { kind: 'selector', selector };
  }
  return { kind: 'all-nodes' };
}

const REMOTES = ['peerIP', 'peerSelector', 'localWorkloadSelector'];

function remoteOf(spec: Fields, peerName: string | undefined): PeeringRemote | undefined {
  const [given, ...others] = REMOTES.filter((name) => spec.has(name));
  if (given === undefined || others.length > 0) {
    const reason = `exactly one of ${REMOTES.join(', ')} is needed`;
    spec.fault(others[0] ?? 'peerIP', reason, 'grave');
    return undefined;
  }
  if (given === 'peerSelector') {
    if (spec.has('asNumber')) {
      spec.fault('asNumber', 'the nodes of peerSelector have AS numbers of their own', 'mild');
    }
    const selector = spec.readGrave('peerSelector', SELECTOR);
    return selector && { kind: 'nodes', selector };
  }
  const asn = spec.readNeeded('asNumber', ASN);
  if (given === 'peerIP') {
    const endpoint = spec.readGrave('peerIP', PEER_IP);
    return endpoint && asn ? { kind: 'address', ...endpoint, asn } : undefined;
  }
  const selector = spec.readGrave('localWorkloadSelector', SELECTOR);
  return selector && asn && peerName !== undefined
    ? { kind: 'workloads', peerName, asn }
    : undefined;
}

/** `IP`, `IP:PORT` or `[IP]:PORT`; a port of 0 is none. */
const PEER_IP = text((value): Result<{ readonly address: Address; readonly port?: number }> => {
  const [, inBrackets, plain, portText = '0'] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(value) ?? [];
  const address = parseNeighborAddress(inBrackets ?? plain ?? value);
  const port = Number(portText);
  if (!address.ok) {
    return address;
  }
  if (port > 65_535) {
    return refused(`${port} is not a port`);
  }
  return ok({ address: address.value, ...(port > 0 && { port }) });
});

const NEXT_HOP = word<PeeringTerms['nextHop']>(
  new Map([
    ['Auto', undefined],
    ['Self', 'self'],
    ['Keep', 'keep'],
  ]),
);
const USES_NODE_ADDRESS = word(
  new Map([
    ['UseNodeIP', true],
    ['None', false],
  ]),
);
const IS_REVERSED = word(
  new Map([
    ['Auto', true],
    ['Manual', false],
  ]),
);
const GATEWAY = text((value) => parseAddress(value));
const HOPS = whole(1, 255);

function termsOf(spec: Fields, remote: PeeringRemote): PeeringTerms {
  const nextHop = nextHopOf(spec);
  const restartTimeS = spec.read('maxRestartTime', RESTART_TIME_S);
  const keepaliveS = spec.read('keepaliveTime', KEEPALIVE_S);
  const allowedLocalAsns = spec.read('numAllowedLocalASNumbers', whole(0, 255));
  const ttlSecurityHops = spec.readGrave('ttlSecurity', HOPS);
  const reachableBy = gatewayOf(spec, remote);
  return {
    ...sharedTermsOf(spec),
    ...(nextHop && { nextHop }),
    usesNodeAddress: spec.read('sourceAddress', USES_NODE_ADDRESS) ?? true,
    ...(restartTimeS !== undefined && { restartTimeS }),
    ...(keepaliveS !== undefined && { keepaliveS }),
    ...(allowedLocalAsns && { allowedLocalAsns }),
    ...(ttlSecurityHops && { ttlSecurityHops }),
    ...(reachableBy && { reachableBy }),
    isReversed: spec.read('reversePeering', IS_REVERSED) ?? true,
  };
}

/** Workloads are dialed by nobody and reached on the host itself, so that most terms mean nothing with them. */
function workloadTermsOf(spec: Fields): PeeringTerms {
  for (const name of ['password', 'ttlSecurity'].filter((one) => spec.has(one))) {
    spec.fault(name, 'sessions with local workloads have none', 'mild');
  }
  spec.pass(
    ...['nextHopMode', 'keepOriginalNextHop', 'sourceAddress', 'maxRestartTime', 'keepaliveTime'],
    ...['numAllowedLocalASNumbers', 'reachableBy', 'reversePeering'],
  );
  return { ...NO_TERMS, ...sharedTermsOf(spec), usesNodeAddress: false };
}

function sharedTermsOf(spec: Fields): Pick<PeeringTerms, 'localAsn' | 'filters'> {
  const localAsn = spec.readGrave('localASNumber', ASN);
  return {
    ...(localAsn !== undefined && { localAsn }),
    filters: spec.values('filters', RESOURCE_NAME, 'grave'),
  };
}

function nextHopOf(spec: Fields): PeeringTerms['nextHop'] {
  const isKept = spec.read('keepOriginalNextHop', FLAG);
  const mode = spec.read('nextHopMode', NEXT_HOP);
  if (spec.has('nextHopMode') && isKept === true) {
    spec.fault('keepOriginalNextHop', 'nextHopMode takes its place', 'mild');
    return mode;
  }
  return isKept === true ? 'keep-external' : mode;
}

function gatewayOf(spec: Fields, remote: PeeringRemote): Address | undefined {
  const gateway = spec.readGrave('reachableBy', GATEWAY);
  if (
    gateway !== undefined &&
    remote.kind === 'address' &&
    familyOf(gateway) !== familyOf(remote.address)
  ) {
    spec.fault('reachableBy', `${gateway} is not of the family of peerIP`, 'grave');
    return undefined;
  }
  return gateway;
}
