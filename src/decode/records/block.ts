/** A block of a node: `/calico/ipam/v2/host/NODE/ipv4/block/PREFIX`, `ipv6`. */

import * as v from 'valibot';

import type { Family } from '../../values/family.js';
import { parsePrefix } from '../../values/prefix.js';
import { type Decoded, factOf, refusedKey } from '../decoded.js';
import { parseJson } from './json-record.js';

const BlockValue = v.object({
  state: v.optional(v.picklist(['', 'confirmed', 'pending', 'pendingDeletion']), ''),
});

/** States of a block as written; none at all up to Calico 2.6, when every block was confirmed. */
const BLOCK_STATES = {
  '': 'confirmed',
  confirmed: 'confirmed',
  pending: 'pending',
  pendingDeletion: 'releasing',
} as const;

/** The block whose prefix is in the key, in the state that `value` gives. */
export function decodeBlock(
  ref: { readonly nodeName: string; readonly family: Family; readonly prefix: string },
  origin: string,
  value: string,
): Decoded {
  const { nodeName, family } = ref;
  const prefix = parsePrefix(ref.prefix, family);
  if (!prefix.ok) {
    return refusedKey(prefix.reason);
  }
  // Written empty by Calico's Python client, as {} up to 2.6, and with a state since.
  return factOf(parseJson(BlockValue, value.trim() === '' ? '{}' : value), ({ state }) => ({
    kind: 'block',
    block: { prefix: prefix.value, family, nodeName, state: BLOCK_STATES[state], origin },
  }));
}
