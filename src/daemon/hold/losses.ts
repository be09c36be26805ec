/** How much of what stands a state doesn't have any more. Pure. */

import { withoutCommonEnds } from '../../base/common-ends.js';

/** The parts of a plan of which much may be lost at one go. */
export const PARTS = ['sessions', 'blocks', 'pools'] as const;

/** One of them. */
export type Part = (typeof PARTS)[number];

/** What a state asks for by name, of both families. */
export interface Names {
  /** Neighbors, each with its port where it has one of its own: a session that gets another name is the same. */
  readonly sessions: readonly string[];
  /** Prefixes, as those of the pools. */
  readonly blocks: readonly string[];
  readonly pools: readonly string[];
}

/** How much may be lost at one go. */
export interface LossLimit {
  /** More than this share is too much, in percent. */
  readonly share: number;
  /** Less than this number never is. */
  readonly atLeast: number;
}

/** More names than these say less than their number. */
const MAX_NAMED = 5;

/** What of `standing` is not in `now`, where that is too much to lose at one go: which parts, and why, as one sentence. */
export function tooGreatLoss(
  standing: Names,
  now: Names,
  limit: LossLimit,
): { readonly reason: string; readonly parts: readonly Part[] } | undefined {
  const losses = PARTS.flatMap((part) => {
    const loss = lossOf(part, standing, now, limit);
    return loss === undefined ? [] : [{ part, loss }];
  });
  return losses.length === 0
    ? undefined
    : {
        reason: `at one go ${losses.map(({ loss }) => loss).join(', and ')} would be removed`,
        parts: losses.map(({ part }) => part),
      };
}

/** What is lost of `part` as a whole, or of one family's sessions, in words; `undefined` when that isn't too much. */
function lossOf(part: Part, standing: Names, now: Names, limit: LossLimit): string | undefined {
  // Of thousands of sessions nearly all are the same, and stand where they stood.
  if (withoutCommonEnds(standing[part], now[part])[0].length < limit.atLeast) {
    return undefined;
  }
  const isKept = new Set(now[part]);
  const lostOf = (names: readonly string[], what: string): string | undefined => {
    const lost = names.filter((name) => !isKept.has(name));
    const isTooMuch =
      lost.length >= limit.atLeast && lost.length * 100 > names.length * limit.share;
    return isTooMuch ? `${lost.length} of ${names.length} ${what} (${listed(lost)})` : undefined;
  };
  const names = standing[part];
  const ofAll = lostOf(names, part);
  if (ofAll !== undefined || part !== 'sessions') {
    return ofAll;
  }
  const isIpv6 = (name: string): boolean => name.includes(':');
  return (
    lostOf(
      names.filter((name) => !isIpv6(name)),
      'IPv4 sessions',
    ) ?? lostOf(names.filter(isIpv6), 'IPv6 sessions')
  );
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
