/** Properties of a node: `host/NODE/ip_addr_v4`, `ip_addr_v6`, `as_num`, `network_v4`, `network_v6`. */

import { remember } from '../../base/remember.js';
import { parseSpeakerAddress } from '../../values/address.js';
import { parseAsn } from '../../values/asn.js';
import { type Family, perFamily } from '../../values/family.js';
import { parsePrefix } from '../../values/prefix.js';
import { type Decoded, factOf } from '../decoded.js';

interface NodeRef {
  readonly nodeName: string;
}

interface NodeFamilyRef extends NodeRef {
  readonly family: Family;
}

/** Where the node's BGP speaker is. Empty text: it doesn't speak the family. */
export function decodeNodeAddress({ nodeName, family }: NodeFamilyRef, text: string): Decoded {
  const kind = 'node-address';
  return text === ''
    ? { ok: true, value: [{ kind, nodeName, family }] }
    : factOf(parseSpeakerAddress(text, family), (address) => ({ kind, nodeName, family, address }));
}

/** More than any cluster has AS numbers or subnets. Reading 5,000 nodes parses each of theirs once. */
const MAX_REMEMBERED = 1_000;
const parseNodeAsn = remember(parseAsn, MAX_REMEMBERED);

/** The node's own AS number. */
export function decodeNodeAsn({ nodeName }: NodeRef, text: string): Decoded {
  return factOf(parseNodeAsn(text), (asn) => ({ kind: 'node-asn', nodeName, asn }));
}

const parseNetwork = perFamily((family) =>
  remember((text: string) => parsePrefix(text, family), MAX_REMEMBERED),
);

/** The subnet that the node's address lies in. Empty text: it isn't known. */
export function decodeNodeNetwork({ nodeName, family }: NodeFamilyRef, text: string): Decoded {
  const kind = 'node-network';
  return text === ''
    ? { ok: true, value: [{ kind, nodeName, family }] }
    : factOf(parseNetwork[family](text), (network) => ({ kind, nodeName, family, network }));
}
