/**
 * Builds `Cluster`s out of resources, one changed resource at a time.
 *
 * Always true: the order in which resources came doesn't matter, only what stands at the end; and `cluster()` gives
 * the same objects for whatever didn't change since the last call.
 */

import type { BgpPeer } from './bgp-peer.js';
import type { Block } from './block.js';
import { type Cluster, DEFAULT_ASN } from './cluster.js';
import type { CustomFilter } from './custom-filter.js';
import { NodeTable } from './node-table.js';
import type { Pool } from './pool.js';
import type { Resource } from './resource.js';
import type { RouteReflector } from './route-reflector.js';
import { SortedTable } from './sorted-table.js';

/** The resources of a cluster by the datastore key that each came from. */
export class ClusterStore {
  readonly #resources = new Map<string, Resource>();
  readonly #nodes = new NodeTable();
  readonly #globalPeers = new SortedTable<BgpPeer>();
  readonly #reflectors = new SortedTable<RouteReflector>();
  readonly #pools = new SortedTable<Pool>();
  readonly #blocks = new SortedTable<Block>();
  readonly #customFilters = new SortedTable<CustomFilter>();
  readonly #globals: {
    -readonly [K in 'defaultAsn' | 'isMeshEnabled' | 'logLevel']?: Cluster[K];
  } = {};

  /** Sets what the entry at `key` says; `undefined` when the entry is gone. */
  set(key: string, resource: Resource | undefined): void {
    const old = this.#resources.get(key);
    if (old !== undefined) {
      this.#remove(key, old);
      this.#resources.delete(key);
    }
    if (resource !== undefined) {
      this.#resources.set(key, resource);
      this.#add(key, resource);
    }
  }

  /** The cluster as it stands now. */
  cluster(): Cluster {
    return {
      defaultAsn: this.#globals.defaultAsn ?? DEFAULT_ASN,
      isMeshEnabled: this.#globals.isMeshEnabled ?? true,
      logLevel: this.#globals.logLevel ?? 'info',
      nodes: this.#nodes.list(),
      globalPeers: this.#globalPeers.list(),
      reflectors: this.#reflectors.list(),
      pools: this.#pools.list(),
      blocks: this.#blocks.list(),
      customFilters: this.#customFilters.list(),
    };
  }

  #add(key: string, resource: Resource): void {
    switch (resource.kind) {
      case 'default-asn':
        this.#globals.defaultAsn = resource.asn;
        return;
      case 'mesh':
        this.#globals.isMeshEnabled = resource.isEnabled;
        return;
      case 'log-level':
        if (resource.nodeName === undefined) {
          this.#globals.logLevel = resource.level;
        } else {
          this.#nodes.add(resource.nodeName, key, resource);
        }
        return;
      case 'node-address':
      case 'node-asn':
      case 'node-network':
        this.#nodes.add(resource.nodeName, key, resource);
        return;
      case 'peer':
        if (resource.nodeName === undefined) {
          this.#globalPeers.set(key, resource.peer);
        } else {
          this.#nodes.add(resource.nodeName, key, resource);
        }
        return;
      case 'reflector':
        this.#reflectors.set(key, resource.reflector);
        return;
      case 'pool':
        this.#pools.set(key, resource.pool);
        return;
      case 'block':
        this.#blocks.set(key, resource.block);
        return;
      case 'custom-filter':
        this.#customFilters.set(key, resource.filter);
        return;
    }
  }

  #remove(key: string, resource: Resource): void {
    switch (resource.kind) {
      case 'default-asn':
        delete this.#globals.defaultAsn;
        return;
      case 'mesh':
        delete this.#globals.isMeshEnabled;
        return;
      case 'reflector':
        this.#reflectors.delete(key);
        return;
      case 'pool':
        this.#pools.delete(key);
        return;
      case 'block':
        this.#blocks.delete(key);
        return;
      case 'custom-filter':
        this.#customFilters.delete(key);
        return;
      default:
        this.#removeOfNode(key, resource);
    }
  }

  #removeOfNode(key: string, resource: Extract<Resource, { readonly nodeName?: string }>): void {
    if (resource.nodeName !== undefined) {
      this.#nodes.remove(resource.nodeName, key);
    } else if (resource.kind === 'peer') {
      this.#globalPeers.delete(key);
    } else {
      delete this.#globals.logLevel;
    }
  }
}
