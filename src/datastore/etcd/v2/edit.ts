/**
 * Edits by compare-and-swap. v2 has no transactions: everything that an edit stands on is compared first, then one key
 * is written after the other, each only if it is still as it was compared. What a rival does to a key that is only relied
 * on, between the comparison and the writes, goes unnoticed; and of several keys some can be written and others not.
 */
import { type Change, DatastoreError, type Edit, type EditOutcome } from '../../datastore.js';
import type { Condition, Etcd2Client } from './client.js';
import { ERROR_CODE, Etcd2Error } from './etcd2-error.js';
import { explainEtcd2Failure } from './failure.js';
import { directoriesOf, list } from './list.js';

/** One change that has to be made, if the condition holds. */
interface Step {
  readonly change: Change;
  readonly condition: Condition;
}

/** What has become of the steps when one of them failed. */
interface Progress {
  readonly done: readonly Step[];
  readonly failed: Step;
  readonly left: readonly Step[];
}

/** What each key has to be for the edit to stand, found to be so; undefined when one of them isn't. */
export async function compare(
  client: Etcd2Client,
  { basis, changes, reliesOn, unchangedBelow = [] }: Edit,
): Promise<readonly Step[] | undefined> {
  const expected = new Map(basis.entries.map(({ key, value }) => [key, value]));
  const isListed = (key: string): boolean => unchangedBelow.some((one) => key.startsWith(one));
  if (unchangedBelow.length > 0) {
    const { entries, isConsistent } = await list(client, directoriesOf(unchangedBelow));
    const count = [...expected.keys()].filter(isListed).length;
    const isSame = entries.every(({ key, value }) => expected.get(key) === value);
    if (!isConsistent || !isSame || entries.length !== count) {
      return undefined;
    }
  }
  const others = reliesOn.filter((key) => !isListed(key));
  const keys = [...new Set([...changes.map(({ key }) => key), ...others])];
  const found = new Map(
    await Promise.all(keys.map(async (key) => [key, (await client.get(key)).node] as const)),
  );
  // A directory is no value.
  const isAsExpected = (key: string): boolean =>
    (found.get(key)?.dir ? undefined : found.get(key)?.value) === expected.get(key);
  if (!keys.every(isAsExpected)) {
    return undefined;
  }
  return changes.flatMap((change): Step[] => {
    const prevIndex = found.get(change.key)?.modifiedIndex;
    const isAbsent = !expected.has(change.key);
    if (change.kind === 'delete' && isAbsent) {
      return [];
    }
    return [
      {
        change,
        condition: isAbsent || prevIndex === undefined ? { prevExist: false } : { prevIndex },
      },
    ];
  });
}

/**
 * Makes the changes in their order.
 *
 * @throws {DatastoreError} with what was written and what not, unless all was, or nothing as a rival came first
 */
export async function write(
  client: Etcd2Client,
  endpoint: string,
  steps: readonly Step[],
): Promise<EditOutcome> {
  for (const [i, step] of steps.entries()) {
    try {
      await writeOne(client, step);
    } catch (error) {
      const isOvertaken = error instanceof Etcd2Error && OVERTAKEN.has(error.code);
      if (isOvertaken && i === 0) {
        return 'overtaken';
      }
      const progress = { done: steps.slice(0, i), failed: step, left: steps.slice(i + 1) };
      throw isOvertaken ? halfMade(progress) : broken(error, endpoint, progress);
    }
  }
  return 'committed';
}

/**
 * Refuses what v2 can't hold, before anything is written.
 *
 * @throws {DatastoreError}
 */
export function refuseUnfitKeys({ changes }: Edit): void {
  const unfit = changes
    .map(({ key }) => key)
    .filter((key) => !key.startsWith('/') || key.slice(1).split('/').some(isUnfitPart));
  if (unfit.length === 0) {
    return;
  }
  throw new DatastoreError(
    `nothing was changed: etcd's v2 API can't hold these keys: ${unfit.join(', ')}`,
    {
      advice:
        'use keys that begin with / and have no part that is empty, "." or "..", or begins with "_"',
      isRetryable: false,
    },
  );
}

const OVERTAKEN: ReadonlySet<number | undefined> = new Set([
  ERROR_CODE.keyNotFound,
  ERROR_CODE.compareFailed,
  ERROR_CODE.keyExists,
]);

/** `_x` would be hidden: written, and never listed. */
function isUnfitPart(part: string): boolean {
  return part === '' || part === '.' || part === '..' || part.startsWith('_');
}

function writeOne(client: Etcd2Client, { change, condition }: Step): Promise<void> {
  return change.kind === 'put'
    ? client.put(change.key, change.value, condition)
    : client.delete(change.key, condition);
}

function halfMade({ done, failed, left }: Progress): DatastoreError {
  return new DatastoreError(
    `the edit was made in part: ${failed.change.key} was changed by someone else meanwhile; ` +
      `written: ${keysOf(done)}; not written: ${keysOf([failed, ...left])}`,
    {
      advice: 'read again and decide what is still to do: the written keys have their new values',
      isRetryable: false,
    },
  );
}

function broken(error: unknown, endpoint: string, { done, failed, left }: Progress) {
  const { reason, advice, isRetryable } = explainEtcd2Failure(error, endpoint);
  const isRefused = error instanceof Etcd2Error && error.status < 500;
  const fate = isRefused
    ? `not written: ${keysOf([failed, ...left])}`
    : `written or not, which can't be known: ${failed.change.key}; not written: ${keysOf(left)}`;
  const before = done.length === 0 && isRefused ? 'nothing was changed: ' : '';
  return new DatastoreError(`${before}${reason}; written: ${keysOf(done)}; ${fate}`, {
    advice: `read again before anything else; ${advice}`,
    isRetryable,
    cause: error,
  });
}

function keysOf(steps: readonly Step[]): string {
  return steps.map(({ change }) => change.key).join(', ') || 'none';
}
