import type { Result } from '../base/result.js';
import type { Fact } from '../model/fact.js';

/** What an entry says, or why it says nothing. */
export type Decoded = { readonly ok: true; readonly value: readonly Fact[] } | RefusedEntry;

/** Why an entry says nothing. */
export interface RefusedEntry {
  readonly ok: false;
  readonly reason: string;
  /** Given when it is the key, or the file as such, that can't be read; otherwise it is the value. */
  readonly code?: 'invalid-key' | 'unreadable-file';
}

/** The refusal of an entry for what its key says. */
export function refusedKey(reason: string): RefusedEntry {
  return { ok: false, code: 'invalid-key', reason };
}

/** The one fact that `then` makes of a value that was read. */
export function factOf<T>(result: Result<T>, then: (value: T) => Fact): Decoded {
  return result.ok ? { ok: true, value: [then(result.value)] } : result;
}
