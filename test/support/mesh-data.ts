/**
 * The data: N hosts as Calico 2.x writes them, 3 N + 7 keys, and what the configuration must hold at any time.
 *
 * The node under test is none of the N, so that each host is one session of its mesh.
 */

const BGP = '/calico/bgp/v1';
const DEFAULT_ASN = '64512';
/** Addresses are 10.GENERATION.x.y with the host's number in x.y: a host has up to this many addresses. */
const GENERATIONS = 240;

/** The data set, and the model of what is in etcd. */
export class MeshData {
  readonly hosts: number;
  readonly #addresses = new Map<number, string>();
  readonly #generations = new Map<number, number>();

  /** @param hosts - 1 to 65,535 */
  constructor(hosts: number) {
    this.hosts = hosts;
    for (let host = 1; host <= hosts; host++) {
      this.nextAddress(host);
    }
  }

  /** How many of what, for a heading. */
  get title(): string {
    return `${this.hosts} hosts`;
  }

  /** All keys with their values as they are now. */
  entries(): [string, string][] {
    const entries: [string, string][] = [
      [`${BGP}/global/as_num`, DEFAULT_ASN],
      [`${BGP}/global/node_mesh`, '{"enabled":true}'],
      [`${BGP}/global/loglevel`, 'info'],
    ];
    for (const octet of [240, 241, 242, 243]) {
      const pool = { cidr: `10.${octet}.0.0/16`, ipip: '', masquerade: true, disabled: false };
      entries.push([`/calico/v1/ipam/v4/pool/10.${octet}.0.0-16`, JSON.stringify(pool)]);
    }
    for (const [host, address] of this.#addresses) {
      entries.push([this.addressKey(host), address]);
      entries.push([`${hostFolder(host)}/network_v4`, `10.0.${host >> 8}.0/24`]);
      entries.push([`${hostFolder(host)}/as_num`, DEFAULT_ASN]);
    }
    return entries;
  }

  /** The keys of all addresses with their values as they are now. */
  addresses(): [string, string][] {
    return [...this.#addresses].map(([host, address]) => [this.addressKey(host), address]);
  }

  /** The key that holds a host's address, with its value as it is now. */
  entryOf(host: number): [string, string] {
    return [this.addressKey(host), this.addressOf(host)];
  }

  /** A host's address in the model. Hosts count from 1. */
  addressOf(host: number): string {
    return this.#addresses.get(host) ?? '';
  }

  /** The key of a host's address. */
  addressKey(host: number): string {
    return `${hostFolder(host)}/ip_addr_v4`;
  }

  /** Gives a host an address that nothing has had lately, in the model; the caller writes it to etcd. */
  nextAddress(host: number): string {
    const generation = this.#generations.get(host) ?? 0;
    this.#generations.set(host, (generation + 1) % GENERATIONS);
    const address = `10.${generation}.${host >> 8}.${host & 255}`;
    this.#addresses.set(host, address);
    return address;
  }

  /** Takes a host's address away in the model: it has no session until `nextAddress`. */
  dropAddress(host: number): void {
    this.#addresses.delete(host);
  }

  /** The sessions that must exist, as `sessionsOf` gives them. */
  expectedSessions(): string {
    return sortedLines([...this.#addresses.values()].map((address) => `${address} ${DEFAULT_ASN}`));
  }

  /** The names that BIRD's BGP protocols must have, as `protocolsOf` gives them. */
  expectedProtocols(): string {
    const names = [...this.#addresses.values()].map((a) => `Mesh_${a.replaceAll('.', '_')}`);
    return sortedLines(names);
  }
}

/** The sessions that a configuration's text plans: address and AS number each. */
export function sessionsOf(config: string): string {
  const lines = config.matchAll(/^ *neighbor (\S+) as (\d+);/gm);
  return sortedLines(Array.from(lines, ([, address, asn]) => `${address} ${asn}`));
}

/** The names of the BGP protocols in the answer to `show protocols`. */
export function protocolsOf(answer: string): string {
  return sortedLines(Array.from(answer.matchAll(/^(\S+) +BGP /gm), ([, name = '']) => name));
}

/** When each BGP protocol was started last, by its name, in the answer to `show protocols`. */
export function sincesOf(answer: string): ReadonlyMap<string, string> {
  const lines = answer.matchAll(/^(\S+) +BGP +\S+ +\S+ +(\S+)/gm);
  return new Map(Array.from(lines, ([, name = '', since = '']) => [name, since]));
}

/** What is searched for to see whether a configuration has a host's new address. */
export function neighborText(address: string): string {
  return `neighbor ${address} as `;
}

function hostFolder(host: number): string {
  return `${BGP}/host/host-${String(host).padStart(5, '0')}`;
}

/** Lines, and texts of several, as one text in order. */
export function sortedLines(texts: readonly string[]): string {
  return texts.join('\n').split('\n').sort().join('\n');
}
