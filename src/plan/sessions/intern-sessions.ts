import type { Address } from '../../values/address.js';
import type { Session } from '../plan.js';
import { isSameSession } from './terms.js';

/**
 * Gives last time's object for a session that is the same in everything, so that the stages behind the plan tell by identity
 * what changed: the text of a session that stands is printed once, and forecast and description look at the others alone.
 *
 * It is the one place that remembers sessions. What it gives equals what it was given.
 */
export class SessionIntern {
  /** By remote address. Also sessions that are gone, for a while. */
  #known = new Map<Address, Session>();

  /** `sessions`, no two of one remote address, with earlier objects where they are the same. */
  intern(sessions: readonly Session[]): readonly Session[] {
    const known = this.#known;
    const interned = sessions.map((session) => {
      const earlier = known.get(session.remoteAddress);
      if (earlier !== undefined && isSameSession(earlier, session)) {
        return earlier;
      }
      known.set(session.remoteAddress, session);
      return session;
    });
    if (known.size > 2 * interned.length) {
      this.#known = new Map(interned.map((session) => [session.remoteAddress, session]));
    }
    return interned;
  }
}
