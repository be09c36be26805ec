/**
 * Reads a resource field by field, so that a bad one costs the least: each is checked by a schema of its own, and what is
 * wrong is kept with its path.
 *
 * A fault is *grave* where the resource without that field would do other than what is meant: give a session another AS, no
 * password, or more routes. Then its last good value counts, if it has one. Any other bad field counts as absent.
 */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import type { Fault } from '../decoded.js';

/** Longer reasons quote what nobody reads. */
const MAX_REASON_LENGTH = 300;
/** Of a resource that is bad all through, so many faults are told. */
const MAX_FAULTS = 20;

/** Whether the resource can count without what is bad. */
type Weight = 'mild' | 'grave';

/** What was found wrong in one resource, and what of it nobody asked for. */
export class Faults {
  readonly #found: Fault[] = [];
  readonly #opened: Fields[] = [];
  #isGrave = false;
  #count = 0;

  /** Notes a fault; see `Fields`. */
  add(path: string, reason: string, isGrave: boolean): void {
    this.#isGrave ||= isGrave;
    this.#count += 1;
    if (this.#found.length < MAX_FAULTS) {
      this.#found.push({ path, reason: reason.slice(0, MAX_REASON_LENGTH) });
    }
  }

  /** In the order in which they were found. */
  get found(): readonly Fault[] {
    return this.#found;
  }

  /** How many were found, those among them that are not told. */
  get count(): number {
    return this.#count;
  }

  get isGrave(): boolean {
    return this.#isGrave;
  }

  /** Notes that an object was opened. */
  open(fields: Fields): void {
    this.#opened.push(fields);
  }

  /** The paths of fields of opened objects that nobody asked for, without the numbers of list items; each once. */
  unknown(): readonly string[] {
    const paths = this.#opened.flatMap((fields) => fields.unasked());
    return [...new Set(paths.map((path) => path.replace(/\.\d+(?=\.)/g, '')))];
  }
}

/** The fields of an object inside of a resource. */
export class Fields {
  /** Whether it is an object at all. Where it is something else, that is noted already. */
  readonly isObject: boolean;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #faults: Faults;
  /** Names that were asked for, inside of `spec`: what stands beside it is everybody's. */
  readonly #asked: Set<string> | undefined;

  /** @param value - an object; anything else has no fields, and is a grave fault unless it is absent */
  constructor(value: unknown, path: string, faults: Faults) {
    this.#path = path;
    this.#faults = faults;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.isObject = isObject;
    this.#values = isObject ? (value as Record<string, unknown>) : {};
    this.#asked = isObject && /^spec(\.|$)/.test(path) ? new Set() : undefined;
    if (this.#asked !== undefined) {
      faults.open(this);
    }
    if (!isObject && isGiven(value)) {
      faults.add(path, `${textOf(value)} is not an object`, true);
    }
  }

  /** All fields, each a good `schema`; a bad value is a grave fault. Empty text is a value here. */
  all<T>(schema: v.GenericSchema<unknown, T>): readonly (readonly [string, T])[] {
    return Object.entries(this.#values).flatMap(([name, value]) => {
      const good = this.#good(name, value, schema, 'grave');
      return good === undefined ? [] : [[name, good] as const];
    });
  }

  /** The names of those fields that have a value. */
  names(): readonly string[] {
    return Object.keys(this.#values).filter((name) => this.has(name));
  }

  /** Whether a field has a value: what Go writes for none is `null` or empty text. */
  has(name: string): boolean {
    return isGiven(this.#valueOf(name));
  }

  /** The field `name`; `undefined` when it is absent or bad. */
  read<T>(name: string, schema: v.GenericSchema<unknown, T>): T | undefined {
    return this.has(name) ? this.#good(name, this.#valueOf(name), schema, 'mild') : undefined;
  }

  /** Like `read`; a bad value is a grave fault. */
  readGrave<T>(name: string, schema: v.GenericSchema<unknown, T>): T | undefined {
    return this.has(name) ? this.#good(name, this.#valueOf(name), schema, 'grave') : undefined;
  }

  /** Like `readGrave`; so is a missing one. */
  readNeeded<T>(name: string, schema: v.GenericSchema<unknown, T>): T | undefined {
    if (!this.has(name)) {
      this.fault(name, 'it is missing', 'grave');
      return undefined;
    }
    return this.readGrave(name, schema);
  }

  /** The object at `name`. */
  at(name: string): Fields {
    return new Fields(this.#valueOf(name), this.#pathOf(name), this.#faults);
  }

  /** The objects of the list at `name`. */
  list(name: string): readonly Fields[] {
    return this.#itemsOf(name).map(
      (item, index) => new Fields(item, `${this.#pathOf(name)}.${index}`, this.#faults),
    );
  }

  /** Those values of the list at `name` that are good. */
  values<T>(
    name: string,
    schema: v.GenericSchema<unknown, T>,
    weight: Weight = 'mild',
  ): readonly T[] {
    return this.#itemsOf(name).flatMap((item, index) => {
      const good = this.#good(`${name}.${index}`, item, schema, weight);
      return good === undefined ? [] : [good];
    });
  }

  /** Says of fields that they are known, and not needed here. */
  pass(...names: readonly string[]): void {
    for (const name of names) {
      this.#asked?.add(name);
    }
  }

  /** The paths of its fields that nobody asked for. */
  unasked(): readonly string[] {
    return Object.keys(this.#values)
      .filter((name) => this.#asked?.has(name) === false)
      .map((name) => this.#pathOf(name));
  }

  /** Notes that the field `name` can't stand as it is. */
  fault(name: string, reason: string, weight: Weight): void {
    this.#faults.add(this.#pathOf(name), reason, weight === 'grave');
  }

  #good<T>(
    name: string,
    value: unknown,
    schema: v.GenericSchema<unknown, T>,
    weight: Weight,
  ): T | undefined {
    const result = v.safeParse(schema, value);
    if (result.success) {
      return result.output;
    }
    this.fault(name, result.issues[0].message, weight);
    return undefined;
  }

  #itemsOf(name: string): readonly unknown[] {
    const value = this.#valueOf(name);
    if (Array.isArray(value)) {
      return value;
    }
    if (isGiven(value)) {
      this.fault(name, `${textOf(value)} is not a list`, 'grave');
    }
    return [];
  }

  #valueOf(name: string): unknown {
    this.#asked?.add(name);
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? excerpt(value) : `a ${typeof value}`;
}
