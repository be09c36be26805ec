/** The built daemon under test. */
import { existsSync } from 'node:fs';
import { atExit } from '../support/at-exit.js';
import { BackgroundCommand } from '../support/command.js';
import { NODE_ADDRESS } from '../support/lone-bird.js';
import { tools } from '../support/tools.js';
import { type CpuSeconds, cpuOf, type MemoryMib, memoryOf } from './process-cost.js';

/** Where the daemon finds and puts everything. */
export interface BirdkeeperPlace {
  /** The built program's one file. */
  readonly program: string;
  readonly etcdUrl: string;
  readonly outputDir: string;
  readonly stateDir: string;
  readonly birdSocket: string;
  /** For its HTTP server, which runs as it does in production. */
  readonly port: number;
  readonly logFile: string;
}

/** One running `birdkeeper run`. */
export class BirdkeeperProcess {
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedMs: number;
  readonly #process: BackgroundCommand;
  readonly #forget: () => void;

  /** Starts it, and does not wait. @throws when it isn't built */
  constructor(place: BirdkeeperPlace) {
    if (!existsSync(place.program)) {
      throw new Error(`${place.program} is missing: npm run build makes it`);
    }
    this.startedMs = performance.now();
    this.#process = new BackgroundCommand(process.execPath, argumentsFor(place), place.logFile);
    this.#forget = atExit(() => this.#process.signal('SIGKILL'));
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** Its CPU time so far. */
  cpu(): CpuSeconds {
    return cpuOf(this.#process.pid);
  }

  /** Its memory now, and at most. */
  memory(): MemoryMib {
    return memoryOf(this.#process.pid);
  }

  /** Ends it in order. @throws when its exit status isn't 0 */
  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM', 10_000);
    this.#forget();
    if (this.#process.exitCode !== 0) {
      const { exitCode, logFile } = this.#process;
      throw new Error(`birdkeeper ended with exit status ${exitCode}; see ${logFile}`);
    }
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
    this.#forget();
  }
}

function argumentsFor(place: BirdkeeperPlace): readonly string[] {
  return [
    ...[place.program, 'run', '--role', 'node', '--node', 'bench-node', '--ip', NODE_ADDRESS],
    ...['--datastore', 'etcd3', '--etcd-endpoints', place.etcdUrl],
    ...['--output-dir', place.outputDir, '--state-dir', place.stateDir],
    ...['--dialect', 'auto', '--bird', tools.bird2.bird, '--birdc', tools.bird2.birdc],
    ...['--bird-socket', place.birdSocket, '--listen', `127.0.0.1:${place.port}`],
    ...['--log-level', 'info', '--log-format', 'json'],
  ];
}
