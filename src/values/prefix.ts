/** IP prefixes: parsed once at the edge, host bits zero, one text for one prefix. */

import ipaddr from 'ipaddr.js';

import { ok, type Result, refused } from '../base/result.js';
import { type Address, familyOf, parseAddress } from './address.js';
import { FAMILY_LABELS, type Family } from './family.js';

declare const prefixBrand: unique symbol;

/** An address with host bits zero and a length, in canonical text: `192.168.0.0/26`. */
export type Prefix = string & { readonly [prefixBrand]: true };

/** Bits of an address of each family. */
const ADDRESS_BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/**
 * `text` as a prefix of `family`. Host bits are cleared, as Calico does when it stores a pool: BIRD refuses a prefix
 * with host bits set, and with it the whole file.
 */
export function parsePrefix(text: string, family: Family): Result<Prefix> {
  const wrong = refused(
    `${JSON.stringify(text)} is not an ${FAMILY_LABELS[family]} prefix in the form ADDRESS/LENGTH`,
  );
  const [addressText, lengthText, ...rest] = text.split('/');
  if (addressText === undefined || lengthText === undefined || rest.length > 0) {
    return wrong;
  }
  const address = parseAddress(addressText, family);
  const length = /^(0|[1-9]\d{0,2})$/.test(lengthText) ? Number(lengthText) : Number.NaN;
  if (!address.ok || !(length <= ADDRESS_BITS[family])) {
    return wrong;
  }
  const cidr = `${address.value}/${length}`;
  const network =
    family === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String();
  return ok(`${network}/${length}` as Prefix);
}

/** `text` as a prefix of the family that it shows. */
export function parseAnyPrefix(text: string): Result<Prefix> {
  return parsePrefix(text, text.includes(':') ? 'ipv6' : 'ipv4');
}

/** The family of a parsed prefix. */
export function familyOfPrefix(prefix: Prefix): Family {
  return prefix.includes(':') ? 'ipv6' : 'ipv4';
}

/** The prefix of all addresses of each family. */
export const EVERYTHING: Readonly<Record<Family, Prefix>> = {
  ipv4: '0.0.0.0/0' as Prefix,
  ipv6: '::/0' as Prefix,
};

/** Whether `prefix` has one address in it. */
export function isOneAddress(prefix: Prefix): boolean {
  return prefix.endsWith(`/${ADDRESS_BITS[familyOfPrefix(prefix)]}`);
}

/** The prefix that has `address` in it and no other. */
export function prefixOf(address: Address): Prefix {
  return `${address}/${ADDRESS_BITS[familyOf(address)]}` as Prefix;
}

/** Tells whether an address lies in any of `prefixes`; it doesn't in one of the other family. Each prefix is taken apart once. */
export function insideOf(prefixes: readonly Prefix[]): (address: Address) => boolean {
  const ranges = prefixes.map((prefix) => ipaddr.parseCIDR(prefix));
  if (ranges.length === 0) {
    return () => false;
  }
  return (text) => {
    const address = ipaddr.parse(text);
    return ranges.some(
      ([network, length]) => network.kind() === address.kind() && address.match(network, length),
    );
  };
}

/** Whether all of `inner` lies in `outer`, which may be the same. */
export function contains(outer: Prefix, inner: Prefix): boolean {
  const [[network, length], [address, innerLength]] = [
    ipaddr.parseCIDR(outer),
    ipaddr.parseCIDR(inner),
  ];
  return (
    network.kind() === address.kind() && innerLength >= length && address.match(network, length)
  );
}
