/**
 * `records` without those whose prefix an earlier one has. Two keys can spell one prefix in two ways, and BIRD refuses
 * a file that has the same static route twice.
 *
 * @scenario pools/same-prefix-twice
 */
export function uniqueByPrefix<T extends { readonly prefix: string }>(
  records: readonly T[],
): readonly T[] {
  const seen = new Set<string>();
  return records.filter(({ prefix }) => !seen.has(prefix) && seen.add(prefix));
}
