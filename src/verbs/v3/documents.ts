/** Standing resources, as documents whose fields are changed. */

import { ok, type Result, refused } from '../../base/result.js';
import { isDocument } from '../../decode/encode-resource.js';
import type { StoreView } from '../store-view.js';

/** The value at `key`; undefined when there is none. */
export function valueAt({ snapshot }: StoreView, key: string): string | undefined {
  return snapshot.entries.find((entry) => entry.key === key)?.value;
}

/** The document at `key`, of which fields can be changed; undefined when there is none. */
export function documentAt(view: StoreView, key: string): Result<string | undefined> {
  const value = valueAt(view, key);
  return value === undefined || isDocument(value)
    ? ok(value)
    : refused(
        `${key} is no JSON object, so that no field of it can be changed: mend or remove it first`,
      );
}

/** Whether `value` is an object with no other fields than `names`. */
export function hasOnly(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((name) => names.includes(name))
  );
}
