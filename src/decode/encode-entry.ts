/**
 * What an operator's commands write, in Calico's own encoding: what `decodeEntry` reads, calicoctl wrote.
 *
 * AS numbers stand as text in JSON, since old readers turned large numbers into floats.
 */

import type { Entry } from '../datastore/datastore.js';
import { type Address, familyOf } from '../values/address.js';
import type { RouterId } from '../values/router-id.js';
import { BGP } from './keys.js';

/** The node-to-node mesh, on or off. */
export function meshEntry(isEnabled: boolean): Entry {
  return { key: `${BGP}global/node_mesh`, value: JSON.stringify({ enabled: isEnabled }) };
}

/** The AS number of nodes that have none of their own. */
export function defaultAsnEntry(asn: number): Entry {
  return { key: `${BGP}global/as_num`, value: String(asn) };
}

/** A peer of all nodes, or of the node that is named. */
export function peerEntry(address: Address, asn: number, nodeName?: string): Entry {
  const owner = nodeName === undefined ? 'global' : `host/${nodeName}`;
  return {
    key: `${BGP}${owner}/peer_${versionOf(address)}/${address}`,
    value: JSON.stringify({ ip: address, as_num: String(asn) }),
  };
}

/** A route reflector outside of the nodes. */
export function reflectorEntry(address: Address, clusterId?: RouterId): Entry {
  return {
    key: `${BGP}rr_${versionOf(address)}/${address}`,
    value: JSON.stringify({ ip: address, ...(clusterId && { cluster_id: clusterId }) }),
  };
}

/** Fields that we write ourselves. One that `entry` leaves out is meant to be gone: it may be what couldn't be read. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['ip', 'as_num', 'cluster_id', 'enabled']);

/**
 * `entry` with the further fields of the JSON record `standing`, which it takes the place of: newer writers know some that we
 * don't. A record that is no JSON object has none.
 */
export function keepingOtherFields({ key, value }: Entry, standing: string | undefined): Entry {
  const fields = objectIn(standing);
  if (fields === undefined) {
    return { key, value };
  }
  const ours = objectIn(value) ?? {};
  const standingOn = Object.entries(fields).filter(
    ([name]) => !OWN_FIELDS.has(name) || name in ours,
  );
  return { key, value: JSON.stringify({ ...Object.fromEntries(standingOn), ...ours }) };
}

function objectIn(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function versionOf(address: Address): 'v4' | 'v6' {
  return familyOf(address) === 'ipv4' ? 'v4' : 'v6';
}
