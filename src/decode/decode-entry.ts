/**
 * One entry of the datastore to what it says. Pure, and total: any bytes under any key give a resource or a refusal.
 *
 * @scenario decode/refused-values
 * @scenario decode/hostile-text
 * @scenario decode/host-bits-and-spellings
 */

import * as v from 'valibot';

import { ok, type Result, refused } from '../base/result.js';
import type { LogLevel } from '../model/log-level.js';
import type { TunnelMode } from '../model/pool.js';
import type { Resource } from '../model/resource.js';
import { parseSpeakerAddress } from '../values/address.js';
import { parseAsn } from '../values/asn.js';
import { parseNodeName } from '../values/node-name.js';
import { parsePrefix } from '../values/prefix.js';
import { parseRouterId } from '../values/router-id.js';
import { checkStatements } from './custom-filter.js';
import { excerpt, parseJson } from './json-record.js';
import type { KeyRef } from './keys.js';
import { remember } from './remember.js';

/**
 * Calico writes AS numbers as text, since old readers turned large numbers into floats; both forms are read. A number is
 * asplain: the number 1.10 would come out as the asdot 1.1, another AS.
 */
const AsnText = v.pipe(v.union([v.string(), v.pipe(v.number(), v.integer())]), v.transform(String));
const Mesh = v.object({ enabled: v.boolean() });
const Peer = v.object({ ip: v.optional(v.string()), as_num: AsnText });
const Reflector = v.object({ ip: v.optional(v.string()), cluster_id: v.optional(v.string()) });
const PoolValue = v.object({
  cidr: v.string(),
  ipip: v.nullish(v.string(), ''),
  ipip_mode: v.nullish(v.string()),
});
const BlockValue = v.object({
  state: v.optional(v.picklist(['', 'confirmed', 'pending', 'pendingDeletion']), ''),
});

/** What the entry with the key `ref` (as text: `origin`) and the value `value` says. */
export function decodeEntry(ref: KeyRef, origin: string, value: string): Result<Resource> {
  if ('nodeName' in ref && ref.nodeName !== undefined) {
    const name = parseNodeName(ref.nodeName);
    if (!name.ok) {
      return name;
    }
  }
  switch (ref.kind) {
    case 'default-asn':
      return map(parseAsn(value.trim()), (asn) => ({ kind: 'default-asn', asn }));
    case 'mesh':
      return map(parseJson(Mesh, value), ({ enabled }) => ({ kind: 'mesh', isEnabled: enabled }));
    case 'log-level':
      return map(parseLogLevel(value.trim()), (level) => ({ ...ref, level }));
    case 'node-address':
      return decodeNodeAddress(ref, value.trim());
    case 'node-asn':
      return map(parseNodeAsn(value.trim()), (asn) => ({ ...ref, asn }));
    case 'node-network':
      return decodeNodeNetwork(ref, value.trim());
    case 'peer':
      return decodePeer(ref, origin, value);
    case 'reflector':
      return decodeReflector(ref, origin, value);
    case 'pool':
      return decodePool(ref, origin, value);
    case 'block':
      return decodeBlock(ref, origin, value);
    case 'custom-filter':
      return map(checkStatements(value), (statements) => ({
        kind: 'custom-filter',
        filter: { name: ref.name, family: ref.family, statements, origin },
      }));
  }
}

/** The log levels of Calico; the severities of BIRD's log that it maps to "no protocol messages" are accepted too. */
const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  none: 'none',
  info: 'info',
  debug: 'debug',
  warning: 'none',
  error: 'none',
  critical: 'none',
};

function parseLogLevel(text: string): Result<LogLevel> {
  const level = Object.hasOwn(LOG_LEVELS, text) ? LOG_LEVELS[text] : undefined;
  return level === undefined
    ? refused(`${excerpt(text)} is not a log level (none, info or debug)`)
    : ok(level);
}

function decodeNodeAddress(
  { nodeName, family }: Extract<KeyRef, { kind: 'node-address' }>,
  text: string,
): Result<Resource> {
  if (text === '') {
    return ok({ kind: 'node-address', nodeName, family });
  }
  return map(parseSpeakerAddress(text, family), (address) => ({
    kind: 'node-address',
    nodeName,
    family,
    address,
  }));
}

const parseNodeAsn = remember(parseAsn);
const parseNetwork = {
  ipv4: remember((text) => parsePrefix(text, 'ipv4')),
  ipv6: remember((text) => parsePrefix(text, 'ipv6')),
};

function decodeNodeNetwork(
  { nodeName, family }: Extract<KeyRef, { kind: 'node-network' }>,
  text: string,
): Result<Resource> {
  if (text === '') {
    return ok({ kind: 'node-network', nodeName, family });
  }
  return map(parseNetwork[family](text), (network) => ({
    kind: 'node-network',
    nodeName,
    family,
    network,
  }));
}

function decodePeer(
  { nodeName, family, address: addressText }: Extract<KeyRef, { kind: 'peer' }>,
  origin: string,
  value: string,
): Result<Resource> {
  const fields = parseJson(Peer, value);
  if (!fields.ok) {
    return fields;
  }
  // Calico's own templates take the address from the value; one that leaves it out means the one in the key.
  const address = parseSpeakerAddress(fields.value.ip || addressText, family);
  if (!address.ok) {
    return refused(`field "ip": ${address.reason}`);
  }
  const asn = parseAsn(fields.value.as_num.trim());
  if (!asn.ok) {
    return refused(`field "as_num": ${asn.reason}`);
  }
  const peer = { address: address.value, asn: asn.value, origin };
  return ok(nodeName === undefined ? { kind: 'peer', peer } : { kind: 'peer', nodeName, peer });
}

function decodeReflector(
  { family, address: addressText }: Extract<KeyRef, { kind: 'reflector' }>,
  origin: string,
  value: string,
): Result<Resource> {
  const fields = parseJson(Reflector, value);
  if (!fields.ok) {
    return fields;
  }
  const address = parseSpeakerAddress(fields.value.ip || addressText, family);
  if (!address.ok) {
    return refused(`field "ip": ${address.reason}`);
  }
  if (!fields.value.cluster_id) {
    return ok({ kind: 'reflector', reflector: { address: address.value, origin } });
  }
  const clusterId = parseRouterId(fields.value.cluster_id);
  if (!clusterId.ok) {
    return refused(`field "cluster_id": ${clusterId.reason}`);
  }
  return ok({
    kind: 'reflector',
    reflector: { address: address.value, clusterId: clusterId.value, origin },
  });
}

function decodePool(
  { family }: Extract<KeyRef, { kind: 'pool' }>,
  origin: string,
  value: string,
): Result<Resource> {
  const fields = parseJson(PoolValue, value);
  if (!fields.ok) {
    return fields;
  }
  const prefix = parsePrefix(fields.value.cidr, family);
  if (!prefix.ok) {
    return refused(`field "cidr": ${prefix.reason}`);
  }
  const tunnel = parseTunnelMode(fields.value.ipip, fields.value.ipip_mode ?? undefined);
  return map(tunnel, (mode) => ({
    kind: 'pool',
    pool: { prefix: prefix.value, family, tunnel: mode, origin },
  }));
}

/**
 * The tunnel mode of a pool. `ipip` names the tunnel device, or is empty for no tunnel; `ipip_mode` came later
 * (calico/node 1.2), so a pool without it tunnels always when it has a device.
 */
function parseTunnelMode(ipip: string | null, mode: string | undefined): Result<TunnelMode> {
  if (!ipip) {
    return ok('never');
  }
  switch (mode) {
    case undefined:
    case '':
    case 'always':
      return ok('always');
    case 'cross-subnet':
      return ok('cross-subnet');
    default:
      return refused(`field "ipip_mode": ${excerpt(mode)} is not always or cross-subnet`);
  }
}

/** States of a block as written; none at all up to Calico 2.6, when every block was confirmed. */
const BLOCK_STATES = {
  '': 'confirmed',
  confirmed: 'confirmed',
  pending: 'pending',
  pendingDeletion: 'releasing',
} as const;

function decodeBlock(
  { nodeName, family, prefix: prefixText }: Extract<KeyRef, { kind: 'block' }>,
  origin: string,
  value: string,
): Result<Resource> {
  const prefix = parsePrefix(prefixText, family);
  if (!prefix.ok) {
    return prefix;
  }
  // Written empty by Calico's Python client, as {} up to 2.6, and with a state since.
  const fields = parseJson(BlockValue, value.trim() === '' ? '{}' : value);
  return map(fields, ({ state }) => ({
    kind: 'block',
    block: {
      prefix: prefix.value,
      family,
      nodeName,
      state: BLOCK_STATES[state],
      origin,
    },
  }));
}

function map<T>(result: Result<T>, then: (value: T) => Resource): Result<Resource> {
  return result.ok ? ok(then(result.value)) : result;
}
