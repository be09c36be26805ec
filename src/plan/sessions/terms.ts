/**
 * The terms of a session, a line each: how people call it, how its value is shown, and what a change of it means. Forecast,
 * description, merging and interning of sessions read this table and know no term by name.
 *
 * What restarts a session was tried on each BIRD from 1.6 to 3.4 (test/e2e/sessions-hold.test.ts).
 */

import type { Address } from '../../values/address.js';
import { BGP_PORT } from '../../values/bgp-port.js';
import { FAMILY_LABELS, type Family } from '../../values/family.js';
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
  /** TCP port of the other end, where it isn't that of BGP, or is said all the same: then it is in the session's name. */
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
  /** By which the other end is reached: a static route, and nothing that BIRD is told of the session. */
  readonly gateway?: Address | undefined;
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

/** What a session has where it doesn't say otherwise. */
interface SessionDefaults {
  readonly localAsn?: number | undefined;
  readonly nextHop?: SessionTerms['nextHop'];
  readonly localAddress?: Address | undefined;
  /** Whether every session goes out from `localAddress`, also one that says otherwise. */
  readonly bindsAll?: boolean;
}

/** In what BIRDs differ when they reload. */
export interface ReloadHabits {
  /** Another rule for next hops restarts a session. */
  readonly restartsForNextHop: boolean;
  /** Another port or address to listen on restarts all sessions. A BIRD that doesn't goes on listening where it did. */
  readonly restartsForListening: boolean;
  /** Nodes have other timers by the rules of Calico 3 than by those of Calico 2, which restarts all sessions. */
  readonly restartsForGeneration: boolean;
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
  /** The value that BIRD takes, where that isn't the term's alone. */
  readonly inForce?: (session: Session, defaults: SessionDefaults) => unknown;
  /** How the value is shown among the others of its session; undefined where it goes without saying. */
  readonly show: (session: Session) => string | undefined;
  /** Whether BIRD ends the session and opens it anew to change it; the habit that says so, where BIRDs differ. */
  readonly restarts: boolean | keyof ReloadHabits;
  /** Whether two records that ask for a session with one neighbor contradict each other when they differ in it. */
  readonly mustAgree: boolean;
  /** A change in words, where it isn't `LABEL changes A → B`; undefined where another term says it. */
  readonly sayChange?: (
    was: Session,
    is: Session,
    values: readonly unknown[],
  ) => string | undefined;
}

/** Every term, in the order in which they are told. */
const TERMS: { readonly [Name in 'source' | keyof Required<SessionTerms>]: Term } = {
  source: {
    label: 'the name',
    show: () => undefined,
    restarts: true,
    mustAgree: false,
    sayChange: calledBefore,
  },
  localAsn: {
    label: "this host's AS number",
    inForce: (session, { localAsn }) => session.localAsn ?? localAsn,
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
    inForce: ({ remotePort }) => remotePort ?? BGP_PORT,
    show: ({ remotePort }) => (remotePort === undefined ? undefined : `port ${remotePort}`),
    restarts: true,
    // Another port is another neighbor.
    mustAgree: false,
  },
  usesLocalAddress: {
    label: 'the source address',
    inForce: ({ usesLocalAddress }, { localAddress, bindsAll }) =>
      usesLocalAddress || bindsAll ? localAddress : undefined,
    show: ({ usesLocalAddress }) => (usesLocalAddress ? undefined : 'from any address'),
    restarts: true,
    mustAgree: true,
    sayChange: (_, { family }, [old, now]) =>
      old === undefined || now === undefined
        ? `it goes out from ${now === undefined ? 'any address' : "this host's address"}`
        : `this host's ${FAMILY_LABELS[family]} address changes ${old} → ${now}`,
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
    inForce: (session, { nextHop }) => session.nextHop ?? nextHop,
    show: ({ nextHop }) => (nextHop === undefined ? undefined : `next hop ${nextHop}`),
    restarts: 'restartsForNextHop',
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
  gateway: {
    label: 'the gateway',
    show: ({ gateway }) => (gateway === undefined ? undefined : `reached by ${gateway}`),
    restarts: false,
    mustAgree: true,
  },
};

function calledBefore({ protocolName }: Session): string {
  return `it was called ${protocolName}`;
}

const TERM_NAMES = Object.keys(TERMS) as readonly (keyof typeof TERMS)[];

const AGREED_NAMES = TERM_NAMES.filter((name) => TERMS[name].mustAgree);

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
  for (const name of AGREED_NAMES) {
    if (a[name] !== b[name]) {
      return true;
    }
  }
  return false;
}

/** The terms of a session for people: `AS 64512, a client of this reflector, cluster 1.0.0.1`. */
export function showTerms(session: Session): string {
  return TERM_NAMES.map((name) => TERMS[name].show(session))
    .filter((text) => text !== undefined)
    .join(', ');
}

/** A session with what holds for all that don't say otherwise. */
export interface PlannedSession {
  readonly session: Session;
  readonly defaults: SessionDefaults;
}

/** What BIRD restarts the session for when it goes from `was` to `is`, in an operator's words; nothing when it doesn't. */
export function restartReasons(
  was: PlannedSession,
  is: PlannedSession,
  habits: ReloadHabits,
): readonly string[] {
  const reasons: string[] = [];
  for (const name of TERM_NAMES) {
    const { label, restarts, inForce, sayChange } = TERMS[name];
    const values = [was, is].map(({ session, defaults }) =>
      inForce ? inForce(session, defaults) : session[name],
    );
    const [old, now] = values;
    const isRestarted = typeof restarts === 'string' ? habits[restarts] : restarts;
    if (isRestarted && old !== now) {
      const change = sayChange ?? (() => `${label} changes ${old ?? 'none'} → ${now ?? 'none'}`);
      const reason = change(was.session, is.session, values);
      reasons.push(...(reason === undefined ? [] : [reason]));
    }
  }
  // A port that is said now and was meant before: BIRD knows a protocol by its name.
  return reasons.length === 0 && was.session.protocolName !== is.session.protocolName
    ? [calledBefore(was.session)]
    : reasons;
}
