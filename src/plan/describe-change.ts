/** What changed from one plan to the next, in an operator's words. For the log and the status page. */

import { withoutCommonEnds } from '../base/common-ends.js';
import { FAMILIES, type Family } from '../values/family.js';
import type { FamilyPlan, Plan, Session } from './plan.js';
import { hasSameTerms, showTerms } from './sessions/terms.js';

/** More lines than this say less than a count. */
const MAX_LINES_PER_KIND = 5;

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
    ...describeRecords('block', before.blocks, after.blocks),
    ...describeRecords('pool', before.pools, after.pools),
    ...describeStatements(before, after),
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

function describeRecords(
  kind: string,
  before: readonly { readonly prefix: string }[],
  after: readonly { readonly prefix: string }[],
): string[] {
  const text = (record: object): string => JSON.stringify(record);
  const old = new Map(before.map((record) => [record.prefix, text(record)]));
  const fresh = new Map(after.map((record) => [record.prefix, text(record)]));
  const names = (
    from: ReadonlyMap<string, string>,
    isMeant: (prefix: string, value: string) => boolean,
  ): string[] => [...from].filter((entry) => isMeant(...entry)).map(([prefix]) => prefix);
  return [
    ...listed(
      kind,
      'added',
      names(fresh, (prefix) => !old.has(prefix)),
    ),
    ...listed(
      kind,
      'removed',
      names(old, (prefix) => !fresh.has(prefix)),
    ),
    ...listed(
      kind,
      'changed',
      names(fresh, (prefix, value) => (old.get(prefix) ?? value) !== value),
    ),
  ];
}

function describeStatements(before: FamilyPlan, after: FamilyPlan): readonly string[] {
  return JSON.stringify(before.customFilters) === JSON.stringify(after.customFilters)
    ? []
    : [`${after.family} custom filters: now ${after.customFilters.length}`];
}

function listed(kind: string, what: string, names: readonly string[]): string[] {
  return names.length > MAX_LINES_PER_KIND
    ? [`${names.length} ${kind}s ${what}, the first is ${names[0] ?? ''}`]
    : names.map((name) => `${kind} ${name} ${what}`);
}
