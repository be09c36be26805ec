/**
 * The BIRD of one lab host: one process (BIRD 2 and 3) or one a family (BIRD 1.6), each with its own socket in the lab's folder.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BirdKind, birdOf } from './birds.js';
import type { BackgroundCommand } from './command.js';
import type { Namespace } from './netns.js';
import { waitFor } from './wait-for.js';

/** One line of `birdc show protocols`. */
export interface LabSession {
  /** The protocol's name: `Mesh_172_17_42_32`. */
  readonly name: string;
  /** `up`, `start`, `down`. */
  readonly state: string;
  /** When it came into that state, as BIRD prints it; to the second on BIRD 1.6. */
  readonly since: string;
  /** `Established`, `Active Socket: Connection refused`, or empty. */
  readonly info: string;
}

/** One BIRD process and its client. */
interface BirdDaemon {
  readonly bird: string;
  readonly birdc: string;
  readonly configFile: string;
  readonly socket: string;
  readonly logFile: string;
  running?: BackgroundCommand;
}

/** The BIRD of one host. */
export class LabBird {
  readonly kind: BirdKind;
  /** What birdkeeper calls its output directory: BIRD reads bird.cfg (and 1.6 bird6.cfg) from here. */
  readonly configDir: string;
  readonly #namespace: Namespace;
  readonly #routerId: string;
  readonly #daemons: readonly BirdDaemon[];

  /** @param dir - an own folder, for sockets, logs and the folder with the configuration */
  constructor(kind: BirdKind, namespace: Namespace, place: { dir: string; routerId: string }) {
    this.kind = kind;
    this.configDir = join(place.dir, 'config');
    this.#namespace = namespace;
    this.#routerId = place.routerId;
    const daemon = (bird: string, birdc: string, name: string): BirdDaemon => ({
      bird,
      birdc,
      configFile: join(this.configDir, `${name}.cfg`),
      socket: join(place.dir, `${name}.ctl`),
      logFile: join(place.dir, `${name}.log`),
    });
    const { bird, birdc, bird6, birdc6 } = birdOf(kind);
    this.#daemons = [
      daemon(bird, birdc, 'bird'),
      ...(bird6 !== undefined && birdc6 !== undefined ? [daemon(bird6, birdc6, 'bird6')] : []),
    ];
  }

  /** The environment by which birdkeeper finds this BIRD. */
  get birdkeeperEnvironment(): Readonly<Record<string, string>> {
    const variables = this.#daemons.flatMap(({ bird, birdc, socket }, i) => {
      const family = i === 0 ? '' : '6';
      return [
        [`BIRDKEEPER_BIRD${family}`, bird],
        [`BIRDKEEPER_BIRDC${family}`, birdc],
        [`BIRDKEEPER_BIRD${family}_SOCKET`, socket],
      ];
    });
    return { BIRDKEEPER_OUTPUT_DIR: this.configDir, ...Object.fromEntries(variables) };
  }

  /** Shell scripts that are this BIRD's client: `birdc`, and `birdc6` where there are two processes. */
  get clientScripts(): Readonly<Record<string, string>> {
    const scripts = this.#daemons.map(({ birdc, socket }, i) => [
      i === 0 ? 'birdc' : 'birdc6',
      `exec ${birdc} -s ${socket} "$@"`,
    ]);
    return Object.fromEntries(scripts);
  }

  /** Files with what the processes have said. */
  get logFiles(): readonly string[] {
    return this.#daemons.map(({ logFile }) => logFile);
  }

  /** The process ids of what runs. */
  get pids(): readonly number[] {
    return this.#daemons.flatMap(({ running }) => (running?.isRunning ? [running.pid] : []));
  }

  /** Whether there is a configuration to start from for each process. */
  get hasConfig(): boolean {
    return this.#daemons.every(({ configFile }) => existsSync(configFile));
  }

  /**
   * Starts BIRD, and waits until it answers; without a configuration it gets one that does nothing.
   *
   * @param files - what another program has written into its folder, by their names
   */
  async start(files: Readonly<Record<string, string>> = {}): Promise<void> {
    await mkdir(this.configDir, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(this.configDir, name), text);
    }
    await Promise.all(this.#daemons.map((daemon) => this.#start(daemon)));
  }

  /** Ends BIRD; SIGTERM unless told. Its routes stay in the kernel when its configuration says `persist`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await Promise.all(this.#daemons.map(({ running }) => running?.stop(signal)));
  }

  /** Ends BIRD and starts it again from what its configuration folder holds. */
  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  /** Writes the configuration of the IPv4 process (of BIRD 2) and has it loaded. @throws when BIRD refuses it */
  async configure(text: string): Promise<string> {
    const [daemon] = this.#daemons;
    if (daemon === undefined) {
      return '';
    }
    await writeFile(daemon.configFile, text);
    return this.birdc('configure');
  }

  /** What the client answers to a command: of the IPv4 process, unless told. */
  birdc(command: string, family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<string> {
    const daemon = (family === 'ipv6' && this.#daemons[1]) || this.#daemons[0];
    if (daemon === undefined) {
      throw new Error('a lab host has at least one BIRD');
    }
    return this.#ask(daemon, command);
  }

  /** The BGP sessions, of both families. */
  async sessions(): Promise<readonly LabSession[]> {
    const answers = await Promise.all(this.#daemons.map((d) => this.#ask(d, 'show protocols')));
    return answers.flatMap(sessionsOf);
  }

  async #start(daemon: BirdDaemon): Promise<void> {
    const { bird, configFile, socket, logFile } = daemon;
    if (!existsSync(configFile)) {
      await writeFile(configFile, idleConfig(this.#routerId));
    }
    // In the foreground: then its process id is ours, and its last words are in the log. -R: routes are taken over from a
    // BIRD before it (graceful restart, RFC 4724), and not announced before the neighbors have told theirs.
    const args = ['-f', '-R', '-c', configFile, '-s', socket];
    const running = this.#namespace.start(bird, args, logFile);
    daemon.running = running;
    await waitFor(async () => !running.isRunning || (await this.#ask(daemon, 'show status')), {
      what: `${bird} on ${this.#namespace.name} to answer`,
    });
    if (!running.isRunning) {
      throw new Error(`${running.command} ended at once; see ${logFile}`);
    }
  }

  #ask({ birdc, socket }: BirdDaemon, command: string): Promise<string> {
    return this.#namespace.exec(birdc, ['-s', socket, ...command.split(' ')]);
  }
}

/** The least that any BIRD takes. */
function idleConfig(routerId: string): string {
  return `log stderr all;\nrouter id ${routerId};\nprotocol device {\n}\n`;
}

function sessionsOf(answer: string): readonly LabSession[] {
  // name, "BGP", table, state, since (one or two words), info. No info word starts with a digit.
  const line = /^(\S+) +BGP +\S+ +(\S+) +((?:\d\S* *)+)(.*)$/gm;
  return Array.from(answer.matchAll(line), ([, name = '', state = '', since = '', info = '']) => ({
    name,
    state,
    since: since.trim(),
    info: info.trim(),
  }));
}
