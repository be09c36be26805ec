/**
 * The terms of a session, a line each: how people call it, how its value is shown, and what a change of it means. Forecast,
 * description, merging and interning of sessions read this table and know no term by name.
 *
 * What restarts a session was tried on each BIRD from 1.6 to 3.4 (test/e2e/sessions-hold.test.ts).
 */

import type { Address } from '../../values/address.js';
import type { Family } from '../../values/family.js';
import type { RouterId } from '../../values/router-id.js';
import type { Secret } from '../../values/secret.js';

/** Where a session comes from, as the first part of its name in BIRD. */
export type SessionSource = 'Mesh' | 'Global' | 'Node' | 'Local_Workload';

/** What two ends of a session are told about it. `TERMS` has a line for each, and one for where the session comes from. */
export interface SessionTerms {
  /** Our AS number on this session, where it isn't the family's `localAsn`. */
  readonly localAsn?: number | undefined;
  readonly remoteAsn: number;
  /** Whether the remote end is our client in route reflection (RFC 4456); it isn't where nothing is said. */
  readonly isReflectorClient?: boolean;
  /** Our cluster (RFC 4456 section 7), for clients alone; BIRD takes the router id when absent. */
  readonly clusterId?: RouterId | undefined;
  /** TCP port of the other end, where it isn't that of BGP. */
  readonly remotePort?: number | undefined;
  /** Whether the session goes out from this host's address; it does where nothing is said. */
  readonly usesLocalAddress?: boolean;
  /** Whether this end waits for the other one to dial; it doesn't where nothing is said. */
  readonly isPassive?: boolean;
  /** Hops to the peer, where only packets from so near are taken (RFC 5082). */
  readonly ttlSecurityHops?: number | undefined;
  /** Restart time that is announced (RFC 4724), in seconds; BIRD's own when absent. */
  readonly restartTimeS?: number | undefined;
  /** In seconds; a third of the hold time when absent. */
  readonly keepaliveS?: number | undefined;
  /** MD5 password (RFC 2385). The same object while it is the same password. */
  readonly password?: Secret | undefined;
  /** What becomes of next hops; by the rules of the generation when absent. */
  readonly nextHop?: 'self' | 'keep' | undefined;
  /** How often our own AS number may be in a path that we take; never when absent. */
  readonly allowedLocalAsns?: number | undefined;
  /** Names of the BGPFilters that run on what is learnt, and told, in their order. The same list while it has the same names. */
  readonly importFilters?: readonly string[];
  readonly exportFilters?: readonly string[];
}

/** A list of filters that has none: always this one, so that equal lists are the same one. */
export const NO_FILTERS: readonly string[] = [];

/** A session as a rule asks for it. */
export interface AskedSession extends SessionTerms {
  readonly source: SessionSource;
  readonly isReflectorClient: boolean;
  readonly usesLocalAddress: boolean;
  readonly isPassive: boolean;
  readonly importFilters: readonly string[];
  readonly exportFilters: readonly string[];
  readonly remoteAddress: Address;
  /** The datastore key that asks for the session. */
  readonly origin: string;
}

/** One BGP adjacency with one remote address. */
export interface Session extends AskedSession {
  /** Name in BIRD: Calico's own, as dashboards and runbooks know it (`Mesh_172_17_42_31`). Of `source` and `remoteAddress`. */
  readonly protocolName: string;
  readonly family: Family;
  /** Whether the remote address is an IPv6 address. */
  readonly isIpv6: boolean;
}

/** What a session has of its family where it doesn't say otherwise. */
interface FamilyDefaults {
  readonly localAsn?: number;
}

/** Whether a session is internal: both of its ends are in one AS (RFC 4271 section 1.1). */
export function isInternal(
  { localAsn, remoteAsn }: Pick<SessionTerms, 'localAsn' | 'remoteAsn'>,
  family: { readonly localAsn?: number | undefined },
): boolean {
  return (localAsn ?? family.localAsn) === remoteAsn;
}

/** What is to be known about one term. */
interface Term {
  /** Its name in an operator's words: `LABEL changes A → B`. */
  readonly label: string;
  /** The value that BIRD takes, where the session doesn't say: what its family has. */
  readonly inherited?: (family: FamilyDefaults) => number | undefined;
  /** How the value is shown among the others of its session; undefined where it goes without saying. */
  readonly show: (session: Session) => string | undefined;
  /** Whether BIRD ends the session and opens it anew to change it. */
  readonly restarts: boolean;
  /** Whether two records that ask for a session with one neighbor contradict each other when they differ in it. */
  readonly mustAgree: boolean;
  /** A change in words, where it isn't `LABEL changes A → B`; undefined where another term says it. */
  readonly sayChange?: (was: Session, is: Session) => string | undefined;
}

/** Every term, in the order in which they are told. */
const TERMS: { readonly [Name in 'source' | keyof Required<SessionTerms>]: Term } = {
  source: {
    label: 'the name',
    show: () => undefined,
    restarts: true,
    mustAgree: false,
    sayChange: (was) => `it was called ${was.protocolName}`,
  },
  localAsn: {
    label: "this host's AS number",
    inherited: ({ localAsn }) => localAsn,
    show: ({ localAsn, remoteAsn }) =>
      localAsn === undefined || localAsn === remoteAsn ? undefined : `local AS ${localAsn}`,
    restarts: true,
    mustAgree: true,
  },
  remoteAsn: {
    label: "the neighbor's AS number",
    show: ({ remoteAsn }) => `AS ${remoteAsn}`,
    restarts: true,
    mustAgree: true,
  },
  isReflectorClient: {
    label: 'whether the neighbor is a client',
    show: ({ isReflectorClient }) => (isReflectorClient ? 'a client of this reflector' : undefined),
    restarts: true,
    mustAgree: true,
    sayChange: (_, is) =>
      `the neighbor ${is.isReflectorClient ? 'becomes a client' : 'is no client any more'} of this reflector`,
  },
  clusterId: {
    label: 'the cluster id',
    show: ({ clusterId }) => (clusterId === undefined ? undefined : `cluster ${clusterId}`),
    restarts: true,
    mustAgree: true,
    sayChange: (was, is) =>
      was.isReflectorClient === is.isReflectorClient
        ? `the cluster id changes ${was.clusterId ?? '(router id)'} → ${is.clusterId ?? '(router id)'}`
        : undefined,
  },
  remotePort: {
    label: "the neighbor's port",
    show: ({ remotePort }) => (remotePort === undefined ? undefined : `port ${remotePort}`),
    restarts: true,
    mustAgree: true,
  },
  usesLocalAddress: {
    label: 'the source address',
    show: ({ usesLocalAddress }) => (usesLocalAddress ? undefined : 'from any address'),
    restarts: true,
    mustAgree: true,
    sayChange: (_, { usesLocalAddress }) =>
      usesLocalAddress ? "it goes out from this host's address" : 'it goes out from any address',
  },
  isPassive: {
    label: 'who dials',
    show: ({ isPassive }) => (isPassive ? 'dialed by the neighbor' : undefined),
    restarts: true,
    mustAgree: false,
    sayChange: (_, { isPassive }) => (isPassive ? 'only the neighbor dials' : 'this end dials too'),
  },
  ttlSecurityHops: {
    label: 'the hops of TTL security',
    show: ({ ttlSecurityHops }) =>
      ttlSecurityHops === undefined ? undefined : `TTL security ${ttlSecurityHops}`,
    restarts: true,
    mustAgree: true,
  },
  restartTimeS: {
    label: 'the graceful restart time',
    show: ({ restartTimeS }) =>
      restartTimeS === undefined ? undefined : `restart ${restartTimeS} s`,
    restarts: true,
    mustAgree: true,
  },
  keepaliveS: {
    label: 'the keepalive time',
    show: ({ keepaliveS }) => (keepaliveS === undefined ? undefined : `keepalive ${keepaliveS} s`),
    restarts: true,
    mustAgree: true,
  },
  password: {
    label: 'the password',
    show: ({ password }) => (password === undefined ? undefined : 'with a password'),
    restarts: true,
    mustAgree: true,
    sayChange: (was, is) =>
      was.password === undefined
        ? 'it gets a password'
        : is.password === undefined
          ? 'it loses its password'
          : 'its password changes',
  },
  nextHop: {
    label: 'the next hop',
    show: ({ nextHop }) => (nextHop === undefined ? undefined : `next hop ${nextHop}`),
    restarts: true,
    mustAgree: true,
  },
  allowedLocalAsns: {
    label: 'how often our AS may be in a path',
    show: ({ allowedLocalAsns }) =>
      allowedLocalAsns === undefined ? undefined : `our AS ${allowedLocalAsns} times`,
    restarts: true,
    mustAgree: true,
  },
  importFilters: {
    label: 'the filters of what is learnt',
    show: ({ importFilters }) =>
      importFilters.length === 0 ? undefined : `import by ${importFilters.join(', ')}`,
    restarts: false,
    mustAgree: true,
  },
  exportFilters: {
    label: 'the filters of what is told',
    show: ({ exportFilters }) =>
      exportFilters.length === 0 ? undefined : `export by ${exportFilters.join(', ')}`,
    restarts: false,
    mustAgree: true,
  },
};

const TERM_NAMES = Object.keys(TERMS) as readonly (keyof typeof TERMS)[];

/** Whether two sessions are the same in everything, also in the key that asks for them. */
export function isSameSession(a: AskedSession, b: AskedSession): boolean {
  return a.remoteAddress === b.remoteAddress && a.origin === b.origin && hasSameTerms(a, b);
}

/** Whether two sessions with one neighbor have the same terms. */
export function hasSameTerms(a: AskedSession, b: AskedSession): boolean {
  for (const name of TERM_NAMES) {
    if (a[name] !== b[name]) {
      return false;
    }
  }
  return true;
}

/** Whether two records that ask for a session with one neighbor contradict each other. */
export function areContradictory(a: Session, b: Session): boolean {
  return TERM_NAMES.some((name) => TERMS[name].mustAgree && a[name] !== b[name]);
}

/** The terms of a session for people: `AS 64512, a client of this reflector, cluster 1.0.0.1`. */
export function showTerms(session: Session): string {
  return TERM_NAMES.map((name) => TERMS[name].show(session))
    .filter((text) => text !== undefined)
    .join(', ');
}

/** A session with the family that it is planned in. */
export interface SessionInFamily {
  readonly session: Session;
  readonly family: FamilyDefaults;
}

/** What BIRD restarts the session for when it goes from `was` to `is`, in an operator's words; nothing when it doesn't. */
export function restartReasons(was: SessionInFamily, is: SessionInFamily): readonly string[] {
  const reasons: string[] = [];
  for (const name of TERM_NAMES) {
    const { label, restarts, inherited, sayChange } = TERMS[name];
    const [old, now] = [was, is].map(({ session, family }) => session[name] ?? inherited?.(family));
    if (restarts && old !== now) {
      const change = sayChange ?? (() => `${label} changes ${old ?? 'none'} → ${now ?? 'none'}`);
      const reason = change(was.session, is.session);
      reasons.push(...(reason === undefined ? [] : [reason]));
    }
  }
  return reasons;
}
