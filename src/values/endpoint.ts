/** Where a server listens, as a URL says it: parsed once at the edge, valid ever after. */

import { ok, type Result, refused } from '../base/result.js';
import { parseAddress } from './address.js';

/** A server with or without TLS. */
export interface Endpoint {
  /** `https://etcd-1:443`, `http://[2001:db8::1]:2379`: scheme, host and port, no slash at the end. */
  readonly url: string;
  readonly isTls: boolean;
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

const MAX_PORT = 65_535;
const FORM = 'http://HOST:PORT or https://HOST:PORT';

/**
 * `text` as an endpoint; a slash at the end does no harm.
 *
 * Not by `URL`: it drops the ports 80 and 443, takes `etcd:2379` for a scheme, and `127.1` for an address. The port
 * must be written, since a default would differ from one client of etcd to the next. No path, since gRPC has none; no
 * user, since whoever sees the settings would see the password.
 */
export function parseEndpoint(text: string): Result<Endpoint> {
  const [, scheme = '', bracketed, plain, portText] =
    /^(https?):\/\/(?:\[([^\]]*)\]|([^[\]:/?#@\s]+)):(\d{1,5})\/*$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(portText);
  const isPort = port >= 1 && port <= MAX_PORT;
  const isHost = bracketed === undefined || parseAddress(bracketed, 'ipv6').ok;
  if (host === undefined || !isPort || !isHost) {
    return refused(`${JSON.stringify(withoutCredentials(text))} is not of the form ${FORM}`);
  }
  const isTls = scheme.toLowerCase() === 'https';
  return ok({
    url: `${isTls ? 'https' : 'http'}://${authorityOf({ host, port })}`,
    isTls,
    host,
    port,
  });
}

/** `HOST:PORT`, with brackets around an IPv6 address. */
export function authorityOf({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An address as it may be shown: what stands before an `@` can be a password. */
export function withoutCredentials(address: string): string {
  return address.replace(/^([a-z0-9]+:\/\/)?.*@/is, '$1[redacted]@');
}
