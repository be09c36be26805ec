/**
 * A private etcd for one test: the real program, on free loopback ports, with its data in a temporary folder.
 *
 * It can be stopped, killed, frozen and started again on the same ports, with the same data or none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtcdGateway } from './etcd-gateway.js';
import { freePort } from './free-port.js';
import { tools } from './tools.js';
import { waitFor } from './wait-for.js';

/** What differs from a plain etcd. */
export interface EtcdOptions {
  /** Where the data go; a temporary folder, removed by `dispose`, unless told. */
  readonly dir?: string;
  /** Also serves the API of etcd 2. */
  readonly enableV2?: boolean;
  /** A second client port that speaks TLS; the plain one stays for the test's own writes. */
  readonly tls?: EtcdTls;
  /** Further options of etcd's command line. */
  readonly args?: readonly string[];
}

/** Files of a TLS listener. With `clientCaFile` clients must show a certificate of that CA. */
export interface EtcdTls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string;
}

/** Which ports and which cluster: decided before the first start, and kept. */
export interface EtcdSeat {
  readonly name: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly peerPort: number;
  /** etcd's `--initial-cluster`. */
  readonly cluster: string;
}

/** Starts an etcd and waits until it answers. Call `dispose` afterwards, also on failure. */
export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  const etcd = new Etcd(await makeDir(options), await seatAlone(), options);
  try {
    await etcd.start();
  } catch (error) {
    await etcd.dispose();
    throw error;
  }
  return etcd;
}

/** Starts a cluster of `size` members and waits until it answers. `dispose` each. */
export async function startEtcdCluster(
  size = 3,
  options: EtcdOptions = {},
): Promise<readonly Etcd[]> {
  const peerPorts = await Promise.all(Array.from({ length: size }, freePort));
  const cluster = peerPorts.map((port, i) => `m${i}=http://127.0.0.1:${port}`).join(',');
  const members: Etcd[] = [];
  for (const [i, peerPort] of peerPorts.entries()) {
    const seat = { name: `m${i}`, peerPort, cluster, port: await freePort(), tlsPort: 0 };
    members.push(new Etcd(await makeDir({}), seat, options));
  }
  await Promise.all(members.map((member) => member.start()));
  return members;
}

/** One etcd process that can be stopped and started again. */
export class Etcd extends EtcdGateway {
  readonly port: number;
  readonly tlsUrl: string;
  readonly dir: string;
  readonly #seat: EtcdSeat;
  readonly #options: EtcdOptions;
  #process: ChildProcess | undefined;
  #output = '';

  constructor(dir: string, seat: EtcdSeat, options: EtcdOptions) {
    super(`http://127.0.0.1:${seat.port}`);
    this.port = seat.port;
    this.tlsUrl = `https://localhost:${seat.tlsPort}`;
    this.dir = dir;
    this.#seat = seat;
    this.#options = options;
  }

  /** The process; throws when it isn't running. */
  get pid(): number {
    if (this.#process?.pid === undefined) {
      throw new Error(`etcd ${this.url} is not running`);
    }
    return this.#process.pid;
  }

  /** Starts it (again, on the same data) and waits until it answers, with a leader. */
  async start(): Promise<void> {
    const child = spawn(tools.etcd, commandLine(this.dir, this.#seat, this.#options), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    this.#output = '';
    child.stderr.on('data', (text) => {
      this.#output = `${this.#output}${text}`.slice(-4000);
    });
    const kill = (): boolean => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.removeListener('exit', kill));
    await waitFor(() => this.#isUp(child), {
      what: `etcd ${this.url} to answer`,
    });
  }

  /** Ends the process and waits for its end; SIGTERM unless told. Also ends a frozen one. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await ended;
  }

  /** Freezes the process: it answers nothing, and its connections stay open. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  /** Undoes `freeze`. */
  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Stops it, forgets all data, and starts it: another cluster at the same address. */
  async wipe(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(join(this.dir, 'data'), { recursive: true, force: true });
    await this.start();
  }

  /** Stops it, puts a copy of its data aside, and starts it again. */
  async backUp(): Promise<void> {
    await this.stop();
    await cp(join(this.dir, 'data'), join(this.dir, 'backup'), { recursive: true });
    await this.start();
  }

  /** Stops it, puts the data of the backup in the place of its own, and starts it: the same cluster, in an older state. */
  async restore(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(join(this.dir, 'data'), { recursive: true, force: true });
    await cp(join(this.dir, 'backup'), join(this.dir, 'data'), { recursive: true });
    await this.start();
  }

  /** How many logins it was asked for, those of the gateway too. */
  async logins(): Promise<number> {
    return this.metric('grpc_server_started_total{grpc_method="Authenticate"');
  }

  /** What the test has cost etcd. */
  async metrics(): Promise<{ readonly sentBytes: number }> {
    return { sentBytes: await this.sentBytes() };
  }

  /** Ends the process and removes its data. */
  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    if (this.#options.dir === undefined) {
      await rm(this.dir, { recursive: true, force: true });
    }
  }

  async #isUp(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null) {
      throw new Error(`etcd ended at once: ${this.#output}`);
    }
    const response = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(1000) });
    return (await response.text()).includes('true');
  }
}

function commandLine(dir: string, seat: EtcdSeat, options: EtcdOptions): string[] {
  const { tls } = options;
  const plain = `http://127.0.0.1:${seat.port}`;
  const clientUrls = tls ? `${plain},https://127.0.0.1:${seat.tlsPort}` : plain;
  const peerUrl = `http://127.0.0.1:${seat.peerPort}`;
  return [
    `--name=${seat.name}`,
    `--data-dir=${join(dir, 'data')}`,
    `--listen-client-urls=${clientUrls}`,
    `--advertise-client-urls=${clientUrls}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=${seat.cluster}`,
    // A member alone elects itself: no reason to wait a second for it.
    ...(seat.cluster.includes(',') ? [] : ['--heartbeat-interval=40', '--election-timeout=200']),
    '--logger=zap',
    '--log-outputs=stderr',
    '--log-level=warn',
    ...(options.enableV2 ? ['--enable-v2'] : []),
    ...(tls ? [`--cert-file=${tls.certFile}`, `--key-file=${tls.keyFile}`] : []),
    ...(tls?.clientCaFile ? ['--client-cert-auth', `--trusted-ca-file=${tls.clientCaFile}`] : []),
    ...(options.args ?? []),
  ];
}

async function seatAlone(): Promise<EtcdSeat> {
  const [port, tlsPort, peerPort] = await Promise.all([freePort(), freePort(), freePort()]);
  return { name: 'm0', port, tlsPort, peerPort, cluster: `m0=http://127.0.0.1:${peerPort}` };
}

async function makeDir({ dir }: EtcdOptions): Promise<string> {
  return dir ?? (await mkdtemp(join(tmpdir(), 'birdkeeper-etcd-')));
}
