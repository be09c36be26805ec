/**
 * What an operator said yes to is let through without a second question, once, and nothing else with it.
 *
 * A verb that may end sessions leaves in the datastore what it wrote, and what stood there before (`model/consent.ts`). So a host
 * can ask what the state would be without it: when that is no state to hold, all that would go is the operator's will. What
 * somebody changed since at the same keys isn't. Each consent counts for one state that is let through: what comes later has to
 * have a consent of its own.
 */

import { digestOf } from '../../decode/records/consents.js';
import type { Consent } from '../../model/consent.js';

/** What is to be undone of a state, to see it without what operators said yes to. */
export interface Undoing {
  /** The newest consent of which all stands. */
  readonly consent: string;
  /** The keys that they changed, with the values from before; undefined for none. */
  readonly values: ReadonlyMap<string, string | undefined>;
}

/**
 * How to undo those of `consents` that are in force and newer than the one that counted last; `undefined` when there is none.
 *
 * @param consents - oldest first
 * @param valueAt - the value of a key in the state that is judged
 * @param counted - the id of the consent that counted last
 */
export function undoingOf(
  consents: readonly Consent[],
  valueAt: (key: string) => string | undefined,
  counted: string | undefined,
): Undoing | undefined {
  const values = new Map<string, string | undefined>();
  let newest: string | undefined;
  const isNew = consents.slice(consents.findIndex(({ id }) => id === counted) + 1);
  for (const { id, changes } of isNew.toReversed()) {
    const standing = (key: string): string | undefined =>
      values.has(key) ? values.get(key) : valueAt(key);
    const isInForce = changes.every(({ key, after }) => {
      const value = standing(key);
      return (value === undefined ? undefined : digestOf(value)) === after;
    });
    if (isInForce) {
      newest ??= id;
      for (const { key, before } of changes) {
        values.set(key, before);
      }
    }
  }
  return newest === undefined ? undefined : { consent: newest, values };
}
