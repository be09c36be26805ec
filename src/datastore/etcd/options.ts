import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';

/** TLS files, all PEM; read again for every new connection, so that rotated certificates are picked up. */
export interface EtcdTlsFiles {
  /** The CAs that may have signed etcd's certificate; those of Node.js unless told. */
  readonly caFile?: string;
  /** Our certificate (with its chain) and its key: both or none. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** A user of etcd. A password that is a function is asked for again for every new connection. */
export interface EtcdUser {
  readonly username: string;
  readonly password: string | (() => string | Promise<string>);
}

/** Times and sizes; each has a default that suits a cluster, and tests shorten some. */
export interface EtcdTunables {
  /** An endpoint must be connected to, and a watch established, within this. */
  readonly connectMs: number;
  /** An answer to one question must come within this. */
  readonly callMs: number;
  /** etcd is asked for a sign of life when nothing was heard for this long. */
  readonly probeMs: number;
  /** At most this often what was applied is compared with what etcd holds, if the store was written to meanwhile. */
  readonly auditMs: number;
  /** The wait between the tries of one audit; changes in flight arrive in this time. */
  readonly auditRetryMs: number;
  /** HTTP/2 pings; etcd refuses more than one in 5 s (`--grpc-keepalive-min-time`). */
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** Ceilings of the wait before the first and before any later retry. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** A session that lasted this long makes the next retry the first. */
  readonly stableMs: number;
  /** Entries in one answer to a list. */
  readonly pageSize: number;
}

/** What an `EtcdDatastore` needs. */
export interface EtcdOptions extends Partial<EtcdTunables> {
  /** URLs: `https://etcd-1:2379`. One is used at a time; the next when it fails. */
  readonly endpoints: readonly string[];
  readonly keyPrefixes: readonly string[];
  readonly tls?: EtcdTlsFiles;
  readonly auth?: EtcdUser;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `EtcdOptions` with nothing left open. */
export type EtcdSettings = EtcdOptions & EtcdTunables;

const DEFAULTS: EtcdTunables = {
  connectMs: 5_000,
  callMs: 10_000,
  probeMs: 5_000,
  auditMs: 300_000,
  auditRetryMs: 1_000,
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 5_000,
  retryBaseMs: 100,
  retryMaxMs: 3_000,
  stableMs: 10_000,
  pageSize: 5_000,
};

/** `options` over the defaults. */
export function withDefaults(options: EtcdOptions): EtcdSettings {
  return { ...DEFAULTS, ...options };
}
