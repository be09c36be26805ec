/**
 * Edits by compare-and-swap, each in one transaction.
 *
 * A key is as its basis has it when it was there and was not modified after the basis' revision, or wasn't there and isn't now.
 * etcd takes 128 comparisons, which are enough for 64 keys that are there. An edit of a large cluster relies on more. The rest
 * is compared by ranges of keys: none in the range was written after the basis' revision. That finds each put, of other keys in
 * the range too. A deletion leaves nothing to compare. It is found by the number of keys, which is asked for right before: only
 * a deletion in the milliseconds between goes unnoticed. Key prefixes that are to be unchanged are compared the same way.
 */
import { DatastoreError, type Edit, type EditOutcome } from '../../datastore.js';
import type { EtcdConnection } from './connection.js';
import { type KeyRange, keyRangesOf } from './key-range.js';
import type { Comparison } from './transaction.js';

/** etcd takes so many comparisons, and so many changes, in one transaction (its `--max-txn-ops`, by default). */
const MAX_OPERATIONS = 128;

/**
 * Makes `edit`.
 *
 * @param ranges - what was read; the keys of the edit are in them
 * @throws {DatastoreError} when it has more changes than etcd takes at once; nothing was changed then
 */
export async function commitEdit(
  connection: EtcdConnection,
  ranges: readonly KeyRange[],
  { basis, changes, reliesOn, unchangedBelow = [] }: Edit,
): Promise<EditOutcome> {
  if (changes.length > MAX_OPERATIONS) {
    throw new DatastoreError(
      `nothing was changed: the edit changes ${changes.length} keys, and etcd takes ${MAX_OPERATIONS} at once`,
      { advice: 'make it in smaller steps, one peer or node after the other', isRetryable: false },
    );
  }
  const revision = Number(basis.revision);
  const standing = new Set(basis.entries.map(({ key }) => key));
  const keys = [...new Set([...changes.map(({ key }) => key), ...reliesOn])];
  const whole = keyRangesOf(unchangedBelow);
  const comparisons = keys.map((key) => unchanged(key, standing.has(key), revision));
  const exact = thatFit(comparisons, MAX_OPERATIONS - ranges.length - whole.length);
  const others = keys
    .slice(exact.length)
    .filter((key) => !whole.some(({ keyPrefix }) => key.startsWith(keyPrefix)));
  const rest = [...whole, ...coveringRanges(others, ranges)];
  if (!(await haveAsMany(connection, rest, [...standing]))) {
    return 'overtaken';
  }
  const covering = rest.map((range) => notWritten(range, revision));
  const transaction = { comparisons: [...exact.flat(), ...covering], changes };
  return (await connection.transact(transaction)) ? 'committed' : 'overtaken';
}

/** The first of `groups` that together have at most `limit` members. */
function thatFit<T>(groups: readonly (readonly T[])[], limit: number): readonly (readonly T[])[] {
  let count = 0;
  const end = groups.findIndex((group) => {
    count += group.length;
    return count > limit;
  });
  return end === -1 ? groups : groups.slice(0, end);
}

/** For each of `ranges` the smallest one inside of it that covers those of `keys` that it has. */
function coveringRanges(keys: readonly string[], ranges: readonly KeyRange[]): readonly KeyRange[] {
  return ranges.flatMap(({ keyPrefix }) => {
    const inside = keys.filter((key) => key.startsWith(keyPrefix));
    return inside.length === 0 ? [] : keyRangesOf([commonPrefix(inside)]);
  });
}

function commonPrefix([first = '', ...others]: readonly string[]): string {
  let prefix = first;
  for (const other of others) {
    while (!other.startsWith(prefix)) {
      prefix = prefix.slice(0, -1);
    }
  }
  return prefix;
}

/** Whether etcd has as many keys in each range as `standing` has. */
async function haveAsMany(
  connection: EtcdConnection,
  ranges: readonly KeyRange[],
  standing: readonly string[],
): Promise<boolean> {
  const same = await Promise.all(
    ranges.map(async ({ keyPrefix, key, rangeEnd }) => {
      const { count } = await connection.range({ key, rangeEnd, countOnly: true });
      return count === standing.filter((one) => one.startsWith(keyPrefix)).length;
    }),
  );
  return same.every(Boolean);
}

function unchanged(text: string, wasThere: boolean, revision: number): readonly Comparison[] {
  const key = Buffer.from(text);
  return wasThere
    ? [
        { key, column: 'created', operator: 'greater', revision: 0 },
        { key, column: 'modified', operator: 'less', revision: revision + 1 },
      ]
    : [{ key, column: 'created', operator: 'equal', revision: 0 }];
}

function notWritten({ key, rangeEnd }: KeyRange, revision: number): Comparison {
  return { key, rangeEnd, column: 'modified', operator: 'less', revision: revision + 1 };
}
