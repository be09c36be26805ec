/** What is known of a route, and what a filter makes of it by that. */

import { contains, type Prefix } from '../../values/prefix.js';
import type { Action, Decision, FilterStory, Reason } from '../explanation.js';

/** A route, as far as it is known. */
export interface Route {
  readonly prefix: Prefix;
  readonly from: FilterStory['route'];
}

/** Whether something holds of a route; or the words for it, where the prefix alone doesn't tell. */
export type Holds = boolean | { readonly when: string };

/** A statement of a filter. */
export interface Statement extends Reason {
  readonly action: Action;
  readonly holds: Holds;
}

/** All of `conditions` together. */
export function all(...conditions: readonly Holds[]): Holds {
  if (conditions.includes(false)) {
    return false;
  }
  const words = conditions.flatMap((one) => (typeof one === 'object' ? [one.when] : []));
  return words.length === 0 || { when: words.join(' and ') };
}

/** Whether `route` lies in `prefix`, or is it (`net ~ PREFIX`). */
export function isIn(route: Route, prefix: Prefix): boolean {
  return contains(prefix, route.prefix);
}

/** What never holds of a black hole, and can't be known of any other route. */
export function unlessBlackHole(route: Route, when: string): Holds {
  return route.from === 'black-hole' ? false : { when };
}

/** The statements that concern a route, up to the first that decides whatever else it is. */
export function decide(statements: readonly Statement[]): readonly Decision[] {
  const decisions: Decision[] = [];
  for (const { holds, ...statement } of statements) {
    if (holds === false) {
      continue;
    }
    decisions.push({ ...statement, ...(typeof holds === 'object' && holds) });
    if (holds === true && (statement.action === 'accept' || statement.action === 'reject')) {
      break;
    }
  }
  return decisions;
}
