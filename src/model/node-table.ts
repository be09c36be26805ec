import { AddressClaims } from './address-claims.js';
import type { Cluster } from './cluster.js';
import type { NodeFact } from './fact.js';
import type { Node, NodeAddress } from './node.js';
import { SortedTable } from './sorted-table.js';

/**
 * The nodes of a cluster, by name, out of the facts about each. A node is built anew only when a fact about it changed: building
 * all of 5,000 at each pass would cost 6 ms.
 */
export class NodeTable {
  /** By node name, then by key. */
  readonly #facts = new Map<string, Map<string, NodeFact[]>>();
  readonly #changed = new Set<string>();
  readonly #nodes = new SortedTable<Node>();
  readonly #unaddressed = new Set<string>();
  readonly #claims = new AddressClaims();

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

  /** All nodes sorted by name, and those of them that have no address or share one. */
  list(): Pick<Cluster, 'nodes' | 'unaddressed' | 'contested'> {
    for (const name of this.#changed) {
      const byKey = this.#facts.get(name);
      const node = byKey && nodeOf(name, byKey);
      this.#claims.change(this.#nodes.get(name), node);
      if (node === undefined) {
        this.#nodes.delete(name);
      } else {
        this.#nodes.set(name, node);
      }
      if (node !== undefined && isUnaddressed(node)) {
        this.#unaddressed.add(name);
      } else {
        this.#unaddressed.delete(name);
      }
    }
    this.#changed.clear();
    return {
      nodes: this.#nodes.list(),
      unaddressed: [...this.#unaddressed].sort(),
      contested: this.#claims.contested(),
    };
  }
}

function isUnaddressed({ addresses }: Node): boolean {
  return addresses.ipv4 === undefined && addresses.ipv6 === undefined;
}

/** The node that the facts of each key describe. What a later key says stands (fact.ts). */
function nodeOf(name: string, byKey: ReadonlyMap<string, readonly NodeFact[]>): Node {
  const addresses: { ipv4?: NodeAddress; ipv6?: NodeAddress } = {};
  const networks: { -readonly [F in keyof Node['networks']]: Node['networks'][F] } = {};
  const own: { -readonly [P in keyof Omit<Node, 'name' | 'addresses' | 'networks'>]: Node[P] } = {};
  for (const [origin, facts] of inOrder(byKey)) {
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
        case 'node-doubt':
          own.isInDoubt = true;
          break;
        case 'node-log-level':
          own.logLevel = fact.level;
          break;
        case 'node-labels':
          own.labels = fact.labels;
          break;
        case 'node-cluster-id':
          own.clusterId = fact.clusterId;
          break;
        case 'node-listen-port':
          own.listenPort = fact.port;
          break;
        case 'node-wireguard-address':
          own.wireguardAddresses = { ...own.wireguardAddresses, [fact.family]: fact.address };
          break;
        case 'node-advertisements':
          own.advertisements = fact.advertisements;
          break;
        case 'node-pod-prefixes':
          own.podPrefixes = fact.prefixes;
          break;
      }
    }
  }
  return { name, addresses, networks, ...own };
}

/** `byKey` in the order of keys. A snapshot brings them so, and to sort for each of 5,000 nodes would cost a start 10 ms. */
function inOrder<T>(byKey: ReadonlyMap<string, T>): Iterable<readonly [string, T]> {
  let last = '';
  for (const key of byKey.keys()) {
    if (key < last) {
      return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
    }
    last = key;
  }
  return byKey;
}
