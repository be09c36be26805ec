/**
 * What an operator asks for, as an edit of the datastore. A verb is a pure function of what the datastore holds: asked
 * again over newer contents, it decides anew.
 */

import type { Change } from '../datastore/datastore.js';
import type { Generation } from '../model/cluster.js';
import type { KeyLanguage } from './key-language.js';
import type { StoreView } from './store-view.js';

/** A request of an operator: what is to be done about it, given what the datastore holds and whose keys are written. */
export type Verb = (view: StoreView, keys: KeyLanguage) => Answer;

/** What is to be done. Texts are whole lines without a full stop. */
export type Answer =
  | {
      readonly kind: 'edit';
      /** At least one. */
      readonly changes: readonly Change[];
      /** What was done, to be told afterwards. */
      readonly notes: readonly string[];
      /** What the operator may not expect, to be told in any case. */
      readonly warnings: readonly string[];
    }
  /** All is as asked for already. */
  | { readonly kind: 'nothing-to-do'; readonly notes: readonly string[] }
  | { readonly kind: 'impossible'; readonly reason: string };

/** What each generation's records are called. */
export const RECORDS: Readonly<Record<Generation, string>> = {
  v1: 'keys of Calico 2',
  v3: 'resources of Calico 3',
};

/** The other generation. */
export function otherThan(generation: Generation): Generation {
  return generation === 'v1' ? 'v3' : 'v1';
}
