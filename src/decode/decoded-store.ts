/**
 * The datastore's entries, decoded: what follows each change of a key with work for that key alone.
 *
 * In:  snapshots and changes, as `Datastore.follow` tells them.
 * Out: the cluster, the problems, and the last good values of entries that are now bad.
 *
 * Always true: the cluster depends only on the entries that stand and on the last good values of the bad ones, never
 * on the order in which they came. Both survive a restart, so a start from scratch gives the same cluster.
 *
 * A key that is gone may come back with a bad value: a datastore that was lost is refilled with what it had. So its good value
 * is remembered until somebody says that what stands now counts (`forgetGone`).
 */

import type { Problem } from '../base/problem.js';
import type { Change, Snapshot } from '../datastore/datastore.js';
import type { Cluster } from '../model/cluster.js';
import { ClusterStore } from '../model/cluster-store.js';
import { decodeEntry } from './decode-entry.js';

/** Values by key: for each entry whose value is now bad, the last one that was good. */
export type LastGoodValues = Readonly<Record<string, string>>;

/** Entries and what they say. */
export class DecodedStore {
  /** Values of the entries that are ours, as the datastore holds them. */
  readonly #values = new Map<string, string>();
  readonly #lastGood = new Map<string, string>();
  /** For keys that are gone, the value that counted last. */
  readonly #gone = new Map<string, string>();
  readonly #problems = new Map<string, Problem>();
  readonly #store = new ClusterStore();

  /** @param lastGood - what `lastGood()` gave when the process ended, so that a restart loses nothing */
  constructor(lastGood: LastGoodValues = {}) {
    for (const [key, value] of Object.entries(lastGood)) {
      this.#lastGood.set(key, value);
    }
  }

  /** Replaces everything by `snapshot`. Gives the keys of ours that changed by it, sorted as they came. */
  replace(snapshot: Snapshot): readonly string[] {
    const changed: string[] = [];
    const seen = new Set<string>();
    for (const { key, value } of snapshot.entries) {
      seen.add(key);
      if (this.#put(key, value)) {
        changed.push(key);
      }
    }
    const gone = [...this.#values.keys(), ...this.#lastGood.keys()].filter((key) => !seen.has(key));
    return [...changed, ...gone.filter((key) => this.#delete(key))];
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

  /** Every entry that was refused and still stands so. */
  problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  /** The last good values of the entries that are now bad. To be kept across a restart. */
  lastGood(): LastGoodValues {
    return Object.fromEntries(this.#lastGood);
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

  #put(key: string, value: string): boolean {
    const old = this.#values.get(key);
    if (old === value) {
      return false;
    }
    const decoded = decodeEntry(key, value);
    if (decoded === undefined) {
      return false;
    }
    this.#values.set(key, value);
    const gone = this.#gone.get(key);
    this.#gone.delete(key);
    if (decoded.ok) {
      this.#problems.delete(key);
      this.#lastGood.delete(key);
      this.#store.set(key, decoded.value);
      return true;
    }
    const good = old === undefined || this.#problems.has(key) ? gone : old;
    if (good !== undefined) {
      this.#lastGood.set(key, good);
    }
    const lastGood = this.#lastGood.get(key);
    const kept = lastGood === undefined ? undefined : decodeEntry(key, lastGood);
    this.#store.set(key, kept?.ok === true ? kept.value : []);
    this.#problems.set(key, {
      code: decoded.code ?? 'invalid-value',
      key,
      reason: decoded.reason,
      action:
        kept?.ok === true
          ? 'kept the last good value of this key; everything else is applied'
          : 'left this key out; everything else is applied',
    });
    return true;
  }

  #delete(key: string): boolean {
    const old = this.#values.get(key);
    const good = this.#lastGood.get(key) ?? (this.#problems.has(key) ? undefined : old);
    if (good !== undefined) {
      this.#gone.set(key, good);
    }
    this.#lastGood.delete(key);
    if (!this.#values.delete(key)) {
      return false;
    }
    this.#problems.delete(key);
    this.#store.set(key, []);
    return true;
  }
}
