/** Text of a setting to its value, or one sentence about what is expected. */

import { ok, type Result, refused } from '../base/result.js';
import { type Address, parseSpeakerAddress } from '../values/address.js';
import { parseSeconds } from '../values/duration.js';
import { parseEndpoint, withoutCredentials } from '../values/endpoint.js';
import type { Family } from '../values/family.js';
import { parseNodeName } from '../values/node-name.js';
import { type Prefix, parseAnyPrefix } from '../values/prefix.js';
import { parseRouterId, type RouterId } from '../values/router-id.js';
import { Secret } from '../values/secret.js';
import type { Setting } from './setting.js';

type Parse<T> = Setting<T>['parse'];

const MAX_PORT = 65_535;

/** Any text that isn't empty. */
export function text(value: string): Result<string> {
  return value === '' ? refused('it is empty') : ok(value);
}

/** Any text that isn't empty, and that nobody may see. */
export function secret(value: string): Result<Secret> {
  return value === '' ? refused('it is empty') : ok(new Secret(value));
}

/** One of `names`. */
export function oneOf<const T extends string>(...names: readonly T[]): Parse<T> {
  return (value) => {
    const name = names.find((candidate) => candidate === value);
    return name === undefined
      ? refused(`${JSON.stringify(value)} is none of ${names.join(', ')}`)
      : ok(name);
  };
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Parse<number> {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max
      ? ok(number)
      : refused(`${JSON.stringify(value)} is not a whole number from ${min} to ${max}`);
  };
}

export const ipv4 = (value: string) => hostAddress(value, 'ipv4');
export const ipv6 = (value: string) => hostAddress(value, 'ipv6');
export const nodeName = parseNodeName;

/**
 * An address of this host, in the forms that calico/node takes: also with a length, which is of no use here, and words that
 * leave it to calico/node to find one, and to write it to the datastore.
 */
function hostAddress(value: string, family: Family): Result<Address | undefined> {
  if (value === 'autodetect' || value === 'none') {
    return ok(undefined);
  }
  const [address = '', length] = value.split(/\/(?=\d+$)/);
  return parseSpeakerAddress(length === undefined ? value : address, family);
}

/** `hash`, or four octets. */
export function routerId(value: string): Result<RouterId | 'hash'> {
  return value === 'hash' ? ok(value) : parseRouterId(value);
}

const MIN_CONFIRM_SECONDS = 2;
const MAX_CONFIRM_SECONDS = 600;

/** `off`, or a duration in seconds: BIRD takes whole ones. */
export function confirmTime(value: string): Result<number | 'off'> {
  if (value === 'off') {
    return ok(value);
  }
  const seconds = parseSeconds(value);
  return !seconds.ok ||
    (seconds.value >= MIN_CONFIRM_SECONDS && seconds.value <= MAX_CONFIRM_SECONDS)
    ? seconds
    : refused(
        `${value} is not off, or from ${MIN_CONFIRM_SECONDS} s to ${MAX_CONFIRM_SECONDS / 60} m`,
      );
}

/** `off`, or a share in percent, with the sign or without. */
export function share(value: string): Result<number | 'off'> {
  return value === 'off' ? ok(value) : integer(0, 100)(value.replace(/%$/, ''));
}

/** Comma-separated prefixes of either family. */
export function prefixes(value: string): Result<readonly Prefix[]> {
  return allOf(value.split(','), parseAnyPrefix);
}

/** Comma-separated URLs of one or more etcd members. */
export function endpoints(value: string): Result<readonly string[]> {
  return allOf(value.split(','), (one) => {
    const parsed = parseEndpoint(one);
    return parsed.ok ? ok(parsed.value.url) : parsed;
  });
}

/** Comma-separated `HOST:PORT`, the old `ETCD_AUTHORITY`. */
export function authority(value: string): Result<readonly string[]> {
  const hosts = value.split(',').map((host) => host.trim());
  const wrong = hosts.find((host) => !parseEndpoint(`http://${host}`).ok || host.endsWith('/'));
  return wrong === undefined
    ? ok(hosts)
    : refused(`${JSON.stringify(withoutCredentials(wrong))} is not of the form HOST:PORT`);
}

/** All of `texts` as values, or why the first that is none is refused. */
function allOf<T>(texts: readonly string[], parseOne: Parse<T>): Result<readonly T[]> {
  const values: T[] = [];
  for (const text of texts) {
    const parsed = parseOne(text.trim());
    if (!parsed.ok) {
      return parsed;
    }
    values.push(parsed.value);
  }
  return ok(values);
}

/** Where the HTTP server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** `ADDRESS:PORT`, `[ADDRESS]:PORT` for IPv6, or `off`. */
export function listen(value: string): Result<ListenAddress | 'off'> {
  if (value === 'off') {
    return ok(value);
  }
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  return host !== undefined && Number(portText) <= MAX_PORT
    ? ok({ host, port: Number(portText) })
    : refused(`${JSON.stringify(value)} is neither ADDRESS:PORT nor off`);
}
