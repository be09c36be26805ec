import type { Change } from '../../datastore.js';
import type { Head } from './client.js';
import type { Listing } from './list.js';
import type { StoreEvent } from './messages.js';

/** The actions that take a node away, with all that is below it. */
const REMOVALS = new Set(['delete', 'expire', 'compareAndDelete']);

/** What the listener knows, and of which store. Gives the changes that lead from there to what etcd says. */
export class Known {
  readonly #values: Map<string, string>;
  readonly #clusterId: string;
  #index: number;
  #changedAt: number;

  constructor({ entries, head }: Pick<Listing, 'entries' | 'head'>) {
    this.#values = new Map(entries.map(({ key, value }) => [key, value]));
    this.#clusterId = head.clusterId;
    this.#index = head.index;
    this.#changedAt = head.index;
  }

  /** How far the store is known to have come. It never goes back in the life of a store. */
  get index(): number {
    return this.#index;
  }

  /** How many keys are known. */
  get keys(): number {
    return this.#values.size;
  }

  /** The index of the last change that was told. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /**
   * Why an answer can't come from the store that we follow; undefined when nothing speaks against it.
   *
   * @param floor - how far the store was when the question was asked
   */
  doubt({ index, clusterId }: Head, floor: number): string | undefined {
    if (clusterId !== this.#clusterId) {
      return 'another etcd cluster answers';
    }
    if (index < floor) {
      return `the index went back: ${floor} to ${index}`;
    }
    this.#index = Math.max(this.#index, index);
    return undefined;
  }

  /** What a new listing changes. */
  update({ entries, head }: Pick<Listing, 'entries' | 'head'>): readonly Change[] {
    this.#changedAt = Math.max(this.#changedAt, head.index);
    const listed = new Set(entries.map(({ key }) => key));
    const gone = [...this.#values.keys()].filter((key) => !listed.has(key));
    return [
      ...gone.map((key) => this.#remove(key)),
      ...entries.flatMap(({ key, value }) => this.#put(key, value)),
    ];
  }

  /** What an event changes below `directory`. */
  apply({ action, node }: StoreEvent, directory: string): readonly Change[] {
    const { key = '', value, dir, modifiedIndex = 0 } = node;
    this.#index = Math.max(this.#index, modifiedIndex);
    this.#changedAt = Math.max(this.#changedAt, modifiedIndex);
    if (REMOVALS.has(action)) {
      const isGone = (known: string): boolean =>
        known.startsWith(directory) && (known === key || known.startsWith(`${key}/`));
      return [...this.#values.keys()].filter(isGone).map((known) => this.#remove(known));
    }
    if (!key.startsWith(directory)) {
      return [];
    }
    // A directory takes the place of a value of the same name.
    if (dir) {
      return this.#values.has(key) ? [this.#remove(key)] : [];
    }
    return this.#put(key, value ?? '');
  }

  #put(key: string, value: string): readonly Change[] {
    if (this.#values.get(key) === value) {
      return [];
    }
    this.#values.set(key, value);
    return [{ kind: 'put', key, value }];
  }

  #remove(key: string): Change {
    this.#values.delete(key);
    return { kind: 'delete', key };
  }
}
