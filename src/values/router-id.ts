/** BGP Identifiers and cluster ids: four octets, not zero, written as an IPv4 address (RFC 6286, RFC 4456). */

import { createHash } from 'node:crypto';

import { ok, type Result, refused } from '../base/result.js';
import { parseAddress } from './address.js';

declare const routerIdBrand: unique symbol;

/** Four octets that name a BGP speaker or a cluster of route reflectors, as a dotted quad. */
export type RouterId = string & { readonly [routerIdBrand]: true };

/** `text` as a router id or cluster id: a dotted quad, or the same 32 bits as a decimal number. */
export function parseRouterId(text: string): Result<RouterId> {
  const quad = /^[1-9]\d{0,9}$/.test(text) ? dottedQuad(Number(text)) : text;
  const parsed = quad === undefined ? undefined : parseAddress(quad, 'ipv4');
  if (parsed?.ok !== true || parsed.value === '0.0.0.0') {
    return refused(
      `${JSON.stringify(text)} is not four octets in the form of an IPv4 address other than 0.0.0.0`,
    );
  }
  return ok(parsed.value as string as RouterId);
}

/**
 * A router id made of a node's name: the first four octets of its SHA-256, the first one below 224.
 *
 * The same value as Calico's `CALICO_ROUTER_ID=hash`, so that a node keeps its id when it moves from one daemon to
 * the other; the limit on the first octet is projectcalico/calico issue 5146.
 */
export function routerIdOfName(nodeName: string): RouterId {
  const [first = 1, ...rest] = createHash('sha256').update(nodeName).digest().subarray(0, 4);
  return [first > 223 ? first - 32 : first, ...rest].join('.') as RouterId;
}

function dottedQuad(value: number): string | undefined {
  return value <= 0xffffffff
    ? [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
    : undefined;
}
