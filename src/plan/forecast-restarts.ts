/**
 * Which sessions a reload restarts, before it happens: BIRD keeps a session when all that it negotiated stays as it was,
 * and otherwise ends it and opens it anew.
 *
 * In:  the plan that BIRD runs and the one that it is about to run, and the habits of this BIRD.
 * Out: the sessions that are in both and don't survive, with what is to blame.
 *
 * True of each BIRD from 1.6 to 3.4 (test/e2e/sessions-hold.test.ts compares it with what they do).
 * Filters, pools, blocks and the log level restart nothing. A session that is added or removed isn't restarted; one that gets
 * another name is, since BIRD ends the one and opens the other.
 */

import { withoutCommonEnds } from '../base/common-ends.js';
import { BGP_PORT } from '../values/bgp-port.js';
import { FAMILIES, FAMILY_LABELS, type Family } from '../values/family.js';
import type { FamilyPlan, Plan, Session } from './plan.js';
import { neighborOf } from './sessions/merge-sessions.js';
import { type PlannedSession, type ReloadHabits, restartReasons } from './sessions/terms.js';

/** A session that doesn't survive a reload. */
export interface ForecastRestart {
  /** Its names after the reload and before. */
  readonly protocolName: string;
  readonly formerName: string;
  /** What changes, in an operator's words; at least one. */
  readonly reasons: readonly string[];
}

/** A forecast for the log and the status, of a length that doesn't grow with the number of sessions. */
export interface RestartSummary {
  readonly count: number;
  /** The first of them. */
  readonly sessions: readonly string[];
  /** `Global_172_17_42_40: the cluster id changes 1.0.0.1 → 1.0.0.2`; `all 12 sessions: the router id changes …`. */
  readonly reasons: readonly string[];
}

const MAX_NAMED_SESSIONS = 20;
const MAX_NAMED_PER_REASON = 5;
const MAX_REASONS = 10;

/** See the head of this file. In the order of `after`. */
export function forecastRestarts(
  before: Plan,
  after: Plan,
  habits: ReloadHabits,
): readonly ForecastRestart[] {
  const ofAll = [
    ...changed('the router id', before.routerId, after.routerId),
    ...(habits.restartsForListening ? changed('the BGP port', portOf(before), portOf(after)) : []),
    ...(habits.restartsForGeneration && after.role === 'node'
      ? changed('the generation', rulesOf(before), rulesOf(after))
      : []),
  ];
  const plans = { before, after, habits };
  return FAMILIES.flatMap((family) => forecastFamily(plans, family, ofAll));
}

/** `restarts` in short; `after` is the plan that they are forecast for. */
export function summarizeRestarts(
  restarts: readonly ForecastRestart[],
  after: Plan,
): RestartSummary {
  const total = after.ipv4.sessions.length + after.ipv6.sessions.length;
  const namesByReason = new Map<string, string[]>();
  for (const { protocolName, reasons } of restarts) {
    for (const reason of reasons) {
      const names = namesByReason.get(reason) ?? [];
      names.push(protocolName);
      namesByReason.set(reason, names);
    }
  }
  const reasons = [...namesByReason].map(
    ([reason, names]) => `${subjectOf(names, total)}: ${reason}`,
  );
  const more = reasons.length - MAX_REASONS;
  return {
    count: restarts.length,
    sessions: restarts.slice(0, MAX_NAMED_SESSIONS).map(({ protocolName }) => protocolName),
    reasons: more > 0 ? [...reasons.slice(0, MAX_REASONS), `and ${more} more reasons`] : reasons,
  };
}

function subjectOf(names: readonly string[], total: number): string {
  if (names.length === total && total > 1) {
    return `all ${total} sessions`;
  }
  const more = names.length - MAX_NAMED_PER_REASON;
  const shown = names.slice(0, MAX_NAMED_PER_REASON).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

interface Forecast {
  readonly before: Plan;
  readonly after: Plan;
  readonly habits: ReloadHabits;
}

function forecastFamily(
  { before, after, habits }: Forecast,
  family: Family,
  ofAll: readonly string[],
): readonly ForecastRestart[] {
  const [was, is] = [before[family], after[family]];
  const label = FAMILY_LABELS[family];
  const shared = [
    ...ofAll,
    ...(habits.restartsForListening
      ? changed(`where BIRD listens for ${label}`, boundTo(was), boundTo(is))
      : []),
  ];
  const [old, now] = [defaultsOf(before, family, habits), defaultsOf(after, family, habits)];
  const isShared = shared.length > 0 || JSON.stringify(old) !== JSON.stringify(now);
  // Where nothing shared changes, sessions that are the same objects are the same sessions.
  const [earlier, fresh] = isShared
    ? [was.sessions, is.sessions]
    : withoutCommonEnds(was.sessions, is.sessions);
  const counterparts = counterpartsOf(earlier, fresh);
  return fresh.flatMap((session) => {
    const counterpart = counterparts(session);
    if (counterpart === undefined) {
      return [];
    }
    const own = restartReasons(
      { session: counterpart, defaults: old },
      { session, defaults: now },
      habits,
    );
    const reasons = [...shared, ...own];
    const { protocolName } = session;
    const formerName = counterpart.protocolName;
    return reasons.length === 0 ? [] : [{ protocolName, formerName, reasons }];
  });
}

/** The session of `earlier` that one of `fresh` takes the place of: that with its neighbor, else one that goes from its address. */
function counterpartsOf(
  earlier: readonly Session[],
  fresh: readonly Session[],
): (session: Session) => Session | undefined {
  const neighbors = new Set(fresh.map(neighborOf));
  const byNeighbor = new Map(earlier.map((session) => [neighborOf(session), session]));
  const going = new Map(
    earlier
      .filter((session) => !neighbors.has(neighborOf(session)))
      .map((session) => [session.remoteAddress, session]),
  );
  return (session) => byNeighbor.get(neighborOf(session)) ?? going.get(session.remoteAddress);
}

/** What the text of `family` says of all sessions. By the rules of v1 a node is the next hop of all that it tells. */
function defaultsOf(
  { role, generation, ...families }: Plan,
  family: Family,
  { restartsForListening }: ReloadHabits,
): PlannedSession['defaults'] {
  const { localAsn, localAddress, extras } = families[family];
  return {
    localAsn,
    localAddress,
    nextHop: generation === 'v1' && role === 'node' ? 'self' : undefined,
    // Where a session can have a socket of its own, it can't be bound to another address than that.
    bindsAll: restartsForListening && extras.bindsAddress,
  };
}

function portOf({ listenPort }: Plan): string {
  return String(listenPort ?? BGP_PORT);
}

function rulesOf({ generation }: Plan): string {
  return generation === 'v3' ? 'Calico 3' : 'Calico 2';
}

function boundTo({ extras }: FamilyPlan): string {
  return extras.bindsAddress ? "this host's address" : 'any address';
}

function changed(what: string, was: string | undefined, is: string | undefined): readonly string[] {
  return was === is ? [] : [`${what} changes ${was ?? 'none'} → ${is ?? 'none'}`];
}
