/** The sessions with one address, and what made them; or why there are none. */

import type { BgpFilter, Session } from '../../plan/plan.js';
import { showTerms } from '../../plan/sessions/terms.js';
import { type Address, familyOf } from '../../values/address.js';
import { FAMILY_LABELS } from '../../values/family.js';
import type { Explained, Reason, SessionStory } from '../explanation.js';
import type { Wish } from './wish.js';
import { endsOf, wishesFor } from './wishes.js';

/** What is told of an address as that of a neighbor. */
export interface NeighborStory {
  readonly sessions: readonly SessionStory[];
  readonly noSession: readonly Reason[];
}

/** See the head of this file. */
export function neighborStory(explained: Explained, address: Address): NeighborStory {
  const family = familyOf(address);
  const ends = endsOf(explained, address);
  if (ends?.local.address === address) {
    return { sessions: [], noSession: [{ text: 'nobody has a session with itself' }] };
  }
  if (ends === undefined) {
    const text = `this host has no ${FAMILY_LABELS[family]} address, so it has no such sessions`;
    return { sessions: [], noSession: [{ text }] };
  }
  const wishes = wishesFor(explained, ends);
  const part = explained.plan[family];
  const sessions = part.sessions
    .filter((session) => session.remoteAddress === address)
    .map((session) => storyOf(session, wishes, part.extras.filters));
  return { sessions, noSession: sessions.length > 0 ? [] : reasonsFor(wishes) };
}

/** Why a session is there: the first of `wishes` that has its origin asked for it. */
function storyOf(
  session: Session,
  wishes: readonly Wish[],
  filters: readonly BgpFilter[],
): SessionStory {
  const asking = wishes.filter(({ obstacle }) => obstacle === undefined);
  const made = asking.find(({ origin }) => origin === session.origin);
  const used = [...new Set([...session.importFilters, ...session.exportFilters])];
  return {
    name: session.protocolName,
    address: session.remoteAddress,
    terms: showTerms(session),
    reasons: [
      ...(made?.reasons ?? [{ text: 'asked for', key: session.origin }]),
      ...filters
        .filter(({ name }) => used.includes(name))
        .map(({ name, origin }) => ({ text: `BGPFilter ${name}`, key: origin })),
    ],
    alsoAsked: asking.filter((wish) => wish !== made).flatMap(({ reasons }) => reasons.slice(0, 1)),
  };
}

function reasonsFor(wishes: readonly Wish[]): readonly Reason[] {
  if (wishes.length === 0) {
    return [{ text: 'no record asks for a session with it' }];
  }
  return wishes.map(
    ({ obstacle, origin }) =>
      obstacle ?? {
        text: 'another peering asks for the same neighbor first, and its password is missing',
        key: origin,
      },
  );
}
