import type { NodeFact } from './fact.js';
import type { Node, NodeAddress, SourcedAsn } from './node.js';
import { SortedTable } from './sorted-table.js';

/** The nodes of a cluster, by name, out of the facts about each. A node is built anew only when a fact about it changed. */
export class NodeTable {
  /** By node name, then by key. */
  readonly #facts = new Map<string, Map<string, NodeFact[]>>();
  readonly #changed = new Set<string>();
  readonly #nodes = new SortedTable<Node>();

  /** Takes in a fact that the entry at `key` gives. */
  add(key: string, fact: NodeFact): void {
    let byKey = this.#facts.get(fact.nodeName);
    if (byKey === undefined) {
      byKey = new Map();
      this.#facts.set(fact.nodeName, byKey);
    }
    const facts = byKey.get(key);
    if (facts === undefined) {
      byKey.set(key, [fact]);
    } else {
      facts.push(fact);
    }
    this.#changed.add(fact.nodeName);
  }

  /** Forgets all that the entry at `key` said about the node `name`; a node about which nothing is said is gone. */
  remove(key: string, name: string): void {
    const byKey = this.#facts.get(name);
    byKey?.delete(key);
    if (byKey?.size === 0) {
      this.#facts.delete(name);
    }
    this.#changed.add(name);
  }

  /** All nodes sorted by name. */
  list(): readonly Node[] {
    for (const name of this.#changed) {
      const byKey = this.#facts.get(name);
      if (byKey === undefined) {
        this.#nodes.delete(name);
      } else {
        this.#nodes.set(name, nodeOf(name, byKey));
      }
    }
    this.#changed.clear();
    return this.#nodes.list();
  }
}

/** The node that the facts of each key describe. What a later key says stands (fact.ts). */
function nodeOf(name: string, byKey: ReadonlyMap<string, readonly NodeFact[]>): Node {
  const addresses: { ipv4?: NodeAddress; ipv6?: NodeAddress } = {};
  const networks: { -readonly [F in keyof Node['networks']]: Node['networks'][F] } = {};
  const own: { asn?: SourcedAsn; logLevel?: NonNullable<Node['logLevel']> } = {};
  for (const [origin, facts] of [...byKey].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const fact of facts) {
      switch (fact.kind) {
        case 'node-address':
          if (fact.address === undefined) {
            delete addresses[fact.family];
          } else {
            addresses[fact.family] = { address: fact.address, origin };
          }
          break;
        case 'node-network':
          if (fact.network === undefined) {
            delete networks[fact.family];
          } else {
            networks[fact.family] = fact.network;
          }
          break;
        case 'node-asn':
          own.asn = { asn: fact.asn, origin };
          break;
        case 'node-log-level':
          own.logLevel = fact.level;
          break;
      }
    }
  }
  return { name, addresses, networks, ...own };
}
