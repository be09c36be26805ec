/**
 * The port to a datastore: raw keys and values, from anywhere.
 *
 * A listener is told one consistent snapshot, then ordered changes. When changes may have been missed (a connection that
 * could not be resumed, a compacted revision, a wiped store) it is told a whole snapshot again. So a listener that replaces
 * its state on `snapshot` and applies `changes` in order ends with what the datastore holds.
 */

import { AdvisedError } from '../base/advised-error.js';

/** One key with its value, both as text (UTF-8). */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** All entries below the asked key prefixes, as they were at one revision of the datastore. */
export interface Snapshot {
  /** The datastore's own counter as text: etcd's revision, or a count of reads for a file. */
  readonly revision: string;
  /**
   * Which store it is of: etcd's cluster. The revisions of one store only go up; one that went down is of an older state of it.
   * Absent where the datastore can't say, as a file.
   */
  readonly storeId?: string;
  readonly entries: readonly Entry[];
}

/** One change of one key. */
export type Change =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string };

/** Changes that were derived from what a read gave, to be made together or not at all. */
export interface Edit {
  /** What was read. */
  readonly basis: Snapshot;
  /** At least one; no key twice, and only keys below the prefixes that were read. */
  readonly changes: readonly Change[];
  /** Further keys that the changes rely on: each must still be as the basis has it, or absent as there. */
  readonly reliesOn: readonly string[];
  /** Key prefixes, of those that were read, below which no key may have come, gone or changed since the basis. */
  readonly unchangedBelow?: readonly string[];
}

/** What came of an edit: `overtaken` when a key that it changes or relies on is no longer as its basis has it. */
export type EditOutcome = 'committed' | 'overtaken';

/** Whether the datastore is heard from. */
export type DatastoreState =
  | { readonly kind: 'connecting' }
  /** A snapshot was delivered and changes are being followed. */
  | { readonly kind: 'synced' }
  /**
   * Not reachable, or not usable. `reason` names the endpoint and the cause; `advice` says what an operator can do.
   * The follower keeps trying by itself.
   */
  | { readonly kind: 'lost'; readonly reason: string; readonly advice: string };

/**
 * What a follower tells. Calls are never concurrent.
 *
 * A listener has a bug when one of these calls throws, or its promise rejects. Then it is told nothing more, and `follow`
 * rejects with what was thrown. That is neither taken for a failure of the datastore, nor tried again.
 */
export interface DatastoreListener {
  /**
   * The whole state: the first time, and again when changes may have been missed. It replaces all that was told before. A
   * listener may give a promise. Until it resolves the follower does nothing that can wait. No change is lost.
   */
  snapshot(snapshot: Snapshot): void | Promise<void>;
  /**
   * Changes in the datastore's order; `revision` is that of the last. As a rule all changes of one revision come together.
   * A transaction over several key prefixes may come in two parts, a few milliseconds apart. The second one is `late`: what
   * was told before was half of a revision.
   */
  changes(changes: readonly Change[], revision: string, late?: 'late'): void;
  state(state: DatastoreState): void;
  /** Called whenever the datastore proved to be alive, also without a change. For the age of what we know. */
  heard(): void;
}

/** A source of entries. Each instance is followed at most once at a time. */
export interface Datastore {
  /** For logs and status, without credentials: `etcd3 http://127.0.0.1:2379`. */
  readonly description: string;
  /**
   * One consistent snapshot.
   *
   * @throws {DatastoreError} when it can't be had; one attempt for each endpoint, no retry
   */
  read(): Promise<Snapshot>;
  /**
   * Follows the datastore until `signal` aborts, then resolves. Outages are told to the listener and survived. It rejects
   * only with a bug: what the listener threw, or one of its own.
   */
  follow(listener: DatastoreListener, signal: AbortSignal): Promise<void>;
}

/** A datastore that can also be written to. The daemon takes a `Datastore`: it never writes. */
export interface EditableDatastore extends Datastore {
  /**
   * Makes the changes of `edit` if what they were derived from still stands (compare-and-swap). Else it makes none, and the
   * edit is `overtaken`: read again then, and decide anew. A change of another key below the same prefixes may do that too.
   *
   * @throws {DatastoreError} when nothing was changed, or nobody knows whether it was. In a store without transactions also
   *   when some keys were written and others not; the message says which
   */
  commit(edit: Edit): Promise<EditOutcome>;
}

/** The datastore can't be read, or not be written to. */
export class DatastoreError extends AdvisedError {
  override readonly name = 'DatastoreError';
}
