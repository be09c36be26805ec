/**
 * The datastore's entries, and those of files beside it, decoded: what follows each change of a key with work for that key alone.
 *
 * In:  snapshots and changes, as `Datastore.follow` tells them; what stands in files, as `Sources` reads them.
 * Out: the cluster, the problems, and the last good values of entries that are now bad.
 *
 * Always true: the cluster depends only on the entries that stand and on the last good values of the bad ones, never
 * on the order in which they came. Both survive a restart, so a start from scratch gives the same cluster.
 *
 * A key that is gone may come back with a bad value: a datastore that was lost is refilled with what it had. So its good value
 * is remembered until somebody says that what stands now counts (`forgetGone`).
 *
 * What files said is kept with the last good values: at a start their place may be away, and then it counts until it is back.
 */

import { groupBy } from '../base/group-by.js';
import type { Problem } from '../base/problem.js';
import type { Result } from '../base/result.js';
import type { Change, Snapshot } from '../datastore/datastore.js';
import type { Cluster } from '../model/cluster.js';
import { ClusterStore } from '../model/cluster-store.js';
import { decodeEntry } from './decode-entry.js';
import type { Decoded, DecodedEntry, RefusedEntry, UnknownFields } from './decoded.js';
import { fileKindOf } from './files/file-keys.js';

const LAST_GOOD_KEPT = 'kept the last good value of this key; everything else is applied';
const KEY_LEFT = 'left this key out; everything else is applied';
const PART_LEFT = 'left this part out; everything else is applied';

/** Values by key: for each entry whose value is now bad the last one that was good, and for each file the one that counts. */
export type LastGoodValues = Readonly<Record<string, string>>;

/** Fields that we don't know, by the kind of resource: how many, and the first of them. */
export type UnknownCounts = Readonly<
  Record<string, { readonly count: number; readonly paths: readonly string[] }>
>;

/** More paths than these say less than their number. */
const MAX_PATHS = 10;

/** Entries and what they say. */
export class DecodedStore {
  /** Values of the entries that are ours, as the datastore or a file holds them; undefined for a file that can't be read. */
  readonly #values = new Map<string, string | undefined>();
  readonly #lastGood = new Map<string, string>();
  /** For keys that are gone, the value that counted last. */
  readonly #gone = new Map<string, string>();
  readonly #problems = new Map<string, readonly Problem[]>();
  readonly #unknown = new Map<string, UnknownFields>();
  /** What `lastGood` gave last; undefined when something of it changed since. */
  #kept: LastGoodValues | undefined;
  /** Keys whose value can't count as it stands. */
  readonly #refused = new Set<string>();
  readonly #store = new ClusterStore();

  /** @param lastGood - what `lastGood()` gave when the process ended, so that a restart loses nothing */
  constructor(lastGood: LastGoodValues = {}) {
    for (const [key, value] of Object.entries(lastGood)) {
      if (fileKindOf(key) === undefined) {
        this.#lastGood.set(key, value);
      } else {
        this.#put(key, value);
      }
    }
  }

  /** Replaces all of the datastore by `snapshot`. Gives the keys of ours that changed by it, sorted as they came. */
  replace(snapshot: Snapshot): readonly string[] {
    const changed: string[] = [];
    const seen = new Set<string>();
    for (const { key, value } of snapshot.entries) {
      seen.add(key);
      if (this.#put(key, value)) {
        changed.push(key);
      }
    }
    return [...changed, ...this.#deleteOthers(seen, (key) => fileKindOf(key) === undefined)];
  }

  /**
   * Replaces what files say by `entries`: contents, or why there are none. Gives the keys that changed by it.
   *
   * @param unknown - what the keys begin with of places that could not be read: what they said last stands
   */
  replaceFiles(
    entries: ReadonlyMap<string, Result<string>>,
    unknown: readonly string[] = [],
  ): readonly string[] {
    const changed: string[] = [];
    for (const [key, content] of entries) {
      if (content.ok ? this.#put(key, content.value) : this.#putUnreadable(key, content.reason)) {
        changed.push(key);
      }
    }
    const isKnown = (key: string) => !unknown.some((prefix) => key.startsWith(prefix));
    return [
      ...changed,
      ...this.#deleteOthers(entries, (key) => fileKindOf(key) !== undefined && isKnown(key)),
    ];
  }

  /** Takes in `changes`, in order. Gives the keys of ours that changed by them. */
  update(changes: readonly Change[]): readonly string[] {
    const changed: string[] = [];
    for (const change of changes) {
      const isChanged =
        change.kind === 'put' ? this.#put(change.key, change.value) : this.#delete(change.key);
      if (isChanged) {
        changed.push(change.key);
      }
    }
    return changed;
  }

  /** The cluster as the entries describe it now. */
  cluster(): Cluster {
    return this.#store.cluster();
  }

  /** The value of an entry of ours, as the datastore holds it; undefined when there is none. */
  valueAt(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** The cluster as the entries would describe it with other values for some keys; undefined for none. */
  clusterWith(values: ReadonlyMap<string, string | undefined>): Cluster {
    const entries = [...new Map([...this.#values, ...values])].flatMap(([key, value]) =>
      value === undefined || fileKindOf(key) !== undefined ? [] : [{ key, value }],
    );
    const copy = new DecodedStore(this.lastGood());
    copy.replace({ revision: '', entries });
    return copy.cluster();
  }

  /** What is wrong with the entries that stand. */
  problems(): readonly Problem[] {
    return [...this.#problems.values()].flat();
  }

  /** How many fields there are that we don't know, and the first of them, by the kind of resource. */
  unknownFields(): UnknownCounts {
    const byKind = groupBy([...this.#unknown.values()], ({ kind }) => kind);
    return Object.fromEntries(
      [...byKind].sort().map(([kind, ones]) => {
        const paths = ones.flatMap((one) => one.paths);
        return [kind, { count: paths.length, paths: [...new Set(paths)].slice(0, MAX_PATHS) }];
      }),
    );
  }

  /** What is to be kept across a restart. The same object as long as it is the same. */
  lastGood(): LastGoodValues {
    this.#kept ??= Object.fromEntries([...this.#goodFiles(), ...this.#lastGood]);
    return this.#kept;
  }

  /** Keys that are gone and not forgotten yet, each with the value that would count should it come back with a bad one. */
  gone(): ReadonlyMap<string, string> {
    return new Map(this.#gone);
  }

  /** Says that a state without these keys counts, as `gone` gave them: one that comes back has no last good value. */
  forgetGone(gone: ReadonlyMap<string, string>): void {
    for (const [key, value] of gone) {
      if (this.#gone.get(key) === value) {
        this.#gone.delete(key);
      }
    }
  }

  *#goodFiles(): Iterable<readonly [key: string, value: string]> {
    for (const [key, value] of this.#values) {
      if (value !== undefined && fileKindOf(key) !== undefined && !this.#refused.has(key)) {
        yield [key, value];
      }
    }
  }

  /** Notes that what is kept of `key` may be another value now. */
  #changed(key: string): void {
    if (fileKindOf(key) !== undefined || this.#lastGood.has(key) || this.#refused.has(key)) {
      this.#kept = undefined;
    }
  }

  /** Deletes what isn't in `seen`, of the keys that `isMeant` names. Gives those that are gone. */
  #deleteOthers(
    seen: { has(key: string): boolean },
    isMeant: (key: string) => boolean,
  ): readonly string[] {
    return [...this.#values.keys(), ...this.#lastGood.keys()].filter(
      (key) => !seen.has(key) && isMeant(key) && this.#delete(key),
    );
  }

  #putUnreadable(key: string, reason: string): boolean {
    if (this.#problems.get(key)?.[0]?.reason === reason) {
      return false;
    }
    this.#take(key, undefined, { ok: false, code: 'unreadable-file', reason });
    return true;
  }

  #put(key: string, value: string): boolean {
    if (this.#values.get(key) === value) {
      return false;
    }
    const decoded = decodeEntry(key, value);
    if (decoded === undefined) {
      return false;
    }
    this.#take(key, value, decoded);
    return true;
  }

  #take(key: string, value: string | undefined, decoded: Decoded): void {
    const old = this.#values.get(key);
    const good = old === undefined || this.#refused.has(key) ? this.#gone.get(key) : old;
    this.#values.set(key, value);
    this.#gone.delete(key);
    this.#changed(key);
    this.#unknown.delete(key);
    if (decoded.ok) {
      this.#accept(key, decoded);
    } else {
      this.#refuse(key, decoded, good);
    }
    this.#changed(key);
  }

  #accept(key: string, { value, faults = [], generation, unknown }: DecodedEntry): void {
    if (unknown !== undefined) {
      this.#unknown.set(key, unknown);
    }
    this.#lastGood.delete(key);
    this.#refused.delete(key);
    this.#store.set(key, value, generation);
    const shared = { code: 'invalid-value', key, action: PART_LEFT } as const;
    this.#tell(
      key,
      faults.map((fault) => ({ ...shared, ...fault })),
    );
  }

  /** @param good - the last value that counted; absent where what is kept as the last good one is newer */
  #refuse(key: string, decoded: RefusedEntry, good: string | undefined): void {
    this.#refused.add(key);
    if (good !== undefined) {
      this.#lastGood.set(key, good);
    }
    const lastGood = this.#lastGood.get(key);
    const kept = lastGood === undefined ? undefined : decodeEntry(key, lastGood);
    const { code = 'invalid-value', reason, path, faults = [], rest = [], restAction } = decoded;
    const counted = kept?.ok === true ? kept : { value: rest, generation: decoded.generation };
    const left = rest.length === 0 ? KEY_LEFT : (restAction ?? PART_LEFT);
    const shared: Omit<Problem, 'reason'> = {
      code,
      key,
      action: kept?.ok === true ? LAST_GOOD_KEPT : left,
    };
    this.#store.set(key, counted.value, counted.generation);
    this.#tell(key, [
      { ...shared, ...(path !== undefined && { path }), reason },
      ...faults.map((fault) => ({ ...shared, ...fault })),
    ]);
  }

  #tell(key: string, problems: readonly Problem[]): void {
    if (problems.length === 0) {
      this.#problems.delete(key);
    } else {
      this.#problems.set(key, problems);
    }
  }

  #delete(key: string): boolean {
    this.#changed(key);
    const old = this.#values.get(key);
    const good = this.#lastGood.get(key) ?? (this.#refused.has(key) ? undefined : old);
    if (good !== undefined) {
      this.#gone.set(key, good);
    }
    this.#lastGood.delete(key);
    if (!this.#values.delete(key)) {
      return false;
    }
    this.#problems.delete(key);
    this.#unknown.delete(key);
    this.#refused.delete(key);
    this.#store.set(key, []);
    return true;
  }
}
