/**
 * A router in the lab that nobody here wrote: FRR of Debian 13 (mgmtd, zebra and bgpd), as the top-of-rack switch that Calico's
 * nodes speak to. It is asked and told by vtysh alone.
 *
 * Each has a network namespace, and the unpacked FRR (`unpack-frr.mjs`) as its root, with a folder of its own mounted at /run. The
 * mounts are those of each process: nothing of them is left behind.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Namespace, Network } from './netns.js';
import { projectRoot } from './tools.js';
import { waitFor } from './wait-for.js';

/** What a router is to be. */
export interface FrrOptions {
  readonly name: string;
  /** Of its interface, with prefix lengths. */
  readonly addresses: readonly string[];
  /** Its configuration, as `router bgp` and what belongs to it. */
  readonly config: string;
  /** Where it listens for its neighbors; the port of BGP unless told. */
  readonly port?: number;
}

/** What `show bgp neighbors` tells of a session, as far as tests ask for it. */
export interface FrrSession {
  readonly bgpState: string;
  readonly remoteAs: number;
  readonly localAs: number;
  /** How often it was up, and how often it came down. */
  readonly connectionsEstablished: number;
  readonly connectionsDropped: number;
  readonly gracefulRestartInfo?: { readonly timers: { readonly receivedRestartTimer: number } };
  readonly hostLocal?: string;
  readonly portLocal?: number;
  readonly portForeign?: number;
}

/** One way to a prefix, as `show bgp ... PREFIX` tells it. */
export interface FrrPath {
  readonly aspath: { readonly string: string };
  readonly nexthops: readonly { readonly ip: string; readonly scope?: string }[];
  readonly community?: { readonly string: string };
  readonly largeCommunity?: { readonly string: string };
  readonly stale?: boolean;
}

type Family = 'ipv4' | 'ipv6';

const ROOT = join(projectRoot, '.tools/frr');

/** See the head of this file. */
export class FrrRouter {
  readonly name: string;
  readonly namespace: Namespace;
  readonly #dir: string;

  private constructor(name: string, namespace: Namespace, dir: string) {
    this.name = name;
    this.namespace = namespace;
    this.#dir = dir;
  }

  /** Joins a router to the network, and waits until it answers. It ends with the network. */
  static async start(
    network: Network,
    { name, addresses, config, port = 179 }: FrrOptions,
  ): Promise<FrrRouter> {
    const namespace = await network.addHost(name, { addresses });
    const router = new FrrRouter(name, namespace, join(network.dir, name));
    for (const folder of ['frr', 'tmp', 'var/lib', 'var/tmp']) {
      await mkdir(join(router.#dir, 'run', folder), { recursive: true });
    }
    await writeFile(join(router.#dir, 'run/frr/bgpd.conf'), config);
    router.#startDaemon('mgmtd');
    // zebra is busy with complaints as long as it isn't there.
    const socket = join(router.#dir, 'run/frr/mgmtd_be.sock');
    await waitFor(() => existsSync(socket), { what: `mgmtd on ${name}` });
    router.#startDaemon('zebra');
    router.#startDaemon('bgpd', ['-f', '/run/frr/bgpd.conf', '-p', String(port)]);
    await waitFor(() => router.#isUp(), { what: `FRR on ${name} to answer`, everyMs: 50 });
    return router;
  }

  /** The last words of its daemons. */
  async log(): Promise<string> {
    return readFile(join(this.#dir, 'frr.log'), 'utf8');
  }

  /** Changes its configuration: lines as one types them after `configure terminal`. */
  async configure(...lines: readonly string[]): Promise<void> {
    const said = await this.#vtysh('configure terminal', ...lines);
    if (said.includes('%')) {
      throw new Error(`FRR on ${this.name} says: ${said}`);
    }
  }

  /** Says something of a neighbor: `password hunter-one`. A `route-map` is one of IPv4. */
  setNeighbor(address: string, term: string): Promise<void> {
    return this.configure('router bgp', `neighbor ${address} ${term}`);
  }

  /** Takes back what was said of it. */
  unsetNeighbor(address: string, term: string): Promise<void> {
    return this.configure('router bgp', `no neighbor ${address} ${term}`);
  }

  /** What a `show` command gives as JSON. */
  async #show(command: string): Promise<unknown> {
    return JSON.parse(await this.#vtysh(`show ${command} json`));
  }

  /** The session with a neighbor; undefined when it is told of none. */
  async session(neighbor: string): Promise<FrrSession | undefined> {
    const shown = (await this.#show(`bgp neighbors ${neighbor}`)) as Record<string, FrrSession>;
    return shown[neighbor];
  }

  /** The ways to a prefix that it was told. */
  async paths(prefix: string): Promise<readonly FrrPath[]> {
    const shown = (await this.#show(`bgp ${familyOf(prefix)} unicast ${prefix}`)) as {
      readonly paths?: readonly FrrPath[];
    };
    return shown.paths ?? [];
  }

  /** Waits until the session with a neighbor is Established, or otherwise as wanted, and gives it. @throws with what it is */
  async waitForSession(
    neighbor: string,
    isWanted = ({ bgpState }: FrrSession): boolean => bgpState === 'Established',
  ): Promise<FrrSession> {
    return this.#waitFor(
      () => this.session(neighbor),
      (session) => session !== undefined && isWanted(session),
      `a session of ${this.name} with ${neighbor}`,
    );
  }

  /** Waits until the one way to a prefix is as wanted, and gives it. @throws with the ways that there are */
  async waitForPath(prefix: string, isWanted: (path: FrrPath) => boolean = () => true) {
    const paths = await this.#waitFor(
      () => this.paths(prefix),
      ([path, ...others]) => path !== undefined && others.length === 0 && isWanted(path),
      `a way of ${this.name} to ${prefix}`,
    );
    return paths[0] as FrrPath;
  }

  /** Waits until no way to a prefix is known. @throws with the ways that there are */
  async waitForNoPath(prefix: string): Promise<void> {
    await this.#waitFor(
      () => this.paths(prefix),
      ({ length }) => length === 0,
      `${this.name} to have no way to ${prefix}`,
    );
  }

  /** Whether a ping from here is answered; it waits a second for that. */
  async ping(to: string): Promise<boolean> {
    const said = await this.namespace.exec('sh', ['-c', `ping -c 1 -W 1 ${to} || test $? = 1`]);
    return said.includes(' 1 received');
  }

  /** Waits until what `look` finds is as wanted; shows it when the deadline passes. */
  async #waitFor<T>(
    look: () => Promise<T>,
    isWanted: (found: T) => boolean,
    what: string,
  ): Promise<NonNullable<T>> {
    let found: T | undefined;
    const seek = async (): Promise<boolean> => {
      found = await look();
      return isWanted(found);
    };
    try {
      await waitFor(seek, { what, everyMs: 50 });
    } catch (cause) {
      throw new Error(`${what}: there is ${JSON.stringify(found)}`, { cause });
    }
    return found as NonNullable<T>;
  }

  #startDaemon(daemon: string, args: readonly string[] = []): void {
    const command = [`/usr/lib/frr/${daemon}`, '-u', 'root', '-g', 'root', '--log', 'stdout'];
    const log = join(this.#dir, 'frr.log');
    this.namespace.start('sh', this.#insideRoot([...command, ...args]), log);
  }

  async #isUp(): Promise<boolean> {
    await this.#show('bgp summary');
    return (await this.#vtysh('show zebra client summary')).includes('bgp');
  }

  #vtysh(...lines: readonly string[]): Promise<string> {
    const commands = lines.flatMap((line) => ['-c', line]);
    return this.namespace.exec('sh', this.#insideRoot(['/usr/bin/vtysh', ...commands]));
  }

  /** Arguments of a shell that becomes `command` inside of FRR's root. `ip netns exec` has unshared the mounts already. */
  #insideRoot(command: readonly string[]): readonly string[] {
    const script = [
      `mount --bind ${join(this.#dir, 'run')} ${ROOT}/run`,
      `mount --rbind /dev ${ROOT}/dev`,
      `mount --bind /proc ${ROOT}/proc`,
      `exec chroot ${ROOT} "$@"`,
    ];
    return ['-c', script.join(' && '), 'sh', ...command];
  }
}

function familyOf(prefix: string): Family {
  return prefix.includes(':') ? 'ipv6' : 'ipv4';
}
