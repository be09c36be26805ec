import type { Session } from '../plan.js';
import type { SessionSource } from './protocol-name.js';

/**
 * The session that each record led to last, so that the same record on the same terms gives the same object again:
 * rendering re-uses its text, and 4,999 unchanged nodes cost a look-up each. Records are immutable; a new one replaces
 * them when anything about them changes.
 */
export class SessionCache {
  readonly #sessions: Readonly<Record<SessionSource, WeakMap<object, Session>>> = {
    Mesh: new WeakMap(),
    Global: new WeakMap(),
    Node: new WeakMap(),
  };

  /** The session that was kept for `record`. Whether its terms still hold is for the caller to compare. */
  find(source: SessionSource, record: object): Session | undefined {
    return this.#sessions[source].get(record);
  }

  /** Keeps `session` for `record`, and gives it back. */
  keep(source: SessionSource, record: object, session: Session): Session {
    this.#sessions[source].set(record, session);
    return session;
  }
}
