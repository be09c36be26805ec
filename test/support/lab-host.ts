/** One host of the lab: its namespace, its workloads, its BIRD, and the birdkeeper that looks after it. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonStatus } from '../../src/observe/status.js';
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
  /** Its IPv6 address, in a network of 64 bits; none unless told. */
  readonly address6?: string;
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

/** What the log tells of a pass. */
interface LoggedPass {
  readonly outcome: string;
  readonly causes: readonly string[];
}

/** What the log tells before a reload that restarts sessions. */
interface LoggedForecast {
  readonly sessions: readonly string[];
  readonly reasons: readonly string[];
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
      addresses: [
        `${options.address}/${site.prefixLength}`,
        ...(options.address6 ? [`${options.address6}/64`] : []),
      ],
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
    const { role = 'node', address6 } = this.#options;
    const ip6 = address6 === undefined ? [] : ['--ip6', address6];
    const addresses = role === 'reflector' ? ['--ip', this.address, ...ip6] : [];
    return [
      ...['run', '--role', role, '--node', this.name, ...addresses],
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

  /**
   * Waits until BIRD has loaded a configuration on account of a change of this key.
   *
   * @param mark - looks only at what has been logged after this `logMark`
   * @throws when that failed
   */
  async waitForLoaded(key: string, mark = 0): Promise<void> {
    let passes: readonly LoggedPass[] = [];
    const look = async (): Promise<boolean> => {
      passes = (await this.#passes(mark)).filter(({ causes }) => causes.includes(key));
      return passes.length > 0;
    };
    await waitFor(look, { what: `${key} to be taken in on ${this.name}` });
    const troubles = passes.filter(({ outcome }) => outcome !== 'applied');
    if (troubles.length > 0) throw new Error(`${key}: ${JSON.stringify(troubles)}`);
  }

  /** How far birdkeeper's log is, to look at what comes after it. */
  async logMark(): Promise<number> {
    return (await this.#log()).length;
  }

  /** What birdkeeper has forecast in its log of reloads since `mark`. */
  async forecasts(mark: number): Promise<readonly LoggedForecast[]> {
    const lines = (await this.#log()).slice(mark);
    return lines
      .filter((line) => line.includes('"sessions that this reload restarts"'))
      .map((line) => JSON.parse(line));
  }

  /** What birdkeeper tells about itself at `/status`. */
  async status(): Promise<DaemonStatus> {
    const script = `fetch('http://127.0.0.1:9470/status').then((r) => r.text()).then(console.log)`;
    return JSON.parse(await this.namespace.exec(process.execPath, ['-e', script]));
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

  /** Waits until `ip route show` has this line, whatever others it has. @throws with the routes that are there */
  async waitForRoute(line: string, family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<void> {
    let found = '';
    const look = async (): Promise<boolean> => {
      found = await this.namespace.routes(family);
      return found.split('\n').includes(line);
    };
    try {
      await waitFor(look, { timeoutMs: 30_000, what: `a route of ${this.name}`, everyMs: 50 });
    } catch (cause) {
      throw new Error(`the routes of ${this.name} are\n${found}\nwithout\n${line}`, { cause });
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

  /** The passes that birdkeeper has logged: all but those that changed nothing. */
  async #passes(mark: number): Promise<readonly LoggedPass[]> {
    const lines = (await this.#log()).slice(mark);
    return lines.filter((line) => line.includes('"causes":')).map((line) => JSON.parse(line));
  }

  /** Whole lines only: the last one may be in the making. */
  async #log(): Promise<readonly string[]> {
    return (await readFile(join(this.dir, 'birdkeeper.log'), 'utf8')).split('\n').slice(0, -1);
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
