/**
 * The lab: hosts in network namespaces of their own, a real etcd that all of them reach, on each a real BIRD and the
 * built birdkeeper. Demo, end-to-end tests and benchmark share it.
 *
 * `withLab` is the way in: it removes everything afterwards, and on failure shows what the programs have said.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackgroundCommand } from './command.js';
import { LabHost, type LabHostOptions, type LabSite } from './lab-host.js';
import { type LabStore, labStoreOf, type StoreKind } from './lab-store.js';
import { Network } from './netns.js';
import { tools } from './tools.js';
import { waitFor } from './wait-for.js';

/** What a lab is to have. */
export interface LabOptions {
  readonly hosts: readonly LabHostOptions[];
  /** The hosts' network, by its gateway: `172.17.42.1/16` unless told. */
  readonly gateway?: string;
  /** Where the desired state is: `etcd3` unless told. etcd runs in any case. */
  readonly datastore?: StoreKind;
}

const ETCD_PORT = 2379;
/** Of each log file, on failure. */
const SHOWN_LOG_LINES = 40;

/** A running lab. */
export class Lab {
  readonly network: Network;
  /** Where every host reaches etcd: on the first host. */
  readonly etcdUrl: string;
  readonly store: LabStore;
  readonly hosts: readonly LabHost[];
  #etcd: BackgroundCommand | undefined;

  private constructor({ network, store }: LabSite, etcdUrl: string, hosts: readonly LabHost[]) {
    this.network = network;
    this.etcdUrl = etcdUrl;
    this.store = store;
    this.hosts = hosts;
  }

  /** Makes network and hosts and starts etcd; neither BIRD nor birdkeeper runs yet. */
  static async create(options: LabOptions): Promise<Lab> {
    const { hosts, gateway = '172.17.42.1/16', datastore = 'etcd3' } = options;
    const [first] = hosts;
    if (first === undefined) {
      throw new Error('a lab needs a host for etcd');
    }
    const network = await Network.create([gateway]);
    const [gatewayAddress = '', length] = gateway.split('/');
    const authority = `${first.address}:${ETCD_PORT}`;
    const file = join(network.dir, 'datastore.yaml');
    const store = labStoreOf(datastore, { authority, file });
    const site = { network, store, prefixLength: Number(length), gateway: gatewayAddress };
    const made: LabHost[] = [];
    const lab = new Lab(site, `http://${authority}`, made);
    try {
      await writeFile(file, '# The desired state of all hosts.\n');
      for (const host of hosts) {
        made.push(await LabHost.create(host, site));
      }
      await lab.startEtcd();
    } catch (error) {
      await lab.dispose();
      throw error;
    }
    return lab;
  }

  /** A host by its name. */
  host(name: string): LabHost {
    const host = this.hosts.find((h) => h.name === name);
    if (host === undefined) {
      throw new Error(`no host ${name} in the lab`);
    }
    return host;
  }

  /** Runs etcdctl on the first host; gives what it printed. */
  etcdctl(...args: readonly string[]): Promise<string> {
    return this.#first.namespace.exec(tools.etcdctl, ['--endpoints', this.etcdUrl, ...args]);
  }

  /** Sets one key. */
  async put(key: string, value: string): Promise<void> {
    await this.#first.shell(this.store.putCommand(key, value));
  }

  /** Sets several keys: at once where a datastore can do that, otherwise in their order. */
  async putAll(entries: Readonly<Record<string, string>>): Promise<void> {
    if (this.store.kind === 'etcd3') {
      return this.etcdChange(entries);
    }
    const commands = Object.entries(entries).map((entry) => this.store.putCommand(...entry));
    await this.#first.shell(commands.join(' && '));
  }

  /** Removes one key of etcd. */
  async delete(key: string): Promise<void> {
    await this.etcdctl('del', key);
  }

  /** Sets several keys in one transaction; a key without a value is deleted. */
  async etcdChange(entries: Readonly<Record<string, string | undefined>>): Promise<void> {
    const operations = Object.entries(entries).map(([key, value]) =>
      value === undefined ? `del ${key}` : `put ${key} ${JSON.stringify(value)}`,
    );
    // No conditions, the operations, none for the other case; an empty line ends each.
    const input = `\n${operations.join('\n')}\n\n\n`;
    await this.#first.namespace.exec(tools.etcdctl, ['--endpoints', this.etcdUrl, 'txn'], {
      input,
    });
  }

  /**
   * Starts BIRD on every host, with a configuration that does nothing, and birdkeeper beside it.
   *
   * @param args - further options of birdkeeper
   */
  async startAll(args: readonly string[] = []): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.bird.start()));
    for (const host of this.hosts) {
      host.startBirdkeeper(args);
    }
  }

  /** The other order: birdkeeper first, and BIRD when there is a configuration to start from. */
  async startAllBirdkeeperFirst(): Promise<void> {
    for (const host of this.hosts) {
      host.startBirdkeeper();
    }
    await Promise.all(
      this.hosts.map(async (host) => {
        await host.waitForConfig();
        await host.bird.start();
      }),
    );
  }

  /** The last lines of every log, each under its file's name. */
  async logs(): Promise<string> {
    const { dir } = this.network;
    const files = [join(dir, 'etcd.log'), ...this.hosts.flatMap((host) => host.logFiles)];
    const texts = await Promise.all(files.map((file) => tailOf(file)));
    return files.map((file, i) => `----- ${file.slice(dir.length + 1)}\n${texts[i]}`).join('\n');
  }

  /** Ends and removes everything. */
  async dispose(): Promise<void> {
    await this.network.dispose();
  }

  /** Ends etcd, as a crash would; what it holds stays. */
  async stopEtcd(): Promise<void> {
    await this.#etcd?.stop('SIGKILL');
  }

  async #isEtcdUp(): Promise<boolean> {
    // Fails with status 1 until there is a leader; what it says goes to standard error.
    await this.etcdctl('endpoint', 'health', '--command-timeout=1s');
    return true;
  }

  get #first(): LabHost {
    const [first] = this.hosts;
    if (first === undefined) {
      throw new Error('the lab has no hosts');
    }
    return first;
  }

  /** Starts etcd, with what it held before, and waits until it answers. */
  async startEtcd(): Promise<void> {
    const urls = `${this.etcdUrl},http://127.0.0.1:${ETCD_PORT}`;
    const args = [
      `--data-dir=${join(this.network.dir, 'etcd')}`,
      `--listen-client-urls=${urls}`,
      `--advertise-client-urls=${this.etcdUrl}`,
      // A member alone elects itself: no reason to wait a second for it.
      ...['--heartbeat-interval=40', '--election-timeout=200'],
      ...['--logger=zap', '--log-outputs=stderr', '--log-level=warn', '--enable-v2'],
    ];
    const etcd = this.#first.namespace.start(tools.etcd, args, join(this.network.dir, 'etcd.log'));
    this.#etcd = etcd;
    await waitFor(async () => !etcd.isRunning || (await this.#isEtcdUp()), {
      what: `etcd ${this.etcdUrl} to answer`,
      everyMs: 50,
    });
    if (!etcd.isRunning) {
      throw new Error(`etcd ended at once: ${await tailOf(etcd.logFile)}`);
    }
  }
}

/**
 * The last words of a BIRD 3.4.0 that ends itself: now and then when it is told to reload while it serves a neighbor's route
 * refresh, as it is when both ends take in one change (docs/birds.md).
 */
const BIRD_ENDS_ITSELF = '<BUG> Trying to lock in a bad order';

/** `work` failed in a lab in which a BIRD had ended itself. */
class BirdEndedItselfError extends Error {
  override readonly name = 'BirdEndedItselfError';
}

/**
 * Runs `work` in a lab, and removes the lab whatever happens.
 *
 * When `work` throws, the tails of all logs go to standard error first: afterwards they are gone. When a BIRD has ended itself,
 * `work` gets a second lab, and no third one.
 */
export async function withLab<T>(options: LabOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  try {
    return await inLab(options, work);
  } catch (error) {
    if (error instanceof BirdEndedItselfError) {
      return inLab(options, work);
    }
    throw error;
  }
}

async function inLab<T>(options: LabOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.create(options);
  try {
    return await work(lab);
  } catch (error) {
    const logs = await lab.logs();
    console.error(logs);
    throw logs.includes(BIRD_ENDS_ITSELF)
      ? new BirdEndedItselfError('a BIRD has ended itself', { cause: error })
      : error;
  } finally {
    await lab.dispose();
  }
}

async function tailOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '(no log)');
  return text.split('\n').slice(-SHOWN_LOG_LINES).join('\n').trimEnd();
}
