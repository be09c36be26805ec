/**
 * One record for each thing: two keys can spell one prefix or address in two ways. BIRD refuses a file that has the same static
 * route twice, and of two records that disagree only one can stand.
 *
 * @scenario pools/same-prefix-twice
 * @scenario pools/two-keys-disagree
 */

import type { Problem } from '../base/problem.js';

/** How records of one kind are told apart. */
export interface RecordKind<T> {
  /** What kind of thing they are about, with its article: `the pool`. */
  readonly what: string;
  /** What one is about; equal for two records of one thing. */
  readonly subjectOf: (record: T) => string;
  /** What one says of it, in an operator's words. */
  readonly saidBy: (record: T) => string;
}

/** The first of `records` for each thing, and a problem for each of the others that says something else of it. */
export function firstOfEach<T extends { readonly origin: string }>(
  records: readonly T[],
  { what, subjectOf, saidBy }: RecordKind<T>,
): { readonly kept: readonly T[]; readonly problems: readonly Problem[] } {
  const standing = new Map<string, T>();
  const problems: Problem[] = [];
  for (const record of records) {
    const subject = subjectOf(record);
    const first = standing.get(subject);
    if (first === undefined) {
      standing.set(subject, record);
    } else if (saidBy(first) !== saidBy(record)) {
      problems.push({
        code: 'duplicate-record',
        key: record.origin,
        reason: `it says of ${what} ${subject}: ${saidBy(record)}; but ${first.origin} says: ${saidBy(first)}`,
        action: 'kept what the first key says; make the two agree, or remove one',
      });
    }
  }
  return { kept: [...standing.values()], problems };
}
