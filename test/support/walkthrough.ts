/**
 * The walkthrough: three Calico nodes in one layer-2 network, and what an operator does with them, step by step.
 *
 * Demo and end-to-end tests run the same steps; a step checks what must be seen and throws when it isn't. The expected
 * routes are written out as `ip route show` prints them, with the names and addresses of the original walkthrough.
 */
import type { Lab } from './lab.js';
import type { BirdKind } from './lab-bird.js';
import type { LabHost, LabHostOptions } from './lab-host.js';

/** Hears what a walkthrough does. The demo prints it; tests need not listen. */
export interface Narrator {
  /** A step begins. */
  step(title: string): void;
  /** A command was run on a host, and printed this. */
  ran(host: string, command: string, output: string): void;
  /** Something was checked, and is as it must be. */
  checked(what: string): void;
}

/** Each host with its address, in the order of the lab: etcd runs on the first. */
export function walkthroughHosts(bird: BirdKind): readonly LabHostOptions[] {
  return [
    { name: 'kube-master', address: '172.17.42.30', bird },
    {
      name: 'kube-node1',
      address: '172.17.42.31',
      bird,
      workloads: [{ interfaceName: 'cali1f3c9fa633a', address: '192.168.0.2' }],
    },
    {
      name: 'kube-node2',
      address: '172.17.42.32',
      bird,
      workloads: [
        { interfaceName: 'cali03adc9f233a', address: '192.168.0.64' },
        { interfaceName: 'calicb1a3b2633b', address: '192.168.0.65' },
      ],
    },
  ];
}

/** What Calico has written to etcd before the walkthrough begins. */
const calicoKeys: Readonly<Record<string, string>> = {
  '/calico/bgp/v1/global/as_num': '65100',
  '/calico/bgp/v1/global/loglevel': 'info',
  '/calico/bgp/v1/host/kube-master/ip_addr_v4': '172.17.42.30',
  '/calico/bgp/v1/host/kube-master/network_v4': '172.17.0.0/16',
  '/calico/bgp/v1/host/kube-node1/ip_addr_v4': '172.17.42.31',
  '/calico/bgp/v1/host/kube-node1/network_v4': '172.17.0.0/16',
  '/calico/bgp/v1/host/kube-node2/ip_addr_v4': '172.17.42.32',
  '/calico/bgp/v1/host/kube-node2/network_v4': '172.17.0.0/16',
  '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16","masquerade":true}',
  '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
  '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
};

const NODE_MESH_KEY = '/calico/bgp/v1/global/node_mesh';

/** Routes of each host while routes are exchanged, by mesh or by reflector. */
const routesWithPeers: Readonly<Record<string, string>> = {
  'kube-master': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.30
192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird
192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird`,
  'kube-node1': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.31
blackhole 192.168.0.0/26 proto bird
192.168.0.2 dev cali1f3c9fa633a scope link
192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird`,
  'kube-node2': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.32
192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird
192.168.0.64 dev cali03adc9f233a scope link
blackhole 192.168.0.64/26 proto bird
192.168.0.65 dev calicb1a3b2633b scope link`,
};

/** Routes of each host while nobody has a session: what is its own stays. */
const routesAlone: Readonly<Record<string, string>> = {
  'kube-master': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.30`,
  'kube-node1': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.31
blackhole 192.168.0.0/26 proto bird
192.168.0.2 dev cali1f3c9fa633a scope link`,
  'kube-node2': `default via 172.17.42.1 dev eth0
172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.32
192.168.0.64 dev cali03adc9f233a scope link
blackhole 192.168.0.64/26 proto bird
192.168.0.65 dev calicb1a3b2633b scope link`,
};

/** The steps of the walkthrough, on one lab. */
export class Walkthrough {
  readonly #lab: Lab;
  readonly #narrator: Narrator;

  constructor(lab: Lab, narrator: Narrator) {
    this.#lab = lab;
    this.#narrator = narrator;
  }

  /** Before step 1: Calico's keys are in etcd, and BIRD and birdkeeper run on every host. */
  async start(): Promise<void> {
    const { hosts } = this.#lab;
    this.#narrator.step('etcd holds what Calico wrote; on each host BIRD and birdkeeper start');
    for (const [key, value] of Object.entries(calicoKeys)) await this.#put(key, value);
    await this.#lab.startAll();
    for (const host of hosts) {
      this.#narrator.ran(host.name, `birdkeeper ${host.runArguments.join(' ')} &`, '');
    }
  }

  /** Step 1 (and the way back from step 3): with the mesh each node has the other's block, and workloads reach each other. */
  async meshOn(): Promise<void> {
    this.#narrator.step('The node-to-node mesh is on: each node learns the blocks of the others');
    await this.#put(NODE_MESH_KEY, '{"enabled": true}');
    await this.#expectSessions((other) => `Mesh_${other.address.replaceAll('.', '_')}`);
    await this.#expectRoutes(routesWithPeers);
    await this.#expectPings(true);
  }

  /** Step 3: without mesh and peers the other nodes' blocks go; blackhole and workload routes stay. */
  async meshOff(): Promise<void> {
    this.#narrator.step(
      'The mesh is turned off and nothing takes its place: the blocks of others go',
    );
    await this.#put(NODE_MESH_KEY, '{"enabled": false}');
    await this.#expectSessions(() => undefined);
    await this.#expectRoutes(routesAlone);
    await this.#expectPings(false);
  }

  async #put(key: string, value: string): Promise<void> {
    const output = await this.#lab.etcdctl('put', key, value);
    const [first] = this.#lab.hosts;
    this.#narrator.ran(first?.name ?? '', `etcdctl put ${key} '${value}'`, output);
  }

  async #expectSessions(nameFor: (other: LabHost) => string | undefined): Promise<void> {
    for (const host of this.#lab.hosts) {
      const others = this.#lab.hosts.filter((other) => other !== host);
      const names = others.map(nameFor).filter((name) => name !== undefined);
      await host.waitForSessions(names);
      const output = await host.bird.birdc('show protocols');
      this.#narrator.ran(host.name, 'birdc show protocols', output);
      const sessions = names.length > 0 ? `established: ${names.join(', ')}` : 'none';
      this.#narrator.checked(`${host.name}: BGP sessions ${sessions}`);
    }
  }

  async #expectRoutes(expected: Readonly<Record<string, string>>): Promise<void> {
    for (const host of this.#lab.hosts) {
      const routes = expected[host.name] ?? '';
      await host.waitForRoutes(routes);
      this.#narrator.ran(host.name, 'ip route show', await host.routes());
      this.#narrator.checked(
        `${host.name}: these ${routes.split('\n').length} routes and no other`,
      );
    }
  }

  async #expectPings(isAnswered: boolean): Promise<void> {
    const pings = [
      ['kube-node1', '192.168.0.2', '192.168.0.64'],
      ['kube-node2', '192.168.0.65', '192.168.0.2'],
    ] as const;
    for (const [name, from, to] of pings) {
      const output = await this.#lab.host(name).ping(from, to);
      this.#narrator.ran(`workload ${from}`, `ping -c 1 -W 1 ${to}`, output);
      const wanted = isAnswered ? ' 1 received' : ' 0 received';
      if (!output.includes(wanted)) {
        throw new Error(
          `ping from ${from} to ${to} must say "${wanted.trim()}", and says\n${output}`,
        );
      }
      const outcome = isAnswered ? 'is answered' : 'is not answered';
      this.#narrator.checked(`a ping from ${from} to ${to} ${outcome}`);
    }
  }
}
