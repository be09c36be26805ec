/** Names of resources that verbs make: the same for the same thing, and such as Kubernetes takes (RFC 1123, 253 characters). */

import { createHash } from 'node:crypto';

import type { Address } from '../../values/address.js';
import type { PeerPlace } from '../key-language.js';

const MAX_LENGTH = 253;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
/** Hex digits that tell two names from each other that would read the same. */
const HASH_LENGTH = 10;

/** `peer-192-0-2-9`, `peer-fd00-42--40`, `peer-192-0-2-9-of-NODE`. */
export function peerName({ address, nodeName }: PeerPlace): string {
  const name = `peer-${wordOf(address)}`;
  return nodeName === undefined ? name : valid(`${name}-of-${nodeName}`);
}

/** `rr-192-0-2-9`. */
export function reflectorName(address: Address): string {
  return `rr-${wordOf(address)}`;
}

/** An address as a word. The canonical text of an address has no `::0`, so that no two addresses are one word. */
function wordOf(address: Address): string {
  return address.replace(/::$/, '::0').replaceAll(/[.:]/g, '-');
}

/** `name`, if Kubernetes takes it; else what it takes of it, and a hash. Names of nodes may be any text. */
function valid(name: string): string {
  if (name.length <= MAX_LENGTH && SUBDOMAIN.test(name)) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  const kept = name.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  return `${kept.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}
