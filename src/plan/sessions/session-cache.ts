import type { Session } from '../plan.js';
import type { SessionSource } from './protocol-name.js';

/** What a session depends on besides the record that it was made of. */
export interface SessionTerms {
  readonly source: SessionSource;
  readonly remoteAsn: number;
  readonly clusterId?: Session['clusterId'];
  readonly origin: string;
}

/**
 * Gives the same `Session` object for the same record and terms, so that rendering re-uses its text and 4,999
 * unchanged nodes cost a look-up each. Records are immutable: a new one replaces them when anything changes.
 */
export class SessionCache {
  readonly #sessions: Readonly<Record<SessionSource, WeakMap<object, Session>>> = {
    Mesh: new WeakMap(),
    Global: new WeakMap(),
    Node: new WeakMap(),
  };

  /** The session that was made of `record` on the same terms before, or what `make` gives. */
  reuse(record: object, terms: SessionTerms, make: () => Session): Session {
    const known = this.#sessions[terms.source].get(record);
    if (
      known !== undefined &&
      known.remoteAsn === terms.remoteAsn &&
      known.clusterId === terms.clusterId &&
      known.origin === terms.origin
    ) {
      return known;
    }
    const session = make();
    this.#sessions[terms.source].set(record, session);
    return session;
  }
}
