import { type CommonOptions, RETRY_DEFAULTS, type RetryTunables } from '../options.js';

/** Times; each has a default that suits a cluster, and tests shorten some. */
export interface Etcd2Tunables extends RetryTunables {
  /** etcd must connect, and go on answering, within this. A long poll must begin to answer within it. */
  readonly answerMs: number;
  /** A long poll without an event is given up after this, and the next one begins where it ended. */
  readonly pollMs: number;
  /** etcd is asked for a sign of life this often. */
  readonly probeMs: number;
  /** At most this often everything is listed again without a reason, if the store was written to meanwhile. */
  readonly auditMs: number;
}

/** What an `Etcd2Datastore` needs: the same as for etcd 3. Key prefixes end in `/`, for they are directories. */
export type Etcd2Options = CommonOptions & Partial<Etcd2Tunables>;

/** `Etcd2Options` with nothing left open. */
export type Etcd2Settings = CommonOptions & Etcd2Tunables;

const DEFAULTS: Etcd2Tunables = {
  ...RETRY_DEFAULTS,
  answerMs: 5_000,
  pollMs: 60_000,
  probeMs: 5_000,
  auditMs: 600_000,
};

/** `options` over the defaults. */
export function withDefaults(options: Etcd2Options): Etcd2Settings {
  return { ...DEFAULTS, ...options };
}
