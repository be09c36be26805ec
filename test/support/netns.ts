/**
 * A network of hosts on one machine: network namespaces, each joined by a veth pair to the bridge of one more.
 *
 * All names start with `bk-PID-RANDOM-`: a run meets no other run's namespaces, and those of a run that was killed are
 * known by their dead process and removed by the next one. Nothing outside of the namespaces is touched. Needs root.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.js';
import { BackgroundCommand, type CommandOptions, runCommand } from './command.js';
import { tools } from './tools.js';

/** What a host has on its one interface, `eth0`. */
export interface HostLink {
  /** With prefix lengths: `172.17.42.31/16`. */
  readonly addresses: readonly string[];
  /** Next hop of the default route; none unless told. */
  readonly gateway?: string;
}

/** A workload as Calico makes it: a namespace behind a veth pair, reached by a route to its single address. */
export interface WorkloadLink {
  /** The host's end: `cali` and up to 11 characters. */
  readonly interfaceName: string;
  /** An IPv4 address without length. */
  readonly address: string;
  /** Of the route to it: 1024 is what Calico 3.32 and later give it; none unless told. */
  readonly metric?: number;
}

/** Hosts on one bridge. `dispose` removes them all, and so does the end of the process. */
export class Network {
  /** What all names of this network start with. */
  readonly id: string;
  /** A temporary folder of that name, for whatever runs in the network; it goes with it. */
  readonly dir: string;
  readonly bridge: Namespace;
  readonly #namespaces: Namespace[] = [];
  readonly #forget: () => void;

  private constructor() {
    this.id = `bk-${process.pid}-${randomBytes(2).toString('hex')}`;
    this.dir = join(tmpdir(), this.id);
    mkdirSync(this.dir, { mode: 0o700 });
    this.bridge = new Namespace(this.id, 'bridge');
    this.#forget = atExit(() => this.#removeNow());
  }

  /** A bridge without hosts. @param addresses - the bridge's own, with prefix lengths: the hosts' gateway */
  static async create(addresses: readonly string[]): Promise<Network> {
    removeLeftovers();
    const network = new Network();
    try {
      await network.#add(network.bridge);
      await network.bridge.ipBatch([
        'link add br0 type bridge',
        ...addresses.map((address) => addAddress(address, 'br0')),
        'link set br0 up',
      ]);
    } catch (error) {
      await network.dispose();
      throw error;
    }
    return network;
  }

  /** Joins a host to the bridge. */
  async addHost(name: string, { addresses, gateway }: HostLink): Promise<Namespace> {
    const host = await this.#add(new Namespace(this.id, name));
    const port = `v${this.#namespaces.length}`;
    await this.bridge.ipBatch([
      `link add ${port} type veth peer name eth0 netns ${host.id}`,
      `link set ${port} master br0 up`,
    ]);
    await host.ipBatch([
      ...addresses.map((address) => addAddress(address, 'eth0')),
      'link set eth0 up',
      ...(gateway === undefined ? [] : [`route add default via ${gateway}`]),
    ]);
    await host.exec('sh', ['-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
    return host;
  }

  /** Puts a workload behind a host, the way Calico's CNI plugin does it: the host answers ARP for everything. */
  async addWorkload(host: Namespace, link: WorkloadLink): Promise<Namespace> {
    const { interfaceName, address, metric = 0 } = link;
    const workload = await this.#add(new Namespace(this.id, `${host.name}-${interfaceName}`));
    await host.ipBatch([
      `link add ${interfaceName} type veth peer name eth0 netns ${workload.id}`,
      `link set ${interfaceName} address ee:ee:ee:ee:ee:ee up`,
      `route add ${address} dev ${interfaceName} scope link metric ${metric}`,
    ]);
    // Linux waits up to 0.8 s before it answers ARP for others; Calico's Felix turns that off as well.
    const [conf, neigh] = ['conf', 'neigh'].map((d) => `/proc/sys/net/ipv4/${d}/${interfaceName}`);
    await host.exec('sh', ['-c', `echo 1 >${conf}/proxy_arp; echo 0 >${neigh}/proxy_delay`]);
    await workload.ipBatch([
      `addr add ${address}/32 dev eth0`,
      'link set eth0 up',
      'route add 169.254.1.1 dev eth0 scope link',
      'route add default via 169.254.1.1 dev eth0',
    ]);
    return workload;
  }

  /** Gives a host an interface `tunl0`: an `ifb` device, since a kernel need not have IP-in-IP, and routes are all we look at. */
  async addTunnel(host: Namespace, address: string): Promise<void> {
    await host.ipBatch([
      'link add tunl0 type ifb',
      `addr add ${address}/32 dev tunl0`,
      'link set tunl0 up',
    ]);
  }

  /** Ends all that runs in the namespaces, and removes them. */
  async dispose(): Promise<void> {
    for (const namespace of this.#namespaces) {
      await namespace.stopAll();
    }
    this.#removeNow();
    this.#forget();
  }

  async #add(namespace: Namespace): Promise<Namespace> {
    this.#namespaces.push(namespace);
    await runCommand(tools.ip, ['netns', 'add', namespace.id]);
    await namespace.ipBatch(['link set lo up']);
    return namespace;
  }

  #removeNow(): void {
    for (const { id } of this.#namespaces.splice(0)) {
      removeNamespace(id);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** One network namespace: a host, a workload, or the bridge. */
export class Namespace {
  /** What the host is called in the network: `kube-node1`. */
  readonly name: string;
  /** What `ip netns` calls it. */
  readonly id: string;
  readonly #background: BackgroundCommand[] = [];

  constructor(networkId: string, name: string) {
    this.name = name;
    this.id = `${networkId}-${name}`;
  }

  /** Runs a command here to its end; gives what it printed. @throws {CommandFailedError} */
  exec(command: string, args: readonly string[], options?: CommandOptions): Promise<string> {
    return runCommand(tools.ip, ['netns', 'exec', this.id, command, ...args], options);
  }

  /** Starts a command here that goes on running until it is stopped or the network is disposed of. */
  start(command: string, args: readonly string[], logFile: string): BackgroundCommand {
    // `ip netns exec` becomes the command: one process, one id.
    const arguments_ = ['netns', 'exec', this.id, command, ...args];
    const background = new BackgroundCommand(tools.ip, arguments_, logFile);
    this.#background.push(background);
    return background;
  }

  /** Runs `ip ARGS` here. */
  ip(...args: readonly string[]): Promise<string> {
    return runCommand(tools.ip, ['-n', this.id, ...args]);
  }

  /** Runs several `ip` commands here; the first that fails ends it. */
  async ipBatch(lines: readonly string[]): Promise<void> {
    await runCommand(tools.ip, ['-n', this.id, '-batch', '-'], { input: lines.join('\n') });
  }

  /** `ip route show` (`ip -6 route show`), without the blanks that iproute2 leaves at the ends of lines. */
  async routes(family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<string> {
    const text = await this.ip(family === 'ipv4' ? '-4' : '-6', 'route', 'show');
    return text.replaceAll(/ +$/gm, '').trimEnd();
  }

  /** Kills all that was started here and still runs, and waits for its end. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#background.splice(0).map((command) => command.stop('SIGKILL')));
  }
}

const NETNS_FOLDER = '/run/netns';

/** Removes the namespaces and folders of runs whose process has ended without doing so. */
export function removeLeftovers(): void {
  const namespaces = existsSync(NETNS_FOLDER) ? readdirSync(NETNS_FOLDER).filter(isOwnerDead) : [];
  for (const name of namespaces) {
    removeNamespace(name);
  }
  for (const name of readdirSync(tmpdir()).filter(isOwnerDead)) {
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isOwnerDead(name: string): boolean {
  const pid = /^bk-(\d+)-[0-9a-f]{4}/.exec(name)?.[1];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

/** Kills what runs in the namespace, also what its commands have started, and deletes it. Never throws. */
function removeNamespace(id: string): void {
  for (const pid of ipNow(['netns', 'pids', id]).split('\n')) {
    kill(Number(pid));
  }
  ipNow(['netns', 'delete', id]);
}

function ipNow(args: readonly string[]): string {
  try {
    return execFileSync(tools.ip, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // It is gone already, or another run removes it at this moment.
    return '';
  }
}

function kill(pid: number): void {
  try {
    if (pid > 0) {
      process.kill(pid, 'SIGKILL');
    }
  } catch {
    // It has ended by itself.
  }
}

function addAddress(address: string, device: string): string {
  // Duplicate address detection would keep an IPv6 address unusable for a second.
  return `addr add ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`;
}
