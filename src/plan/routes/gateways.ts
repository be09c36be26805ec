/** Ways to peers that are reached by a gateway (`reachableBy` of a BGPPeer): a static route for each, which is told to nobody. */

import type { Problem } from '../../base/problem.js';
import { prefixOf } from '../../values/prefix.js';
import { firstOfEach } from '../first-of-each.js';
import type { Session, StaticRoute } from '../plan.js';

/** The ways to the remote addresses of `sessions`, one for each that has a gateway. Two speakers at one address have one way. */
export function planGateways(sessions: readonly Session[]): {
  readonly routes: readonly StaticRoute[];
  readonly problems: readonly Problem[];
} {
  const ways: StaticRoute[] = [];
  // Hardly any of 5,000 sessions has one: nothing is made for the others.
  for (const { remoteAddress, gateway: via, origin } of sessions) {
    if (via !== undefined) {
      ways.push({ prefix: prefixOf(remoteAddress), via, isExported: false, origin });
    }
  }
  const { kept, problems } = firstOfEach(ways, {
    what: 'the way to',
    subjectOf: ({ prefix }) => prefix,
    saidBy: ({ via }) => `the gateway is ${via}`,
  });
  return { routes: kept, problems };
}
