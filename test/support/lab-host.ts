/** One host of the lab: its namespace, its workloads, its BIRD, and the birdkeeper that looks after it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackgroundCommand } from './command.js';
import { type BirdKind, LabBird, type LabSession } from './lab-bird.js';
import type { Namespace, Network, WorkloadLink } from './netns.js';
import { projectRoot } from './tools.js';
import { waitFor } from './wait-for.js';

/** What a host of the lab is to be. */
export interface LabHostOptions {
  readonly name: string;
  /** Its IPv4 address, without length; also its router id. */
  readonly address: string;
  readonly bird: BirdKind;
  /** `node` unless told. */
  readonly role?: 'node' | 'reflector';
  readonly workloads?: readonly WorkloadLink[];
  /** An address for a stand-in `tunl0`; no such interface unless told. */
  readonly tunnelAddress?: string;
}

/** What hosts have in common. */
export interface LabSite {
  readonly network: Network;
  readonly etcdUrl: string;
  /** Length of the hosts' network. */
  readonly prefixLength: number;
  readonly gateway: string;
}

/** The built program; `npm run build` makes it. */
const program = join(projectRoot, 'dist/main.js');

/** One host of a lab. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly dir: string;
  readonly namespace: Namespace;
  readonly bird: LabBird;
  readonly #options: LabHostOptions;
  readonly #etcdUrl: string;
  readonly #workloads = new Map<string, Namespace>();
  #birdkeeper: BackgroundCommand | undefined;

  private constructor(options: LabHostOptions, site: LabSite, namespace: Namespace) {
    this.name = options.name;
    this.address = options.address;
    this.dir = join(site.network.dir, options.name);
    this.namespace = namespace;
    this.#options = options;
    this.#etcdUrl = site.etcdUrl;
    const place = { dir: this.dir, routerId: options.address };
    this.bird = new LabBird(options.bird, namespace, place);
  }

  /** Makes the host, with interface and workloads; nothing runs on it yet. */
  static async create(options: LabHostOptions, site: LabSite): Promise<LabHost> {
    const namespace = await site.network.addHost(options.name, {
      addresses: [`${options.address}/${site.prefixLength}`],
      gateway: site.gateway,
    });
    const host = new LabHost(options, site, namespace);
    await mkdir(host.dir, { recursive: true });
    for (const link of options.workloads ?? []) {
      host.#workloads.set(link.address, await site.network.addWorkload(namespace, link));
    }
    if (options.tunnelAddress) await site.network.addTunnel(namespace, options.tunnelAddress);
    return host;
  }

  /** What `birdkeeper` is called with here, before the command's own options. */
  get etcdOptions(): readonly string[] {
    return ['--etcd-endpoints', this.#etcdUrl];
  }

  /** The arguments of the daemon here. */
  get runArguments(): readonly string[] {
    const { role = 'node' } = this.#options;
    const address = role === 'reflector' ? ['--ip', this.address] : [];
    return [
      ...['run', '--role', role, '--node', this.name, ...address],
      ...this.etcdOptions,
      ...this.bird.birdkeeperOptions,
    ];
  }

  /** Files with what has been said here. */
  get logFiles(): readonly string[] {
    return [join(this.dir, 'birdkeeper.log'), ...this.bird.logFiles];
  }

  /** The running daemon. @throws when it was not started */
  get birdkeeper(): BackgroundCommand {
    if (this.#birdkeeper === undefined) throw new Error(`no birdkeeper on ${this.name}`);
    return this.#birdkeeper;
  }

  /** Starts `birdkeeper run`, and does not wait. @param args - further options, which win over the lab's */
  startBirdkeeper(args: readonly string[] = []): void {
    const arguments_ = [program, ...this.runArguments, ...args];
    const logFile = join(this.dir, 'birdkeeper.log');
    this.#birdkeeper = this.namespace.start(process.execPath, arguments_, logFile);
  }

  /** Waits until birdkeeper has written a first configuration. @throws when birdkeeper ends before */
  async waitForConfig(): Promise<void> {
    await waitFor(() => this.bird.hasConfig || !this.birdkeeper.isRunning, {
      what: `a first configuration on ${this.name}`,
    });
    if (!this.bird.hasConfig) throw new Error(`birdkeeper on ${this.name} ended at once`);
  }

  /** Runs another command of birdkeeper's here to its end (`['bgp', 'node-mesh']`); gives its output. */
  run(command: readonly string[]): Promise<string> {
    return this.namespace.exec(process.execPath, [program, ...command, ...this.etcdOptions]);
  }

  /** `ip route show`, without blanks at the ends of lines. */
  routes(): Promise<string> {
    return this.namespace.routes();
  }

  /** Waits until `ip route show` says exactly this. @throws with the routes that are there */
  async waitForRoutes(expected: string, timeoutMs = 30_000): Promise<void> {
    const wait = { timeoutMs, what: `the routes of ${this.name}`, everyMs: 50 };
    try {
      await waitFor(async () => (await this.routes()) === expected, wait);
    } catch (cause) {
      const found = await this.routes();
      const message = `the routes of ${this.name} are\n${found}\nand not, after ${timeoutMs} ms,\n${expected}`;
      throw new Error(message, { cause });
    }
  }

  /** The BGP sessions of this host's BIRD. */
  sessions(): Promise<readonly LabSession[]> {
    return this.bird.sessions();
  }

  /**
   * Waits until exactly the sessions of these names exist, all Established.
   *
   * @throws with the sessions that are there
   */
  async waitForSessions(names: readonly string[], timeoutMs = 30_000): Promise<void> {
    const wanted = names
      .map((name) => `${name} Established`)
      .sort()
      .join('\n');
    const wait = { timeoutMs, what: `the sessions of ${this.name}`, everyMs: 50 };
    try {
      await waitFor(async () => (await this.#sessionLines()) === wanted, wait);
    } catch (cause) {
      const found = (await this.#sessionLines()) || '(none)';
      const message = `the sessions of ${this.name} are\n${found}\nand not, after ${timeoutMs} ms,\n${wanted || '(none)'}`;
      throw new Error(message, { cause });
    }
  }

  async #sessionLines(): Promise<string> {
    const sessions = await this.sessions();
    return sessions
      .map(({ name, info }) => `${name} ${info}`)
      .sort()
      .join('\n');
  }

  /** What `ping` says about one packet from a workload of this host; it waits a second for the answer. */
  async ping(workloadAddress: string, to: string): Promise<string> {
    const workload = this.#workloads.get(workloadAddress);
    if (workload === undefined) throw new Error(`no workload ${workloadAddress} on ${this.name}`);
    // Unanswered pings end with status 1, which is an answer here and no failure.
    return workload.exec('sh', ['-c', `ping -c 1 -W 1 ${to} || test $? = 1`]);
  }
}
