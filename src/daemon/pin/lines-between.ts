import type { FileSet } from '../../render/file-set.js';

/** How many lines two file sets don't have in common: those that only one has, of both. */
export function linesBetween(before: FileSet, after: FileSet): number {
  const counts = new Map<string, number>();
  const count = ({ files }: FileSet, by: number): void => {
    for (const { name, text } of files) {
      for (const line of text.split('\n')) {
        const key = `${name}\0${line}`;
        counts.set(key, (counts.get(key) ?? 0) + by);
      }
    }
  };
  count(before, -1);
  count(after, 1);
  return [...counts.values()].reduce((sum, difference) => sum + Math.abs(difference), 0);
}
