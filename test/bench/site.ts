/** All that one run of the benchmark has: data set, etcd, BIRD, the daemon, and who watches them. */
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from '../support/at-exit.js';
import { freePort } from '../support/free-port.js';
import { LoneBird, logFileOf } from '../support/lone-bird.js';
import { type MeshData, protocolsOf, sessionsOf } from '../support/mesh-data.js';
import { type Etcd, startEtcd } from '../support/start-etcd.js';
import { type BirdkeeperPlace, BirdkeeperProcess } from './birdkeeper-process.js';
import { EtcdWriter } from './etcd-writer.js';
import { Observer } from './observer.js';

/** Memory, so that no disk is measured. */
const MEMORY_FOLDER = '/dev/shm';
const CALIBRATION_PUTS = 50;
const SHOWN_LOG_CHARACTERS = 4000;

/** See the head of this file. */
export class Site {
  readonly data: MeshData;
  readonly writer: EtcdWriter;
  readonly bird: LoneBird;
  readonly observer: Observer;
  /** A folder for whoever needs one. */
  readonly dir: string;
  readonly #etcd: Etcd;
  readonly #place: BirdkeeperPlace;
  readonly #bytesOfAPut: number;
  #birdkeeper: BirdkeeperProcess | undefined;

  private constructor(parts: SiteParts) {
    this.data = parts.data;
    this.writer = parts.writer;
    this.bird = parts.bird;
    this.observer = parts.observer;
    this.dir = parts.dir;
    this.#etcd = parts.etcd;
    this.#place = parts.place;
    this.#bytesOfAPut = parts.bytesOfAPut;
  }

  /** Runs `work` on a site whose daemon is not started yet; removes everything afterwards. */
  static async with<T>(options: SiteOptions, work: (site: Site) => Promise<T>): Promise<T> {
    const base = existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
    const dir = await mkdtemp(join(base, 'birdkeeper-bench-'));
    const forget = atExit(() => rmSync(dir, { recursive: true, force: true }));
    const undo: (() => unknown)[] = [];
    try {
      const site = new Site(await makeParts(dir, options, undo));
      undo.push(() => site.#birdkeeper?.kill());
      return await work(site);
    } catch (error) {
      console.error(await logsOf(dir));
      throw error;
    } finally {
      for (const step of undo.reverse()) {
        await step();
      }
      rmSync(dir, { recursive: true, force: true });
      forget();
    }
  }

  /** The running daemon. */
  get birdkeeper(): BirdkeeperProcess {
    if (this.#birdkeeper === undefined) {
      throw new Error('birdkeeper was not started');
    }
    return this.#birdkeeper;
  }

  /** What the daemon writes to, and BIRD reads from. */
  get outputDir(): string {
    return this.#place.outputDir;
  }

  /** Starts the daemon on empty folders, beside a BIRD without sessions. */
  async startBirdkeeper(): Promise<BirdkeeperProcess> {
    await emptyFolder(this.#place.outputDir);
    await emptyFolder(this.#place.stateDir);
    await this.bird.becomeIdle();
    // Counts the load of the idle configuration, so that the daemon's first is not mistaken for it.
    this.observer.reloadCount();
    const birdkeeper = new BirdkeeperProcess(this.#place);
    this.#birdkeeper = birdkeeper;
    this.observer.waitOnlyWhile(() => birdkeeper.isRunning);
    return birdkeeper;
  }

  /** Ends the daemon in order. */
  async stopBirdkeeper(): Promise<void> {
    this.observer.waitOnlyWhile(() => true);
    await this.birdkeeper.stop();
    this.#birdkeeper = undefined;
  }

  /** Gives a host another address, in the data set and in etcd; gives the address. */
  async changeHost(host: number): Promise<string> {
    const address = this.data.nextAddress(host);
    await this.writer.put(...this.data.entryOf(host));
    return address;
  }

  /** Bytes that etcd has sent over gRPC so far, without its answers to `puts` puts of this benchmark. */
  async etcdBytes(puts: number): Promise<number> {
    return (await this.#etcd.sentBytes()) - puts * this.#bytesOfAPut;
  }

  /** What is wrong in file and BIRD now, compared with the data set; nothing when all is right. */
  async faults(phase: string): Promise<readonly string[]> {
    const wrong: string[] = [];
    if (sessionsOf(this.observer.text()) !== this.data.expectedSessions()) {
      wrong.push(`${phase}: the file does not hold what etcd holds`);
    }
    const running = protocolsOf(await this.bird.birdc('show', 'protocols'));
    if (running !== this.data.expectedProtocols()) {
      wrong.push(`${phase}: BIRD does not run what etcd holds`);
    }
    return wrong;
  }
}

interface SiteParts {
  readonly data: MeshData;
  readonly etcd: Etcd;
  readonly writer: EtcdWriter;
  readonly bird: LoneBird;
  readonly observer: Observer;
  readonly dir: string;
  readonly place: BirdkeeperPlace;
  readonly bytesOfAPut: number;
}

/** What a site is made for. */
export interface SiteOptions {
  readonly data: MeshData;
  /** How many puts there may be at the same time. */
  readonly lanes: number;
  /** The built daemon. */
  readonly program: string;
}

/** Each part's end is added to `undo` as soon as it has begun. */
async function makeParts(
  dir: string,
  { data, lanes, program }: SiteOptions,
  undo: (() => unknown)[],
): Promise<SiteParts> {
  const outputDir = join(dir, 'config');
  const stateDir = join(dir, 'state');
  await Promise.all([outputDir, stateDir].map((folder) => mkdir(folder)));
  const etcd = await startEtcd({ dir: join(dir, 'etcd') });
  undo.push(() => etcd.dispose());
  await etcd.putAll(data.entries());
  const writer = new EtcdWriter(etcd.url, lanes);
  undo.push(() => writer.close());
  const configFile = join(outputDir, 'bird.cfg');
  const bird = await LoneBird.start(dir, configFile);
  undo.push(() => bird.stop());
  const folders = [outputDir, stateDir];
  const observer = new Observer({ configFile, folders, birdLogFile: logFileOf(dir) });
  undo.push(() => observer.close());
  const place = {
    ...{ program, etcdUrl: etcd.url, outputDir, stateDir, birdSocket: bird.socket },
    ...{ port: await freePort(), logFile: join(dir, 'birdkeeper.log') },
  };
  const bytesOfAPut = await measurePut(etcd, writer);
  return { data, etcd, writer, bird, observer, dir, place, bytesOfAPut };
}

/** etcd's HTTP gateway is a gRPC client too: what it is answered to one put, measured while nobody else asks. */
async function measurePut(etcd: Etcd, writer: EtcdWriter): Promise<number> {
  const before = await etcd.sentBytes();
  for (let i = 0; i < CALIBRATION_PUTS; i++) {
    await writer.put('/birdkeeper-bench', String(i));
  }
  return ((await etcd.sentBytes()) - before) / CALIBRATION_PUTS;
}

/** The folder itself stays: it is being watched. */
async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    await rm(join(folder, name), { recursive: true });
  }
}

async function logsOf(dir: string): Promise<string> {
  const names = ['birdkeeper.log', 'bird.log'];
  const texts = await Promise.all(names.map((n) => readFile(join(dir, n), 'utf8').catch(() => '')));
  return names
    .map((name, i) => `----- ${name}\n${texts[i]?.slice(-SHOWN_LOG_CHARACTERS)}`)
    .join('\n');
}
