/** One host of the lab: its namespace, its workloads, its BIRD, and the birdkeeper that looks after it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonStatus } from '../../src/observe/status.js';
import { program } from './birdkeeper.js';
import type { BirdKind } from './birds.js';
import { type BackgroundCommand, runCommand } from './command.js';
import { LabBird, type LabSession } from './lab-bird.js';
import { LabLog } from './lab-log.js';
import type { LabStore } from './lab-store.js';
import type { Namespace, Network, WorkloadLink } from './netns.js';
import { tools } from './tools.js';
import { DEADLINE_MS, waitFor } from './wait-for.js';

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
  readonly store: LabStore;
  /** Length of the hosts' network. */
  readonly prefixLength: number;
  readonly gateway: string;
}

/** One host of a lab. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly role: 'node' | 'reflector';
  readonly dir: string;
  readonly namespace: Namespace;
  readonly bird: LabBird;
  /** What birdkeeper says here. */
  readonly log: LabLog;
  readonly #options: LabHostOptions;
  readonly #store: LabStore;
  readonly #workloads = new Map<string, Namespace>();
  #birdkeeper: BackgroundCommand | undefined;

  private constructor(options: LabHostOptions, site: LabSite, namespace: Namespace) {
    this.name = options.name;
    this.address = options.address;
    this.role = options.role ?? 'node';
    this.dir = join(site.network.dir, options.name);
    this.namespace = namespace;
    this.#options = options;
    this.#store = site.store;
    const place = { dir: this.dir, routerId: options.address };
    this.log = new LabLog(join(this.dir, 'birdkeeper.log'));
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
    await host.#writeEntrance();
    for (const link of options.workloads ?? []) {
      host.#workloads.set(link.address, await site.network.addWorkload(namespace, link));
    }
    if (options.tunnelAddress) {
      await site.network.addTunnel(namespace, options.tunnelAddress);
    }
    return host;
  }

  /** The settings of birdkeeper here, as environment: a reflector has no more than its container would be given. */
  get environment(): Readonly<Record<string, string>> {
    const { address6 } = this.#options;
    const own =
      this.role === 'node'
        ? { NODENAME: this.name }
        : {
            ...{ BIRDKEEPER_ROLE: 'reflector', HOSTNAME: this.name, IP: this.address },
            ...(address6 && { IP6: address6 }),
          };
    return { ...this.#store.environment, ...own, ...this.bird.birdkeeperEnvironment };
  }

  /** What a reader needs to enter the host: a program that runs a command there, or a shell without one. */
  get entrance(): string {
    return join(this.dir, 'enter');
  }

  /** Files with what has been said here. */
  get logFiles(): readonly string[] {
    return [this.log.file, ...this.bird.logFiles];
  }

  /** The running daemon. @throws when it was not started */
  get birdkeeper(): BackgroundCommand {
    if (this.#birdkeeper === undefined) {
      throw new Error(`no birdkeeper on ${this.name}`);
    }
    return this.#birdkeeper;
  }

  /**
   * Starts `birdkeeper run`, and does not wait.
   *
   * @param args - further options, which win over the lab's
   * @param environment - further variables
   */
  startBirdkeeper(
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): void {
    const all = { ...this.environment, ...environment };
    const variables = Object.entries(all).map((pair) => pair.join('='));
    const arguments_ = [...variables, process.execPath, program, 'run', ...args];
    // `env` becomes the daemon: one process, one id.
    this.#birdkeeper = this.namespace.start('env', arguments_, this.log.file);
  }

  /** Waits until birdkeeper has written a first configuration. @throws when birdkeeper ends before */
  async waitForConfig(): Promise<void> {
    await waitFor(() => this.bird.hasConfig || !this.birdkeeper.isRunning, {
      what: `a first configuration on ${this.name}`,
    });
    if (!this.bird.hasConfig) {
      throw new Error(`birdkeeper on ${this.name} ended at once`);
    }
  }

  /** Waits until birdkeeper is ready: BIRD runs a configuration that comes from the datastore. */
  async waitForReady(): Promise<void> {
    await waitFor(() => this.#page('/readyz').then(() => true), {
      what: `birdkeeper on ${this.name} to be ready`,
    });
  }

  /** What birdkeeper tells about itself at `/status`. */
  async status(): Promise<DaemonStatus> {
    return JSON.parse(await this.#page('/status'));
  }

  /** Runs a command line as an operator types it here (`birdkeeper bgp node-mesh`, `birdc show protocols`); gives its output. */
  async shell(commandLine: string): Promise<string> {
    return runCommand(this.entrance, ['sh', '-c', commandLine]);
  }

  /** `ip route show`, without blanks at the ends of lines. */
  routes(): Promise<string> {
    return this.namespace.routes();
  }

  /** Waits until `ip route show` says exactly this. @throws with the routes that are there */
  async waitForRoutes(expected: string, timeoutMs = DEADLINE_MS): Promise<void> {
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
      await waitFor(look, { what: `a route of ${this.name}`, everyMs: 50 });
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
  async waitForSessions(names: readonly string[], timeoutMs = DEADLINE_MS): Promise<void> {
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

  /** Makes the host enterable: in it `birdkeeper` and `birdc` are this host's own. */
  async #writeEntrance(): Promise<void> {
    const bin = join(this.dir, 'bin');
    await mkdir(bin, { recursive: true });
    const programs = {
      birdkeeper: `exec ${process.execPath} ${program} "$@"`,
      ...this.bird.clientScripts,
    };
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const prompt = `[root@${this.name} ~]# `;
    const variables = Object.entries({ ...this.environment, PS1: prompt })
      .map(([name, value]) => `${name}='${value}'`)
      .join(' ');
    const enter = `exec ${tools.ip} netns exec ${this.namespace.id} env PATH=${bin}:$PATH ${variables}`;
    const text = `#!/bin/sh\n[ $# -gt 0 ] || set -- bash --norc -i\n${enter} "$@"\n`;
    await writeFile(this.entrance, text, { mode: 0o755 });
  }

  /** Waits until exactly the sessions of these names are Established, whatever others there are. */
  async waitForEstablished(names: readonly string[]): Promise<void> {
    const wanted = [...names].sort().join(' ');
    const established = async (): Promise<string> =>
      (await this.sessions())
        .filter(({ info }) => info === 'Established')
        .map(({ name }) => name)
        .sort()
        .join(' ');
    await waitFor(async () => (await established()) === wanted, {
      what: `${wanted} alone to be established on ${this.name}`,
      everyMs: 50,
    });
  }

  /** What the daemon's HTTP server says. @throws when that is an error, or there is none */
  #page(path: string): Promise<string> {
    return this.namespace.exec('curl', ['-sSf', `http://127.0.0.1:9470${path}`]);
  }

  async #sessionLines(): Promise<string> {
    const sessions = await this.sessions();
    return sessions
      .map(({ name, info }) => `${name} ${info}`)
      .sort()
      .join('\n');
  }

  /** Starts pinging from a workload of this host, every `everySeconds`; what `ping` says is in `ping.log` of `dir`. */
  pingOn(workloadAddress: string, to: string, everySeconds: number): BackgroundCommand {
    const args = ['-i', String(everySeconds), to];
    return this.#workload(workloadAddress).start(tools.ping, args, join(this.dir, 'ping.log'));
  }

  /** What `ping` says about one packet from a workload of this host; it waits a second for the answer. */
  async ping(workloadAddress: string, to: string): Promise<string> {
    // Unanswered pings end with status 1, which is an answer here and no failure.
    return this.#workload(workloadAddress).exec('sh', [
      '-c',
      `ping -c 1 -W 1 ${to} || test $? = 1`,
    ]);
  }

  #workload(address: string): Namespace {
    const workload = this.#workloads.get(address);
    if (workload === undefined) {
      throw new Error(`no workload ${address} on ${this.name}`);
    }
    return workload;
  }
}
