/** A real BIRD with its own socket and configuration, in a network namespace of its own that nothing leaves. */

import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BirdInstance } from '../../src/apply/bird-instance.js';
import type { BirdDaemon } from '../../src/render/file-set.js';
import { atExit } from './at-exit.js';
import { birdOf } from './birds.js';
import { BackgroundCommand, runCommand } from './command.js';
import { removeTree } from './folder.js';
import { waitFor } from './wait-for.js';

/** Which BIRD: this machine's, one of the two programs of 1.6.8, or those of line 3 (`birds.ts`). */
export type TestBirdKind = 'bird2' | 'bird1' | 'bird1-ipv6' | 'bird3' | 'bird3-newest';

/** One BIRD under test; `start` and `stop` it as often as you like. */
export class TestBird {
  readonly instance: BirdInstance;
  readonly #configFile: string;
  readonly #logFile: string;
  readonly #forget: () => void;
  #process: BackgroundCommand | undefined;

  /** @param outputDir - where its configuration is, or will be: `bird.cfg`, or `bird6.cfg` */
  constructor(kind: TestBirdKind, outputDir: string, dir: string) {
    const daemon: BirdDaemon = kind === 'bird1-ipv6' ? 'bird6' : 'bird';
    this.instance = { daemon, ...programsOf(kind), socketPath: join(dir, `${daemon}.ctl`) };
    this.#configFile = join(outputDir, `${daemon}.cfg`);
    this.#logFile = join(dir, `${daemon}.log`);
    this.#forget = atExit(() => this.#process?.signal('SIGKILL'));
  }

  /** Starts it with what its configuration file holds, and waits until it answers. */
  async start(): Promise<void> {
    const { birdPath, socketPath } = this.instance;
    // -R as in earnest: until its neighbors are back, such a BIRD takes part in graceful restart.
    const args = ['--net', birdPath, '-f', '-R', '-c', this.#configFile, '-s', socketPath];
    const process = new BackgroundCommand('unshare', args, this.#logFile);
    this.#process = process;
    await waitFor(async () => !process.isRunning || (await this.birdc('show', 'status')), {
      what: 'BIRD to answer',
    });
    if (!process.isRunning) {
      throw new Error(`BIRD ended at once; see ${this.#logFile}`);
    }
  }

  /** Ends it; SIGTERM unless told. After SIGKILL its socket stays behind. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  /** Ends it for good. */
  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    this.#forget();
  }

  /** Sends a signal to it. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  /** What its client prints for a command. @throws {CommandFailedError} */
  birdc(...command: readonly string[]): Promise<string> {
    return runCommand(this.instance.birdcPath, ['-s', this.instance.socketPath, ...command]);
  }

  /** The number in the name of the protocol `gen_N` that it runs; `undefined` when it runs none. */
  async generation(): Promise<number | undefined> {
    const digits = /^gen_(\d+) /m.exec(await this.birdc('show', 'protocols'))?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** How often it was told to load its configuration since it was started. */
  async reconfigurations(): Promise<number> {
    const log = await runCommand('cat', [this.#logFile]);
    return log.slice(log.lastIndexOf('Started')).match(/Reconfigured/g)?.length ?? 0;
  }
}

/** A folder with an output directory in it, both for one test. */
export interface ApplyFolder {
  readonly dir: string;
  readonly outputDir: string;
  remove(): Promise<void>;
}

/** Makes a folder for one test; remove it after the test. */
export async function makeApplyFolder(): Promise<ApplyFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'birdkeeper-apply-'));
  const outputDir = join(dir, 'config');
  await mkdir(outputDir);
  return { dir, outputDir, remove: () => removeTree(dir) };
}

function programsOf(kind: TestBirdKind): Pick<BirdInstance, 'birdPath' | 'birdcPath'> {
  if (kind === 'bird1-ipv6') {
    const { bird6 = '', birdc6 = '' } = birdOf('bird1');
    return { birdPath: bird6, birdcPath: birdc6 };
  }
  const { bird, birdc } = birdOf(kind);
  return { birdPath: bird, birdcPath: birdc };
}
