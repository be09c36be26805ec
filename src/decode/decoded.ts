import type { Result } from '../base/result.js';
import type { Generation } from '../model/cluster.js';
import type { Fact } from '../model/fact.js';

/** What an entry says, or why it can't count as it stands. */
export type Decoded = DecodedEntry | RefusedEntry;

/** What an entry says. Both kinds name the generation of Calico that writes such entries, where it is one alone. */
export interface DecodedEntry {
  readonly ok: true;
  readonly value: readonly Fact[];
  /** Parts of it that say nothing. */
  readonly faults?: readonly Fault[];
  readonly generation?: Generation;
  /** Fields that we don't know, of a newer Calico perhaps: they are tolerated, and counted by the kind of resource. */
  readonly unknown?: UnknownFields;
}

/** Fields of a resource that we don't know. */
export interface UnknownFields {
  readonly kind: string;
  readonly paths: readonly string[];
}

/** What is wrong with a part of an entry. */
export interface Fault {
  /** Where inside the value: `spec.peerIP`. */
  readonly path: string;
  readonly reason: string;
}

/** Why an entry can't count as it stands: its last good value does. */
export interface RefusedEntry {
  readonly ok: false;
  readonly reason: string;
  /** Given when it is the key, or the file as such, that can't be read; otherwise it is the value. */
  readonly code?: 'invalid-key' | 'unreadable-file';
  readonly path?: string;
  /** Whatever else is wrong. */
  readonly faults?: readonly Fault[];
  /** What the entry says all the same where it has no last good value; nothing when absent. */
  readonly rest?: readonly Fact[];
  /** What that comes to, where it isn't that the faulty parts are left out. */
  readonly restAction?: string;
  readonly generation?: Generation;
}

/** The refusal of an entry for what its key says. */
export function refusedKey(reason: string): RefusedEntry {
  return { ok: false, code: 'invalid-key', reason };
}

/** The one fact that `then` makes of a value that was read. */
export function factOf<T>(result: Result<T>, then: (value: T) => Fact): Decoded {
  return result.ok ? { ok: true, value: [then(result.value)] } : result;
}
