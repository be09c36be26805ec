import { positionIn } from '../base/position-in.js';

/**
 * Values by id, listed in the order of their ids.
 *
 * Two arrays side by side rather than a map: with thousands of values of which one changes, listing them is a copy of
 * pointers, and entries mostly come sorted, so adding is a push.
 */
export class SortedTable<T> {
  readonly #ids: string[] = [];
  readonly #values: T[] = [];
  #list: readonly T[] | undefined = [];

  set(id: string, value: T): void {
    const position = this.#position(id);
    const isNew = this.#ids[position] !== id;
    if (isNew) {
      this.#ids.splice(position, 0, id);
    }
    this.#values.splice(position, isNew ? 0 : 1, value);
    this.#list = undefined;
  }

  get(id: string): T | undefined {
    const position = this.#position(id);
    return this.#ids[position] === id ? this.#values[position] : undefined;
  }

  delete(id: string): void {
    const position = this.#position(id);
    if (this.#ids[position] === id) {
      this.#ids.splice(position, 1);
      this.#values.splice(position, 1);
      this.#list = undefined;
    }
  }

  /** The values sorted by id; the same array until something changes. */
  list(): readonly T[] {
    this.#list ??= [...this.#values];
    return this.#list;
  }

  /** Index of `id`, or where it belongs. */
  #position(id: string): number {
    const last = this.#ids.at(-1);
    if (last === undefined || last < id) {
      return this.#ids.length;
    }
    return positionIn(this.#ids, id, (own) => own);
  }
}
