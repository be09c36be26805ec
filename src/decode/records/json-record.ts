/** Reading the JSON objects that Calico stores, with an answer that names the field at fault. */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import { ok, type Result, refused } from '../../base/result.js';

/**
 * `text` as a JSON value that fits `schema`. Fields that the schema doesn't name are ignored: newer writers add some.
 */
export function parseJson<T extends v.GenericSchema>(
  schema: T,
  text: string,
): Result<v.InferOutput<T>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused(`the value is not JSON: ${excerpt(text)}`);
  }
  const result = v.safeParse(schema, value);
  if (result.success) {
    return ok(result.output);
  }
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  return refused(path === null ? issue.message : `field "${path}": ${issue.message}`);
}
