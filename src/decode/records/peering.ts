/** A peering of all nodes or of one: `global/peer_v4/IP`, `host/NODE/peer_v4/IP`, and the same of IPv6. */

import * as v from 'valibot';

import { refused } from '../../base/result.js';
import { NO_TERMS } from '../../model/peering.js';
import { parseAsn } from '../../values/asn.js';
import type { Family } from '../../values/family.js';
import { type Decoded, factOf } from '../decoded.js';
import { parseJson } from './json-record.js';
import { parseRecordAddress } from './record-address.js';

/**
 * Calico writes AS numbers as text, since old readers turned large numbers into floats; both forms are read. A number is
 * asplain: the number 1.10 would come out as the asdot 1.1, another AS.
 */
const AsnText = v.pipe(v.union([v.string(), v.pipe(v.number(), v.integer())]), v.transform(String));
const Peer = v.object({ ip: v.optional(v.string()), as_num: AsnText });

/** The peering that `value` describes, with the address in its key where it has none. */
export function decodePeering(
  ref: { readonly nodeName?: string; readonly family: Family; readonly address: string },
  origin: string,
  value: string,
): Decoded {
  const fields = parseJson(Peer, value);
  if (!fields.ok) {
    return fields;
  }
  const address = parseRecordAddress(fields.value.ip, ref);
  if (!address.ok) {
    return address;
  }
  const asn = parseAsn(fields.value.as_num.trim());
  if (!asn.ok) {
    return refused(`field "as_num": ${asn.reason}`);
  }
  const { nodeName } = ref;
  return factOf(asn, (number) => ({
    kind: 'peering',
    peering: {
      scope: nodeName === undefined ? { kind: 'all-nodes' } : { kind: 'node', nodeName },
      remote: { kind: 'address', address: address.value, asn: number },
      terms: NO_TERMS,
      origin,
    },
  }));
}
