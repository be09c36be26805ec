/**
 * The data of a cluster of today: N Nodes of Calico 3, and beside them what a large cluster has. Half of its BGPPeers lead the nodes
 * of one rack to the router of that rack, by a BGPFilter; the other half select every node, and the nodes of a rack as its peers,
 * which the mesh has already.
 */
import { NODE_ADDRESS } from '../support/lone-bird.js';
import { MeshData, sortedLines } from '../support/mesh-data.js';

const RESOURCES = '/calico/resources/v3/projectcalico.org';
const PEERS = 200;
const RACKS = PEERS / 2;
const FILTERS = 50;
const BLOCKS_A_NODE = 3;
const ROUTER_ASN = 64600;
/** The rack of the node under test. */
const OWN_RACK = 0;
const OWN_NAME = 'bench-node';

/** The data set, and the model of what is in etcd. */
export class Calico3Data extends MeshData {
  /** How often each node's label was changed. */
  readonly #labelChanges = new Map<number, number>();

  override get title(): string {
    return `${this.hosts} v3 nodes`;
  }

  override entries(): [string, string][] {
    const hosts = Array.from({ length: this.hosts }, (_, index) => index + 1);
    return [
      resource('bgpconfigurations', 'default', { asNumber: 64512, logSeverityScreen: 'Info' }),
      ...Array.from({ length: FILTERS }, (_, index) => filterOf(index)),
      ...Array.from({ length: RACKS }, (_, rack) => routerPeerOf(rack)),
      ...Array.from({ length: PEERS - RACKS }, (_, rack) => rackPeerOf(rack)),
      ...[240, 241, 242, 243].map((octet) => poolOf(octet)),
      nodeOf(OWN_NAME, NODE_ADDRESS, OWN_RACK, 0),
      ...hosts.map((host) => this.entryOf(host)),
      ...[OWN_NAME, ...hosts.map(nameOf)].flatMap(blocksOf),
    ];
  }

  override entryOf(host: number): [string, string] {
    const change = this.#labelChanges.get(host) ?? 0;
    return nodeOf(nameOf(host), this.addressOf(host), host % RACKS, change);
  }

  /** Gives a host another value of a label that no selector names, in the model. */
  nextLabel(host: number): void {
    this.#labelChanges.set(host, (this.#labelChanges.get(host) ?? 0) + 1);
  }

  override expectedSessions(): string {
    return sortedLines([super.expectedSessions(), `${routerOf(OWN_RACK)} ${ROUTER_ASN}`]);
  }

  override expectedProtocols(): string {
    const router = `Node_${routerOf(OWN_RACK).replaceAll('.', '_')}`;
    return sortedLines([super.expectedProtocols(), router]);
  }
}

function resource(
  plural: string,
  name: string,
  spec: object,
  metadata: object = {},
): [string, string] {
  const uid = `11111111-2222-3333-4444-${name.slice(-12).padStart(12, '0')}`;
  const document = {
    kind: plural,
    apiVersion: 'projectcalico.org/v3',
    metadata: { name, uid, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec,
  };
  return [`${RESOURCES}/${plural}/${name}`, JSON.stringify(document)];
}

function nodeOf(
  name: string,
  address: string,
  rack: number,
  labelChange: number,
): [string, string] {
  const labels = {
    'beta.kubernetes.io/arch': 'amd64',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'kubernetes.io/hostname': name,
    'topology.kubernetes.io/zone': `zone-${rack % 3}`,
    rack: `rack-${rack}`,
    kernel: `6.1.${labelChange}`,
  };
  const spec = {
    bgp: { ipv4Address: `${address}/24`, ipv4IPIPTunnelAddr: '198.18.0.1' },
    addresses: [{ address: `${address}/24`, type: 'CalicoNodeIP' }],
    orchRefs: [{ nodeName: name, orchestrator: 'k8s' }],
  };
  return resource('nodes', name, spec, { labels });
}

function routerPeerOf(rack: number): [string, string] {
  return resource('bgppeers', `router-${rack}`, {
    nodeSelector: `rack == "rack-${rack}"`,
    peerIP: routerOf(rack),
    asNumber: ROUTER_ASN,
    filters: [`filter-${rack % FILTERS}`],
  });
}

function rackPeerOf(rack: number): [string, string] {
  return resource('bgppeers', `rack-${rack}`, {
    nodeSelector: 'kubernetes.io/os == "linux"',
    peerSelector: `rack == "rack-${rack}" && !has(drained)`,
  });
}

function filterOf(index: number): [string, string] {
  const rule = (octet: number) => ({
    action: 'Reject',
    matchOperator: 'In',
    cidr: `192.168.${octet}.0/24`,
  });
  return resource('bgpfilters', `filter-${index}`, {
    importV4: [rule(index), rule(index + 100)],
    exportV4: [rule(index)],
  });
}

function poolOf(octet: number): [string, string] {
  const spec = { cidr: `10.${octet}.0.0/16`, ipipMode: 'Never', vxlanMode: 'Never' };
  return resource('ippools', `pool-${octet}`, { ...spec, natOutgoing: true, blockSize: 26 });
}

/** The blocks of the node that is the `index`th of all. */
function blocksOf(name: string, index: number): [string, string][] {
  return Array.from({ length: BLOCKS_A_NODE }, (_, own) => {
    const number = index * BLOCKS_A_NODE + own;
    const block = `10.${240 + (number >> 10)}.${(number >> 2) & 255}.${(number & 3) * 64}-26`;
    return [`/calico/ipam/v2/host/${name}/ipv4/block/${block}`, '{"state":"confirmed"}'];
  });
}

function routerOf(rack: number): string {
  return `192.168.0.${rack + 1}`;
}

function nameOf(host: number): string {
  return `host-${String(host).padStart(5, '0')}`;
}
