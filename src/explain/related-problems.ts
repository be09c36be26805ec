import type { Problem } from '../base/problem.js';
import type { Explanation, Reason } from './explanation.js';

/** Peerings, whoever they are with. */
const PEERING_KEY = /\/bgppeers\/|\/peer_v[46]\//;

/**
 * Those of `problems` that concern an explanation: of the keys that it names, and those that name what it is about.
 *
 * @param names - what it is about, as keys and reasons name it: an address, or `node NAME`
 */
export function relatedProblems(
  problems: readonly Problem[],
  { facts, sessions, noSession, filters }: Omit<Explanation, 'subject' | 'problems'>,
  names: readonly string[],
): readonly Problem[] {
  const reasons: readonly Reason[] = [
    ...facts,
    ...noSession,
    ...sessions.flatMap((session) => [...session.reasons, ...session.alsoAsked]),
    ...filters.flatMap(({ decisions }) => decisions),
  ];
  const keys = new Set(reasons.flatMap(({ key }) => key ?? []));
  return problems.filter(
    (problem) => keys.has(problem.key) || names.some((name) => isAbout(problem, name)),
  );
}

function isAbout({ key, reason }: Problem, name: string): boolean {
  const last = name.split(' ').at(-1) ?? name;
  return (
    key === name || key.split('/').includes(last) || ` ${words(reason)} `.includes(` ${name} `)
  );
}

/** The words of a sentence, without what stands around them. */
function words(text: string): string {
  return text
    .split(/\s+/)
    .map((word) => word.replace(/^[("'`]+|[)"'`.,:;]+$/g, ''))
    .join(' ');
}

/** Refused peerings, which may have asked for what isn't there. */
export function refusedPeerings(problems: readonly Problem[]): readonly Reason[] {
  return problems
    .filter(({ code, key }) => code.startsWith('invalid-') && PEERING_KEY.test(key))
    .map(({ key, reason }) => ({ text: `a peering that was refused: ${reason}`, key }));
}
