/**
 * Input of a user that we refuse or can't honour. The rest goes on.
 *
 * A problem is data, not an exception: it shows in log, status and metric for as long as the input stands, and goes
 * when the input is mended.
 */
export interface Problem {
  /** A stable name of the kind of problem, for alerts and for docs/operations.md: `invalid-value`. */
  readonly code: ProblemCode;
  /** The datastore key, or the name of the setting, that caused it. */
  readonly key: string;
  /** Where inside the value, as a path such as `as_num`; absent when the whole value is meant. */
  readonly path?: string;
  /** What is wrong, as one sentence without a full stop; never holds a secret. */
  readonly reason: string;
  /** What birdkeeper did about it, as one sentence without a full stop. */
  readonly action: string;
}

/** Every kind of problem; docs/operations.md explains each. */
export type ProblemCode =
  /** The value of a key doesn't parse or isn't valid. */
  | 'invalid-value'
  /** The key itself doesn't parse: a bad name, address or prefix in its path. */
  | 'invalid-key'
  /** A file beside the datastore can't be read. */
  | 'unreadable-file'
  /** A folder or file that a setting names is missing. */
  | 'source-missing'
  /** A folder or file that a setting names can't be read. */
  | 'source-unreadable'
  /** This node has no address of its own in the datastore. */
  | 'own-address-missing'
  /** A node of the datastore has no address at all. */
  | 'node-address-missing'
  /** A node has an address that another node, or this host, has. */
  | 'duplicate-address'
  /** A peering gives the other end, or this one, another AS than it is in, so that the session never comes up. */
  | 'as-number-mismatch'
  /** A peering's neighbor or gateway has an address at which no host is, so that the session never comes up. */
  | 'unusable-address'
  /** Two records ask for a session with the same neighbor. */
  | 'duplicate-session'
  /** Two records speak of one pool, block or reflector and disagree. */
  | 'duplicate-record'
  /** A password that sessions are to have isn't among the secrets of this host. */
  | 'secret-missing'
  /** A peering names a BGPFilter that isn't there. */
  | 'filter-missing'
  /** The BIRD in use can't do what the record asks for. */
  | 'unsupported-by-bird'
  /** Calico 2 and Calico 3 have both written to the datastore. */
  | 'both-generations'
  /** Nothing in the datastore is Calico's. */
  | 'no-calico-data'
  /** The datastore lost what this host's sessions come from, and what stands is held. */
  | 'state-held'
  /** An operator rolled back, and what the datastore asks for waits. */
  | 'rolled-back'
  /** Sessions did not come back after a reload, and BIRD has undone it. */
  | 'unconfirmed'
  /** A pool is to be tunneled, and the device for it is missing on this host. */
  | 'tunnel-missing'
  /** BIRD could not open its listening socket, since something else has BGP's port on this host. */
  | 'port-taken'
  /** The program that checks configurations is of another version than the BIRD that runs. */
  | 'other-checker'
  /** Another program writes the files that birdkeeper writes. */
  | 'other-writer'
  /** Raw BIRD statements were not accepted. */
  | 'custom-filter-refused';

/** The identity of a problem: equal for the same fault of the same input. */
export function problemId({ code, key, path, reason }: Problem): string {
  return JSON.stringify([code, key, path ?? '', reason]);
}
