/** A route reflector outside of the nodes: `rr_v4/IP`, `rr_v6/IP`. */

import * as v from 'valibot';

import { refused } from '../../base/result.js';
import type { Family } from '../../values/family.js';
import { parseRouterId } from '../../values/router-id.js';
import { type Decoded, factOf } from '../decoded.js';
import { parseJson } from './json-record.js';
import { parseRecordAddress } from './record-address.js';

const Reflector = v.object({ ip: v.optional(v.string()), cluster_id: v.optional(v.string()) });

/** The reflector that `value` describes, with the address in its key where it has none. */
export function decodeReflector(
  ref: { readonly family: Family; readonly address: string },
  origin: string,
  value: string,
): Decoded {
  const fields = parseJson(Reflector, value);
  if (!fields.ok) {
    return fields;
  }
  const parsed = parseRecordAddress(fields.value.ip, ref);
  if (!parsed.ok) {
    return parsed;
  }
  const address = parsed.value;
  if (!fields.value.cluster_id) {
    return { ok: true, value: [{ kind: 'reflector', reflector: { address, origin } }] };
  }
  const clusterId = parseRouterId(fields.value.cluster_id);
  return clusterId.ok
    ? factOf(clusterId, (id) => ({
        kind: 'reflector',
        reflector: { address, clusterId: id, origin },
      }))
    : refused(`field "cluster_id": ${clusterId.reason}`);
}
