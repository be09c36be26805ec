import { refused } from '../../base/result.js';
import { type Address, parseSpeakerAddress } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import { type RefusedEntry, refusedKey } from '../decoded.js';

/**
 * The address of a peer or reflector: the field `ip` of its value. Calico's own templates take it from there; a value that
 * leaves it out means the address in the key.
 */
export function parseRecordAddress(
  ip: string | undefined,
  ref: { readonly family: Family; readonly address: string },
): { readonly ok: true; readonly value: Address } | RefusedEntry {
  const address = parseSpeakerAddress(ip || ref.address, ref.family);
  if (address.ok) {
    return address;
  }
  return ip
    ? refused(`field "ip": ${address.reason}`)
    : refusedKey(`${address.reason}, and the value has no field "ip"`);
}
