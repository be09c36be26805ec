/**
 * Which sessions a reload restarts, before it happens: BIRD keeps a session when all that it negotiated stays as it was,
 * and otherwise ends it and opens it anew.
 *
 * In:  the plan that BIRD runs and the one that it is about to run.
 * Out: the sessions that are in both and don't survive, with what is to blame.
 *
 * True of each BIRD from 1.6 to 3.4 (test/e2e/sessions-hold.test.ts compares it with what they do), but for where BIRD listens: the options in which
 * BIRDs differ are never changed by a plan, only by a template. Filters, pools, blocks and the log level restart nothing. A
 * session that is added or removed isn't restarted; one that gets another name is, since BIRD ends the one and opens the other.
 */

import { withoutCommonEnds } from '../base/common-ends.js';
import { BGP_PORT } from '../values/bgp-port.js';
import { FAMILIES, FAMILY_LABELS } from '../values/family.js';
import type { FamilyPlan, Plan } from './plan.js';
import { restartReasons } from './sessions/terms.js';

/** A session that doesn't survive a reload. */
export interface ForecastRestart {
  /** Its name after the reload. */
  readonly protocolName: string;
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
export function forecastRestarts(before: Plan, after: Plan): readonly ForecastRestart[] {
  const ofAll = [
    ...changed('the router id', before.routerId, after.routerId),
    ...listeningChanged('the BGP port', portOf(before), portOf(after)),
  ];
  return FAMILIES.flatMap((family) => forecastFamily(before[family], after[family], ofAll));
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

function forecastFamily(
  before: FamilyPlan,
  after: FamilyPlan,
  ofAll: readonly string[],
): readonly ForecastRestart[] {
  const label = FAMILY_LABELS[after.family];
  const shared = [
    ...ofAll,
    ...changed(`this host's ${label} address`, before.localAddress, after.localAddress),
    ...listeningChanged(`where BIRD listens for ${label}`, boundTo(before), boundTo(after)),
  ];
  const isShared = shared.length > 0 || before.localAsn !== after.localAsn;
  // Where nothing shared changes, sessions that are the same objects are the same sessions.
  const [old, fresh] = isShared
    ? [before.sessions, after.sessions]
    : withoutCommonEnds(before.sessions, after.sessions);
  // A neighbor has one session at most, whatever its name.
  const byNeighbor = new Map(old.map((session) => [session.remoteAddress, session]));
  return fresh.flatMap((session) => {
    const was = byNeighbor.get(session.remoteAddress);
    if (was === undefined) {
      return [];
    }
    const own = restartReasons({ session: was, family: before }, { session, family: after });
    const reasons = [...shared, ...own];
    return reasons.length === 0 ? [] : [{ protocolName: session.protocolName, reasons }];
  });
}

function portOf({ listenPort }: Plan): string {
  return String(listenPort ?? BGP_PORT);
}

function boundTo({ extras }: FamilyPlan): string {
  return extras.bindsAddress ? "this host's address" : 'any address';
}

/**
 * BIRD 2 and 3 end all sessions for it. BIRD 1 ends none, and listens where it did until it is started anew: "Reconfiguration of
 * BGP listening socket not implemented, please restart BIRD" (projectcalico/calico pull request 5279).
 */
function listeningChanged(what: string, was: string, is: string): readonly string[] {
  return changed(what, was, is).map((text) => `${text} (BIRD 1 must be started anew for it)`);
}

function changed(what: string, was: string | undefined, is: string | undefined): readonly string[] {
  return was === is ? [] : [`${what} changes ${was ?? 'none'} → ${is ?? 'none'}`];
}
