/** Records that came, went or changed, in an operator's words. */

/** More lines than this say less than a count. */
const MAX_LINES_PER_KIND = 5;

/** Sentences about records of one kind, of which each has a name that no other one has. */
export function describeRecords<T>(
  kind: string,
  before: readonly T[],
  after: readonly T[],
  nameOf: (record: T) => string,
): readonly string[] {
  const textsOf = (records: readonly T[]) =>
    new Map(records.map((record) => [nameOf(record), JSON.stringify(record)]));
  const [old, fresh] = [textsOf(before), textsOf(after)];
  const names = (
    from: ReadonlyMap<string, string>,
    isMeant: (name: string, value: string) => boolean,
  ): string[] => [...from].filter((entry) => isMeant(...entry)).map(([name]) => name);
  return [
    ...listed(
      kind,
      'added',
      names(fresh, (name) => !old.has(name)),
    ),
    ...listed(
      kind,
      'removed',
      names(old, (name) => !fresh.has(name)),
    ),
    ...listed(
      kind,
      'changed',
      names(fresh, (name, value) => (old.get(name) ?? value) !== value),
    ),
  ];
}

/** A sentence about each of `names`, or one about all where they are many. */
export function listed(kind: string, what: string, names: readonly string[]): string[] {
  return names.length > MAX_LINES_PER_KIND
    ? [`${names.length} ${kind}s ${what}, the first is ${names[0] ?? ''}`]
    : names.map((name) => `${kind} ${name} ${what}`);
}
