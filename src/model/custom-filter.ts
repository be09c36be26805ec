import type { Family } from '../values/family.js';

/** Raw BIRD statements of an operator, run on every route before it is exported to a BGP session. */
export interface CustomFilter {
  readonly name: string;
  readonly family: Family;
  /** The statements as written; not checked beyond being balanced (see decode). */
  readonly statements: string;
  /** The datastore key that holds them. */
  readonly origin: string;
}
