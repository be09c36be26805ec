import { type CommonOptions, RETRY_DEFAULTS, type RetryTunables } from '../options.js';

/** Times and sizes; each has a default that suits a cluster, and tests shorten some. */
export interface Etcd3Tunables extends RetryTunables {
  /** An endpoint must be connected to, and greet us, within this. */
  readonly connectMs: number;
  /** A watch must be established, and a sign of life come, within this: `connectMs` unless told. */
  readonly signMs: number;
  /** An answer to one question must come within this. */
  readonly callMs: number;
  /** etcd is asked for a sign of life when nothing was heard for this long. */
  readonly probeMs: number;
  /** At most this often everything is compared with what etcd holds, if the store was written to meanwhile. */
  readonly auditMs: number;
  /** How long changes in flight may take to arrive. */
  readonly inFlightMs: number;
  /** HTTP/2 pings; etcd refuses more than one in 5 s (`--grpc-keepalive-min-time`). */
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** Entries in one answer to a list. */
  readonly pageSize: number;
}

/** What an `Etcd3Datastore` needs. */
export type Etcd3Options = CommonOptions & Partial<Etcd3Tunables>;

/** `Etcd3Options` with nothing left open. */
export type Etcd3Settings = CommonOptions & Etcd3Tunables;

const DEFAULTS: Omit<Etcd3Tunables, 'signMs'> = {
  ...RETRY_DEFAULTS,
  connectMs: 5_000,
  callMs: 10_000,
  probeMs: 5_000,
  auditMs: 300_000,
  inFlightMs: 1_000,
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 5_000,
  pageSize: 5_000,
};

/** `options` over the defaults. */
export function withDefaults(options: Etcd3Options): Etcd3Settings {
  return { ...DEFAULTS, signMs: options.connectMs ?? DEFAULTS.connectMs, ...options };
}
