/**
 * Builds `Cluster`s out of facts, one changed entry at a time.
 *
 * Always true: the order in which facts came doesn't matter, only what stands at the end; and `cluster()` gives the same
 * objects for whatever didn't change since the last call.
 */

import type { Block } from './block.js';
import { type Cluster, DEFAULT_ASN } from './cluster.js';
import type { CustomFilter } from './custom-filter.js';
import type { ClusterFact, Fact } from './fact.js';
import { NodeTable } from './node-table.js';
import type { Peering } from './peering.js';
import type { Pool } from './pool.js';
import type { RouteReflector } from './route-reflector.js';
import { SortedTable } from './sorted-table.js';

/** A setting with the key that gives it. */
interface Setting {
  readonly key: string;
  readonly fact: ClusterFact;
}

/** The facts of a cluster by the datastore key that each came from. */
export class ClusterStore {
  readonly #facts = new Map<string, readonly Fact[]>();
  readonly #nodes = new NodeTable();
  readonly #settings = new SortedTable<Setting>();
  readonly #peerings = new SortedTable<Peering>();
  readonly #reflectors = new SortedTable<RouteReflector>();
  readonly #pools = new SortedTable<Pool>();
  readonly #blocks = new SortedTable<Block>();
  readonly #customFilters = new SortedTable<CustomFilter>();

  /** Sets what the entry at `key` says; nothing when the entry is gone. */
  set(key: string, facts: readonly Fact[]): void {
    this.#facts.get(key)?.forEach((fact, index) => {
      this.#remove(key, index, fact);
    });
    if (facts.length === 0) {
      this.#facts.delete(key);
      return;
    }
    this.#facts.set(key, facts);
    facts.forEach((fact, index) => {
      this.#add(key, index, fact);
    });
  }

  /** The cluster as it stands now. */
  cluster(): Cluster {
    // No spread: V8 makes a dictionary of what is spread together, and each look into one costs every rule that looks.
    const { defaultAsn, isMeshEnabled, logLevel } = settingsOf(this.#settings.list());
    const { nodes, unaddressed, contested } = this.#nodes.list();
    return {
      defaultAsn,
      isMeshEnabled,
      logLevel,
      nodes,
      unaddressed,
      contested,
      peerings: this.#peerings.list(),
      reflectors: this.#reflectors.list(),
      pools: this.#pools.list(),
      blocks: this.#blocks.list(),
      customFilters: this.#customFilters.list(),
    };
  }

  #add(key: string, index: number, fact: Fact): void {
    if ('nodeName' in fact) {
      this.#nodes.add(key, fact);
      return;
    }
    const id = idOf(key, index);
    switch (fact.kind) {
      case 'peering':
        this.#peerings.set(id, fact.peering);
        return;
      case 'reflector':
        this.#reflectors.set(id, fact.reflector);
        return;
      case 'pool':
        this.#pools.set(id, fact.pool);
        return;
      case 'block':
        this.#blocks.set(id, fact.block);
        return;
      case 'custom-filter':
        this.#customFilters.set(id, fact.filter);
        return;
      default:
        this.#settings.set(id, { key, fact });
    }
  }

  #remove(key: string, index: number, fact: Fact): void {
    if ('nodeName' in fact) {
      this.#nodes.remove(key, fact.nodeName);
      return;
    }
    this.#tableOf(fact).delete(idOf(key, index));
  }

  #tableOf({ kind }: Exclude<Fact, { readonly nodeName: string }>): SortedTable<unknown> {
    switch (kind) {
      case 'peering':
        return this.#peerings;
      case 'reflector':
        return this.#reflectors;
      case 'pool':
        return this.#pools;
      case 'block':
        return this.#blocks;
      case 'custom-filter':
        return this.#customFilters;
      default:
        return this.#settings;
    }
  }
}

/** Where a fact stands among those of its kind: in the order of keys, then as its entry gives them. */
function idOf(key: string, index: number): string {
  return index === 0 ? key : `${key}\0${String(index).padStart(6, '0')}`;
}

/** What `settings`, sorted by key, come to. What a later key says stands (fact.ts). */
function settingsOf(
  settings: readonly Setting[],
): Pick<Cluster, 'defaultAsn' | 'isMeshEnabled' | 'logLevel'> {
  const cluster: { -readonly [K in 'defaultAsn' | 'isMeshEnabled' | 'logLevel']: Cluster[K] } = {
    defaultAsn: { asn: DEFAULT_ASN },
    isMeshEnabled: true,
    logLevel: 'info',
  };
  for (const { key, fact } of settings) {
    switch (fact.kind) {
      case 'default-asn':
        cluster.defaultAsn = { asn: fact.asn, origin: key };
        break;
      case 'mesh':
        cluster.isMeshEnabled = fact.isEnabled;
        break;
      case 'log-level':
        cluster.logLevel = fact.level;
        break;
    }
  }
  return cluster;
}
