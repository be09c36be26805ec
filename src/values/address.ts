/** IP addresses: parsed once at the edge, valid ever after, one text for one address. */

import ipaddr from 'ipaddr.js';

import { ok, type Result, refused } from '../base/result.js';
import { FAMILY_LABELS, type Family } from './family.js';

declare const addressBrand: unique symbol;

/** An IP address in its canonical text: dotted quad, or RFC 5952. Equal addresses are equal strings. */
export type Address = string & { readonly [addressBrand]: true };

/** The family of a parsed address. */
export function familyOf(address: Address): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** The order of addresses as numbers, IPv4 first; for sorting. */
export function compareAddresses(a: Address, b: Address): number {
  const [first, second] = [ipaddr.parse(a).toByteArray(), ipaddr.parse(b).toByteArray()];
  const index = first.findIndex((byte, i) => byte !== second[i]);
  return first.length - second.length || (first[index] ?? 0) - (second[index] ?? 0);
}

/**
 * `text` as an address of `family`, or of either family when none is given.
 *
 * Stricter than most: no `10.1`, no octal or hexadecimal parts, no zone (`fe80::1%eth0`), no surrounding blanks,
 * since two readers must not take one text for two addresses.
 */
export function parseAddress(text: string, family?: Family): Result<Address> {
  if (family !== 'ipv6' && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ok(text as Address);
  }
  if (family !== 'ipv4' && isIpv6(text)) {
    return ok(ipaddr.IPv6.parse(text).toRFC5952String() as Address);
  }
  const wanted = family === undefined ? 'IP' : FAMILY_LABELS[family];
  return refused(`${JSON.stringify(text)} is not an ${wanted} address`);
}

/** The end of an IPv6 address may be written as an IPv4 one (RFC 4291 section 2.2); that is read as strictly as one. */
function isIpv6(text: string): boolean {
  const end = text.slice(text.lastIndexOf(':') + 1);
  return (
    /^[0-9a-fA-F:.]+$/.test(text) &&
    ipaddr.IPv6.isValid(text) &&
    (!end.includes('.') || ipaddr.IPv4.isValidFourPartDecimal(end))
  );
}

/** Ranges of ipaddr.js in which no BGP speaker can live, and why in an operator's words. */
const UNUSABLE_RANGES: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  loopback: 'a loopback address, which every host has for itself',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address, which needs an interface that the datastore does not name',
  ipv4Mapped: 'an IPv4 address written as an IPv6 one; write it as IPv4',
};

/** Why no BGP speaker is at `address`, as a noun with what follows from it; `undefined` where one may be. */
export function whyNoSpeaker(address: Address): string | undefined {
  const range = ipaddr.parse(address).range();
  const isLinkLocalIpv4 = range === 'linkLocal' && familyOf(address) === 'ipv4';
  return isLinkLocalIpv4 ? undefined : UNUSABLE_RANGES[range];
}

/**
 * `text` as the address of a BGP speaker.
 *
 * For some of the others BIRD refuses a whole file, for the rest the session never comes up (measured with 1.6.8 and
 * 2.0.12). To BIRD 2 `::ffff:192.0.2.1` is the neighbor 192.0.2.1, which may have a session already. A link-local address
 * is refused for IPv6 alone: `neighbor fe80::1` needs `%interface` (BIRD's manual, chapter BGP).
 */
export function parseSpeakerAddress(text: string, family?: Family): Result<Address> {
  return parseUnless(whyNoSpeaker, text, family);
}

/**
 * Like `parseSpeakerAddress`; also a multicast address. No session comes of it, and every BIRD accepts it without harm: it tries
 * to connect in vain, and takes no route with it (measured with 1.6.8, Calico's fork, 2.0.12, 2.20, 3.1 and 3.4).
 */
export function parseNeighborAddress(text: string): Result<Address> {
  return parseUnless((address) => (isMulticast(address) ? undefined : whyNoSpeaker(address)), text);
}

function isMulticast(address: Address): boolean {
  return ipaddr.parse(address).range() === 'multicast';
}

function parseUnless(
  whyNot: (address: Address) => string | undefined,
  text: string,
  family?: Family,
): Result<Address> {
  const parsed = parseAddress(text, family);
  const why = parsed.ok ? whyNot(parsed.value) : undefined;
  return parsed.ok && why !== undefined
    ? refused(`${parsed.value} is ${why}, so no BGP session can be set up with it`)
    : parsed;
}
