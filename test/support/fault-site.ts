/**
 * One birdkeeper between a real etcd and a real BIRD, with a hand on everything between them: etcd is reached through a
 * proxy that can be cut, and `bird` and `birdc` through scripts that can fail, or hold a reload for as long as a test
 * wants.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DaemonStatus } from '../../src/observe/status.js';
import { atExit } from './at-exit.js';
import { type Ended, runBirdkeeper } from './birdkeeper.js';
import { BackgroundCommand } from './command.js';
import { writeFaultScripts } from './fault-scripts.js';
import { removeTree } from './folder.js';
import { freePort } from './free-port.js';
import { LoneBird, NODE_ADDRESS } from './lone-bird.js';
import { MeshData, protocolsOf, sessionsOf, sincesOf } from './mesh-data.js';
import { type Etcd, startEtcd } from './start-etcd.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import { projectRoot } from './tools.js';
import { waitFor } from './wait-for.js';

/** Which program is to fail. */
export type FailingProgram = 'bird' | 'birdc';

const program = join(projectRoot, 'dist/main.js');
const SHOWN_LOG_CHARACTERS = 9000;

/** The node under test, as it is called in the datastore. */
const NODE_NAME = 'fault-node';

/** See the head of this file. */
export class FaultSite {
  readonly etcd: Etcd;
  readonly proxy: TcpProxy;
  readonly bird: LoneBird;
  readonly data: MeshData;
  readonly outputDir: string;
  /** Where all of the site's files are; a test may put its own there. */
  readonly dir: string;
  readonly #port: number;
  readonly #forget: () => void;
  #birdkeeper: BackgroundCommand | undefined;
  #sessions: SessionsSince | undefined;

  private constructor(parts: FaultSiteParts) {
    this.etcd = parts.etcd;
    this.proxy = parts.proxy;
    this.bird = parts.bird;
    this.data = parts.data;
    this.dir = parts.dir;
    this.#port = parts.port;
    this.outputDir = outputDirOf(parts.dir);
    this.#forget = atExit(() => {
      this.#birdkeeper?.signal('SIGKILL');
      rmSync(parts.dir, { recursive: true, force: true });
    });
  }

  /** Starts etcd with a mesh of so many hosts, and BIRD without sessions. Call `dispose` afterwards. */
  static async create(hosts = 20): Promise<FaultSite> {
    const dir = await mkdtemp(join(tmpdir(), 'birdkeeper-faults-'));
    await mkdir(outputDirOf(dir));
    await writeFaultScripts(dir);
    const data = new MeshData(hosts);
    const etcd = await startEtcd();
    await etcd.putAll(data.entries());
    const proxy = await startTcpProxy({ port: etcd.port });
    const bird = await LoneBird.start(dir, join(outputDirOf(dir), 'bird.cfg'));
    return new FaultSite({ dir, data, etcd, proxy, bird, port: await freePort() });
  }

  /** The running daemon. @throws when it was not started */
  get birdkeeper(): BackgroundCommand {
    if (this.#birdkeeper === undefined) {
      throw new Error('birdkeeper was not started');
    }
    return this.#birdkeeper;
  }

  /**
   * Starts the daemon, and does not wait.
   *
   * @param furtherArgs - options beside the site's own
   * @param launcher - a command that becomes the command that follows it, as `setpriv` does
   * @param leftOut - options of the site's own that are not given: a file of settings has them
   */
  start(
    furtherArgs: readonly string[] = [],
    launcher: readonly string[] = [],
    leftOut: readonly string[] = [],
  ): void {
    const own = Object.entries(this.#options()).filter(([option]) => !leftOut.includes(option));
    const run = [process.execPath, program, 'run', ...own.flat(), ...furtherArgs];
    const [command = '', ...args] = [...launcher, ...run];
    this.#birdkeeper = new BackgroundCommand(command, args, this.#logFile);
  }

  /** Runs another command with the site's own options, to its end. */
  run(command: string, furtherArgs: readonly string[] = []): Promise<Ended> {
    return runBirdkeeper([command, ...Object.entries(this.#options()).flat(), ...furtherArgs]);
  }

  /**
   * Waits until the file holds what etcd holds, and BIRD runs it.
   *
   * @throws with the daemon's last words; also when a session has been restarted since the last time, without its BIRD
   */
  async settled(): Promise<void> {
    const isSettled = async (): Promise<boolean> =>
      sessionsOf(this.configText()) === this.data.expectedSessions() &&
      (await this.birdProtocols()) === this.data.expectedProtocols();
    try {
      await waitFor(isSettled, {
        what: 'file and BIRD to hold what etcd holds',
        everyMs: 20,
      });
    } catch (cause) {
      throw new Error(`not settled; birdkeeper's log ends with\n${await this.logTail()}`, {
        cause,
      });
    }
    await this.#expectNoRestart();
  }

  /** Waits until `/readyz` answers with this status; 200 when a configuration is loaded. */
  async ready(status: number): Promise<void> {
    await waitFor(async () => (await fetch(this.#url('/readyz'))).status === status, {
      what: `/readyz to answer ${status}`,
    });
  }

  /** What the daemon's HTTP server says at a path. */
  async page(path: string): Promise<string> {
    return (await fetch(this.#url(path))).text();
  }

  /** What the daemon says of itself. */
  async status(): Promise<DaemonStatus> {
    return JSON.parse(await this.page('/status'));
  }

  /** The value of one sample of `/metrics`, as `birdkeeper_bird_up{daemon="bird"}`; undefined when there is none. */
  async metric(sample: string): Promise<number | undefined> {
    const lines = (await this.page('/metrics')).split('\n');
    const line = lines.find((candidate) => candidate.startsWith(`${sample} `));
    return line === undefined ? undefined : Number(line.slice(sample.length));
  }

  /** What the daemon has logged at these levels. */
  async logLines(...levels: readonly string[]): Promise<readonly LogLine[]> {
    const text = (await readFile(this.#logFile, 'utf8')).trim();
    const lines = text.split('\n').map((line): LogLine => JSON.parse(line));
    return lines.filter(({ level }) => levels.includes(level));
  }

  /** Waits until the daemon has logged this message. */
  async logged(message: string): Promise<void> {
    await waitFor(async () => (await readFile(this.#logFile, 'utf8')).includes(message), {
      what: `the log to say "${message}"`,
    });
  }

  /** Gives a host another address, in etcd and in the data. */
  async changeHost(host: number): Promise<void> {
    await this.etcd.put(this.data.addressKey(host), this.data.nextAddress(host));
  }

  /** The next `count` calls of `bird -p` or `birdc configure` fail, for a reason that has nothing to do with the text. */
  async failNext(which: FailingProgram, count = 1): Promise<void> {
    await writeFile(join(this.dir, `${which}.failures`), `${count}\n`);
  }

  /** How many of the failures that were asked for are still to come. */
  async failuresLeft(which: FailingProgram): Promise<number> {
    return Number(await readFile(join(this.dir, `${which}.failures`), 'utf8'));
  }

  /** From now on every call of `birdc configure` fails, until `mendReloads`. */
  async failReloads(): Promise<void> {
    await writeFile(join(this.dir, 'birdc.fails'), '');
  }

  /** Ends `failReloads`. */
  mendReloads(): void {
    rmSync(join(this.dir, 'birdc.fails'));
  }

  /** From now on `bird -p` waits, until `releaseChecks`. */
  async holdChecks(): Promise<void> {
    await writeFile(join(this.dir, 'bird.hold'), '');
  }

  /** Waits until a check is held. */
  async heldCheck(): Promise<void> {
    await waitFor(() => existsSync(join(this.dir, 'bird.held')), { what: 'a check to be held' });
  }

  /** Lets checks go on. */
  releaseChecks(): void {
    rmSync(join(this.dir, 'bird.hold'), { force: true });
  }

  /** From now on `birdc configure` waits before it speaks to BIRD, until `releaseReloads`. */
  async holdReloads(): Promise<void> {
    await writeFile(join(this.dir, 'hold'), '');
  }

  /** Lets what is held go on. */
  releaseReloads(): void {
    rmSync(join(this.dir, 'hold'), { force: true });
  }

  /** Waits until a reload is held; gives the process id of its `birdc`. */
  async heldReload(): Promise<number> {
    const file = join(this.dir, 'held');
    const text = await waitFor(() => existsSync(file) && readFileSync(file, 'utf8').trim(), {
      what: 'a reload to be held',
    });
    return Number(text);
  }

  /** Kills the daemon, and the reload of it that is held, as a power cut would: the files are new, and BIRD has the old. */
  async killBeforeReload(): Promise<void> {
    const birdc = await this.heldReload();
    await this.birdkeeper.stop('SIGKILL');
    process.kill(birdc, 'SIGKILL');
    this.releaseReloads();
  }

  /** How many calls of `birdc configure` have ended, well or not. */
  reloads(): number {
    const file = join(this.dir, 'reloads');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
  }

  /** What each reload has found at the fixed paths, in order: the texts of all files, by name. */
  async filesOfReloads(): Promise<readonly ReadonlyMap<string, string>[]> {
    const folder = join(this.dir, 'seen');
    const numbers = (await readdir(folder)).map(Number).sort((a, b) => a - b);
    return Promise.all(
      numbers.map(async (number) => {
        const names = await readdir(join(folder, String(number)));
        const texts = names.map(
          async (name) =>
            [name, await readFile(join(folder, String(number), name), 'utf8')] as const,
        );
        return new Map(await Promise.all(texts));
      }),
    );
  }

  /** From now on each reload first reads all files, slowly, for `filesOfReloads`. */
  async recordFiles(): Promise<void> {
    await mkdir(join(this.dir, 'seen'), { recursive: true });
  }

  /** The text of bird.cfg at its fixed path; empty when it isn't there. */
  configText(): string {
    const file = join(this.outputDir, 'bird.cfg');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** The names of the BGP protocols that BIRD runs. */
  async birdProtocols(): Promise<string> {
    return protocolsOf(await this.bird.birdc('show', 'protocols'));
  }

  /** The end of the daemon's log. */
  async logTail(): Promise<string> {
    const text = await readFile(this.#logFile, 'utf8').catch(() => '(no log)');
    return text.slice(-SHOWN_LOG_CHARACTERS);
  }

  /** Ends and removes everything. */
  async dispose(): Promise<void> {
    this.releaseChecks();
    this.releaseReloads();
    await this.#birdkeeper?.stop('SIGKILL');
    await this.bird.stop();
    await this.proxy.close();
    await this.etcd.dispose();
    await removeTree(this.dir);
    this.#forget();
  }

  async #expectNoRestart(): Promise<void> {
    const former = this.#sessions;
    const answer = await this.bird.birdc('show', 'protocols');
    const now = { pid: this.bird.pid, since: sincesOf(answer) };
    this.#sessions = now;
    const isOther = (name: string, since: string) => (now.since.get(name) ?? since) !== since;
    const restarted = [...(former?.since ?? [])].filter(([name, since]) => isOther(name, since));
    if (former?.pid === now.pid && restarted.length > 0) {
      throw new Error(`sessions were restarted: ${restarted.join(' ')}; now\n${answer}`);
    }
  }

  #options(): Readonly<Record<string, string>> {
    return {
      '--role': 'node',
      '--node': NODE_NAME,
      '--ip': NODE_ADDRESS,
      '--datastore': 'etcd3',
      '--etcd-endpoints': this.proxy.url,
      '--output-dir': this.outputDir,
      '--state-dir': join(this.dir, 'state'),
      '--bird': join(this.dir, 'bird'),
      '--birdc': join(this.dir, 'birdc'),
      '--bird-socket': this.bird.socket,
      '--listen': `127.0.0.1:${this.#port}`,
    };
  }

  #url(path: string): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  get #logFile(): string {
    return join(this.dir, 'birdkeeper.log');
  }
}

/** A line of the daemon's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** When each session was started last, by its name, as that BIRD tells. */
interface SessionsSince {
  readonly pid: number;
  readonly since: ReadonlyMap<string, string>;
}

interface FaultSiteParts {
  readonly dir: string;
  readonly data: MeshData;
  readonly etcd: Etcd;
  readonly proxy: TcpProxy;
  readonly bird: LoneBird;
  readonly port: number;
}

function outputDirOf(dir: string): string {
  return join(dir, 'config');
}
