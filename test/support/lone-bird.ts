/**
 * A real BIRD in a network namespace that has nothing but loopback, so that no packet of
 * its sessions leaves the machine. Its control socket is a file, which is reached from outside.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atExit } from './at-exit.js';
import { BackgroundCommand, runCommand } from './command.js';
import { tools } from './tools.js';
import { waitFor } from './wait-for.js';

/** The address of the node under test, which no host of the data set has. */
export const NODE_ADDRESS = '10.254.0.1';

/** Enters the namespace and becomes BIRD: one process, which takes the namespace with it when it ends. */
const IN_NAMESPACE = `ip=$1; shift
"$ip" link set lo up && "$ip" address add ${NODE_ADDRESS}/32 dev lo && exec "$@"`;

/** Nothing but what BIRD needs to start. */
const IDLE_CONFIG = `log stderr all;\nrouter id ${NODE_ADDRESS};\nprotocol device {\n}\n`;

/** A running BIRD. */
export class LoneBird {
  readonly socket: string;
  readonly configFile: string;
  readonly #logFile: string;
  readonly #forget: () => void;
  #program: string = tools.bird2.bird;
  #process: BackgroundCommand;

  private constructor(configFile: string, dir: string) {
    this.configFile = configFile;
    this.socket = join(dir, 'bird.ctl');
    this.#logFile = logFileOf(dir);
    this.#process = this.#launch();
    this.#forget = atExit(() => this.#process.signal('SIGKILL'));
  }

  /**
   * Starts BIRD with a configuration that does nothing, and waits until it answers.
   *
   * @param dir - for its socket and its log, `bird.log`
   * @param configFile - what it reads; is written here first
   */
  static async start(dir: string, configFile: string): Promise<LoneBird> {
    await writeFile(configFile, IDLE_CONFIG);
    const bird = new LoneBird(configFile, dir);
    await bird.#answered();
    return bird;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What `birdc` prints for a command. @throws {CommandFailedError} */
  birdc(...command: readonly string[]): Promise<string> {
    return runCommand(tools.bird2.birdc, ['-s', this.socket, ...command]);
  }

  /** Makes it forget all sessions: writes the idle configuration and has it loaded. */
  async becomeIdle(): Promise<void> {
    await writeFile(this.configFile, IDLE_CONFIG);
    await this.birdc('configure');
    await waitFor(async () => !(await this.birdc('show', 'protocols')).includes(' BGP '), {
      what: 'BIRD to end its sessions',
      everyMs: 50,
    });
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.kill();
    this.#forget();
  }

  /** Ends it as a crash would, until `startAgain`. */
  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  /**
   * Starts it with what its configuration file holds now, and waits until it answers.
   *
   * @param program - another BIRD, in the place of the one before
   */
  async startAgain(program = this.#program): Promise<void> {
    this.#program = program;
    this.#process = this.#launch();
    await this.#answered();
  }

  #launch(): BackgroundCommand {
    const bird = [this.#program, '-f', '-c', this.configFile, '-s', this.socket];
    const args = ['--net', 'sh', '-ec', IN_NAMESPACE, 'sh', tools.ip, ...bird];
    return new BackgroundCommand('unshare', args, this.#logFile);
  }

  async #answered(): Promise<void> {
    const process = this.#process;
    await waitFor(async () => !process.isRunning || (await this.birdc('show', 'status')), {
      what: 'BIRD to answer',
    });
    if (!process.isRunning) {
      throw new Error(`BIRD ended at once; see ${process.logFile}`);
    }
  }
}

/** Where a BIRD that was started in `dir` logs. */
export function logFileOf(dir: string): string {
  return join(dir, 'bird.log');
}
