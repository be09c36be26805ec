import type { EtcdOptions } from '../etcd/options.js';

/** Times; each has a default that suits a cluster, and tests shorten some. */
export interface Etcd2Tunables {
  /** etcd must connect, and go on answering, within this. A long poll must begin to answer within it. */
  readonly answerMs: number;
  /** A long poll without an event is given up after this, and the next one begins where it ended. */
  readonly pollMs: number;
  /** etcd is asked for a sign of life this often. */
  readonly probeMs: number;
  /** At most this often everything is listed again without a reason, if the store was written to meanwhile. */
  readonly auditMs: number;
  /** Ceilings of the wait before the first and before any later retry. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** A session that lasted this long makes the next retry the first. */
  readonly stableMs: number;
}

/** What an `Etcd2Datastore` needs: the same as for etcd 3. Key prefixes end in `/`, for they are directories. */
export type Etcd2Options = Partial<Etcd2Tunables> &
  Pick<EtcdOptions, 'endpoints' | 'keyPrefixes' | 'tls' | 'auth' | 'clock' | 'logger'>;

/** `Etcd2Options` with nothing left open. */
export type Etcd2Settings = Etcd2Options & Etcd2Tunables;

const DEFAULTS: Etcd2Tunables = {
  answerMs: 5_000,
  pollMs: 60_000,
  probeMs: 5_000,
  auditMs: 600_000,
  retryBaseMs: 100,
  retryMaxMs: 3_000,
  stableMs: 10_000,
};

/** `options` over the defaults. */
export function withDefaults(options: Etcd2Options): Etcd2Settings {
  return { ...DEFAULTS, ...options };
}
