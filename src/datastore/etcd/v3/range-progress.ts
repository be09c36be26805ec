import type { Change, Entry } from '../../datastore.js';
import type { KeyRange } from './key-range.js';

/** How far one key range was applied, and what it holds after that. */
export class RangeProgress {
  readonly range: KeyRange;
  /** All changes before this revision are applied. */
  nextRevision: number;
  #count: number;
  /** The texts are those that the listener has, too: the map costs some 50 bytes an entry. */
  readonly #values: Map<string, string>;
  /** The keys that have changed since `noteChanges`; undefined when nobody asks. */
  #changed: Set<string> | undefined;

  /** The progress right after a listing at `revision`. */
  constructor(range: KeyRange, entries: readonly Entry[], revision: number) {
    this.range = range;
    this.nextRevision = revision + 1;
    this.#count = entries.length;
    this.#values = valuesOf(entries);
  }

  /** How many keys etcd has here. Not the size of a map: keys that are no UTF-8 can become one as text. */
  get count(): number {
    return this.#count;
  }

  /** Applies a change. `keysAdded` is what it does to the number of keys. */
  apply(change: Change, keysAdded: -1 | 0 | 1): void {
    this.#count += keysAdded;
    this.#changed?.add(change.key);
    if (change.kind === 'put') {
      this.#values.set(change.key, change.value);
    } else {
      this.#values.delete(change.key);
    }
  }

  /** From now on the keys that change are noted; gives them, and the set goes on growing. */
  noteChanges(): ReadonlySet<string> {
    this.#changed = new Set();
    return this.#changed;
  }

  /** Notes no more. */
  forgetChanges(): void {
    this.#changed = undefined;
  }

  /** The first key, save those of `except`, that `entries` have otherwise than we; undefined when there is none. */
  firstDifference(entries: readonly Entry[], except: ReadonlySet<string>): string | undefined {
    const theirs = valuesOf(entries);
    for (const [key, value] of theirs) {
      if (this.#values.get(key) !== value && !except.has(key)) {
        return key;
      }
    }
    for (const key of this.#values.keys()) {
      if (!theirs.has(key) && !except.has(key)) {
        return key;
      }
    }
    return undefined;
  }
}

function valuesOf(entries: readonly Entry[]): Map<string, string> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}
