/** Nodes, each built anew only when one of the entries about it changed. */

import type { Node, NodeAddress } from './node.js';
import type { Resource } from './resource.js';
import { SortedTable } from './sorted-table.js';

/** A resource that says something about one node. */
export type NodeResource = Extract<Resource, { readonly nodeName?: string }>;

/** The nodes of a cluster, by name, out of the resources about each. */
export class NodeTable {
  readonly #resources = new Map<string, Map<string, NodeResource>>();
  readonly #changed = new Set<string>();
  readonly #nodes = new SortedTable<Node>();

  /** Takes in what the entry at `key` says about the node `name`. */
  add(name: string, key: string, resource: NodeResource): void {
    let resources = this.#resources.get(name);
    if (resources === undefined) {
      resources = new Map();
      this.#resources.set(name, resources);
    }
    resources.set(key, resource);
    this.#changed.add(name);
  }

  /** Forgets what the entry at `key` said about the node `name`; a node about which nothing is said is gone. */
  remove(name: string, key: string): void {
    const resources = this.#resources.get(name);
    resources?.delete(key);
    if (resources?.size === 0) {
      this.#resources.delete(name);
    }
    this.#changed.add(name);
  }

  /** All nodes sorted by name. */
  list(): readonly Node[] {
    for (const name of this.#changed) {
      const resources = this.#resources.get(name);
      if (resources === undefined) {
        this.#nodes.delete(name);
      } else {
        this.#nodes.set(name, nodeOf(name, resources));
      }
    }
    this.#changed.clear();
    return this.#nodes.list();
  }
}

/** The node that `resources`, by their keys, describe. */
function nodeOf(name: string, resources: ReadonlyMap<string, NodeResource>): Node {
  const addresses: { ipv4?: NodeAddress; ipv6?: NodeAddress } = {};
  const networks: { -readonly [F in keyof Node['networks']]: Node['networks'][F] } = {};
  const own: { asn?: number; logLevel?: NonNullable<Node['logLevel']> } = {};
  const peers: Node['peers'][number][] = [];
  for (const [origin, resource] of resources) {
    switch (resource.kind) {
      case 'node-address':
        if (resource.address !== undefined) {
          addresses[resource.family] = { address: resource.address, origin };
        }
        break;
      case 'node-network':
        if (resource.network !== undefined) {
          networks[resource.family] = resource.network;
        }
        break;
      case 'node-asn':
        own.asn = resource.asn;
        break;
      case 'log-level':
        own.logLevel = resource.level;
        break;
      case 'peer':
        peers.push(resource.peer);
        break;
    }
  }
  // In the order of keys, not of arrival: the same entries must give the same bytes.
  peers.sort((a, b) => (a.origin < b.origin ? -1 : 1));
  return { name, addresses, networks, ...own, peers };
}
