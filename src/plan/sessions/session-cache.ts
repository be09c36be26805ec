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

  #mapped: {
    readonly terms: string;
    readonly records: readonly object[];
    readonly sessions: readonly (Session | undefined)[];
  } = { terms: '', records: [], sessions: [] };

  /**
   * What `make` gives for each of `records`, left out where it gives nothing. A record that stands where it stood last
   * time, on the same `terms`, is not asked again.
   */
  map<T extends object>(
    records: readonly T[],
    terms: string,
    make: (record: T) => Session | undefined,
  ): Session[] {
    const last = this.#mapped.terms === terms ? this.#mapped : undefined;
    const sessions: (Session | undefined)[] = [];
    const found: Session[] = [];
    for (let index = 0; index < records.length; index += 1) {
      const record = records[index];
      const isKnown = last !== undefined && last.records[index] === record;
      const session = isKnown ? last.sessions[index] : record && make(record);
      sessions.push(session);
      if (session !== undefined) {
        found.push(session);
      }
    }
    this.#mapped = { terms, records, sessions };
    return found;
  }

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
