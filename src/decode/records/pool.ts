/** An IP pool: `/calico/v1/ipam/v4/pool/…`, `v6`. */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import { ok, type Result, refused } from '../../base/result.js';
import type { TunnelMode } from '../../model/pool.js';
import type { Family } from '../../values/family.js';
import { parsePrefix } from '../../values/prefix.js';
import { type Decoded, factOf } from '../decoded.js';
import { parseJson } from './json-record.js';

const PoolValue = v.object({
  cidr: v.string(),
  ipip: v.nullish(v.string(), ''),
  ipip_mode: v.nullish(v.string()),
});

/** The pool that `value` describes. */
export function decodePool(
  { family }: { readonly family: Family },
  origin: string,
  value: string,
): Decoded {
  const fields = parseJson(PoolValue, value);
  if (!fields.ok) {
    return fields;
  }
  const prefix = parsePrefix(fields.value.cidr, family);
  if (!prefix.ok) {
    return refused(`field "cidr": ${prefix.reason}`);
  }
  const tunnel = parseTunnelMode(fields.value.ipip, fields.value.ipip_mode ?? undefined);
  return factOf(tunnel, (mode) => ({
    kind: 'pool',
    pool: {
      prefix: prefix.value,
      family,
      tunnel: mode,
      isVxlan: false,
      isExportDisabled: false,
      origin,
    },
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
