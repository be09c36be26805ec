import type { StaticRoute } from '../plan.js';

/** One of `routes` for each prefix, in the order of their text. The first stands: BIRD refuses a file that has two. */
export function oneForEachPrefix(routes: Iterable<StaticRoute>): readonly StaticRoute[] {
  const standing = new Map<string, StaticRoute>();
  for (const route of routes) {
    if (!standing.has(route.prefix)) {
      standing.set(route.prefix, route);
    }
  }
  return [...standing.values()].sort(byPrefix);
}

/** The order of things by the text of their prefixes, as Calico has it. */
export function byPrefix(
  a: { readonly prefix: string },
  b: { readonly prefix: string },
): -1 | 0 | 1 {
  return a.prefix === b.prefix ? 0 : a.prefix < b.prefix ? -1 : 1;
}
