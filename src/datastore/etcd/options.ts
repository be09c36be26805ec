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

/** What shows who we are: read from files anew for each connection, and while a refusal is waited out. */
export interface EtcdIdentity {
  readonly tls?: EtcdTlsFiles;
  readonly auth?: EtcdUser;
}

/** What a datastore of either API needs. */
export interface CommonOptions extends EtcdIdentity {
  /** URLs: `https://etcd-1:2379`. One is used at a time; the next when it fails. */
  readonly endpoints: readonly string[];
  readonly keyPrefixes: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How failures are waited out, in milliseconds. */
export interface RetryTunables {
  /** Ceilings of the wait before the first and before any later retry of what may mend itself. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** The same for a refusal, which somebody has to mend, and for logins that etcd is too busy for. */
  readonly refusedBaseMs: number;
  readonly refusedMaxMs: number;
  /** So often the files of our identity are looked at while a refusal is waited out. */
  readonly identityMs: number;
  /** A session that lasted this long makes the next retry the first. */
  readonly stableMs: number;
}

/**
 * The waits for 5,000 hosts on one etcd.
 *
 * A login costs etcd about 35 ms of a core (bcrypt, by default at cost 10; measured with etcd 3.4.23), whether it succeeds
 * or not. At the longest wait, 7.6 minutes on average, 5,000 hosts with a wrong password cost it 0.4 of a core; with
 * a retry every 3 s they would want 58 cores, and those with the right one would never get in.
 */
export const RETRY_DEFAULTS: RetryTunables = {
  retryBaseMs: 100,
  retryMaxMs: 3_000,
  refusedBaseMs: 10_000,
  refusedMaxMs: 900_000,
  identityMs: 2_000,
  stableMs: 10_000,
};
