/** What changed from one plan to the next, in an operator's words. For the log and the status page. */

import { withoutCommonEnds } from '../base/common-ends.js';
import { BGP_PORT } from '../values/bgp-port.js';
import { FAMILIES, type Family } from '../values/family.js';
import { describeExtras } from './describe-extras.js';
import { describeRecords, listed } from './describe-records.js';
import type { FamilyPlan, Plan, Session } from './plan.js';
import { hasSameTerms, showTerms } from './sessions/terms.js';

/** Sentences about the difference; none when there is none. Without `before`, what `after` holds. */
export function describeChange(before: Plan | undefined, after: Plan): readonly string[] {
  if (before === undefined) {
    return FAMILIES.flatMap((family) => summaryOf(after[family]));
  }
  const lines: string[] = [];
  if (before.routerId !== after.routerId) {
    lines.push(`router id ${before.routerId} → ${after.routerId}: all sessions restart`);
  }
  // Both families have the one AS number of this host.
  const [oldAsn, asn] = [before.ipv4.localAsn, after.ipv4.localAsn];
  if (oldAsn !== asn) {
    lines.push(`AS number ${oldAsn ?? 'none'} → ${asn ?? 'none'}: all sessions restart`);
  }
  if (before.logLevel !== after.logLevel) {
    lines.push(`log level ${before.logLevel} → ${after.logLevel}`);
  }
  if (before.listenPort !== after.listenPort) {
    const [port, newPort] = [before.listenPort ?? BGP_PORT, after.listenPort ?? BGP_PORT];
    lines.push(`BGP port ${port} → ${newPort} (BIRD 1 must be started anew for it)`);
  }
  return [
    ...lines,
    ...FAMILIES.flatMap((family) => describeFamily(family, before[family], after[family])),
  ];
}

function summaryOf({ family, sessions, blocks, pools }: FamilyPlan): readonly string[] {
  return sessions.length + blocks.length + pools.length === 0
    ? []
    : [`${family}: ${sessions.length} sessions, ${blocks.length} blocks, ${pools.length} pools`];
}

function describeFamily(family: Family, before: FamilyPlan, after: FamilyPlan): readonly string[] {
  const lines: string[] = [];
  if (before.localAddress !== after.localAddress) {
    lines.push(
      `${family} address ${before.localAddress ?? 'none'} → ${after.localAddress ?? 'none'}`,
    );
  }
  return [
    ...lines,
    ...describeSessions(before.sessions, after.sessions),
    ...describeRecords('block', before.blocks, after.blocks, ({ prefix }) => prefix),
    ...describeRecords('pool', before.pools, after.pools, ({ prefix }) => prefix),
    ...describeStatements(before, after),
    ...describeExtras(family, before.extras, after.extras),
  ];
}

function describeSessions(before: readonly Session[], after: readonly Session[]): string[] {
  const [old, fresh] = withoutCommonEnds(before, after);
  const oldByName = new Map(old.map((session) => [session.protocolName, session]));
  const freshNames = new Set(fresh.map(({ protocolName }) => protocolName));
  const added = fresh.filter(({ protocolName }) => !oldByName.has(protocolName));
  const removed = old.filter(({ protocolName }) => !freshNames.has(protocolName));
  const changed = fresh.filter((session) => {
    const was = oldByName.get(session.protocolName);
    return was !== undefined && was !== session && !hasSameTerms(was, session);
  });
  return [
    ...listed('session', 'added', added.map(describeSession)),
    ...listed('session', 'removed', removed.map(describeSession)),
    ...listed('session', 'changed', changed.map(describeSession)),
  ];
}

function describeSession(session: Session): string {
  return `${session.protocolName} (${session.remoteAddress} ${showTerms(session)})`;
}

function describeStatements(before: FamilyPlan, after: FamilyPlan): readonly string[] {
  return JSON.stringify(before.customFilters) === JSON.stringify(after.customFilters)
    ? []
    : [`${after.family} custom filters: now ${after.customFilters.length}`];
}
