/** The scripts that start BIRD, and those of the container, run on a host of their own without image and systemd. */
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackgroundCommand, runCommand } from './command.js';
import { type Namespace, Network } from './netns.js';
import { takePort } from './port-taker.js';
import { projectRoot, tools } from './tools.js';
import { waitFor } from './wait-for.js';

/** A configuration that every BIRD 2 takes, with one session whose neighbor is never there. */
export const SOME_CONFIG = `log stderr all;
router id 10.254.0.1;
protocol device {
}
protocol bgp nobody {
  local 10.254.0.1 as 65100;
  neighbor 10.254.0.2 as 65100;
  graceful restart;
  ipv4 { import all; export all; };
}
`;

/** Process 1 of namespaces of its own. */
export interface FirstProcess {
  /** Ends with it, and with its exit status. */
  readonly outer: BackgroundCommand;
  /** What it is called outside of its namespaces. */
  readonly pid: number;
}

/** A host on which `start-bird` runs. */
export class StartSite {
  readonly network: Network;
  readonly namespace: Namespace;
  readonly configFile: string;
  readonly mark: string;
  readonly #socket: string;
  readonly #logFile: string;

  private constructor(network: Network, namespace: Namespace) {
    const { dir } = network;
    this.network = network;
    this.namespace = namespace;
    this.configFile = join(dir, 'bird.cfg');
    this.#socket = join(dir, 'bird.ctl');
    this.mark = join(dir, 'bird.ran');
    this.#logFile = join(dir, 'start-bird.log');
  }

  /** Runs `work` on such a host, and removes it whatever happens; what the script said is shown when `work` throws. */
  static async with(work: (site: StartSite) => Promise<void>): Promise<void> {
    const network = await Network.create(['10.254.0.254/24']);
    try {
      const link = { addresses: ['10.254.0.1/24', 'fd00::1/64'] };
      const site = new StartSite(network, await network.addHost('node', link));
      try {
        for (const folder of ['docker/container', 'packaging']) {
          await cp(join(projectRoot, folder), join(network.dir, 'container'), { recursive: true });
        }
        await chmod(network.dir, 0o711);
        await work(site);
      } catch (error) {
        console.error(await site.log());
        throw error;
      }
    } finally {
      await network.dispose();
    }
  }

  /** The variables by which script and client find everything. */
  get variables(): readonly string[] {
    return [`BIRDKEEPER_OUTPUT_DIR=${this.network.dir}`, `BIRDKEEPER_BIRD_SOCKET=${this.#socket}`];
  }

  /** A script, by its name; all are in one folder, as in the image. */
  script(name: string): string {
    return join(this.network.dir, 'container', name);
  }

  /** Starts `start-bird`. @param before - a command that becomes the script, `setpriv` for example */
  start(before: readonly string[] = []): BackgroundCommand {
    return this.run([...before, this.script('start-bird')]);
  }

  /** Starts a script as process 1 of namespaces of its own, as in a container; gives its process id out here. */
  async startAsFirst(name: string): Promise<FirstProcess> {
    const own = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    // Of the container's user it becomes what the image makes it.
    await runCommand('chown', ['bird:bird', this.network.dir]);
    const outer = this.run([...own, this.script('with-network-rights'), this.script(name)]);
    const file = `/proc/${outer.pid}/task/${outer.pid}/children`;
    const children = await waitFor(() => readFile(file, 'utf8'), { what: `${name} to start` });
    return { outer, pid: Number(children) };
  }

  /** Starts a command with the script's variables. */
  run(command: readonly string[]): BackgroundCommand {
    return this.namespace.start('env', [...this.variables, ...command], this.#logFile);
  }

  /** Writes BIRD's configuration. */
  async configure(text = SOME_CONFIG): Promise<void> {
    await writeFile(this.configFile, text);
  }

  /** All that was printed so far. */
  log(): Promise<string> {
    return readFile(this.#logFile, 'utf8').catch(() => '');
  }

  /** Waits until this was printed. */
  async said(text: string | RegExp): Promise<void> {
    const isIn = (log: string): boolean =>
      typeof text === 'string' ? log.includes(text) : text.test(log);
    const look = async () => isIn(await this.log());
    await waitFor(look, { what: `the start script to say ${text}` });
  }

  /** What BIRD's client prints. @throws when BIRD doesn't answer */
  birdc(...command: readonly string[]): Promise<string> {
    return runCommand(tools.bird2.birdc, ['-s', this.#socket, ...command]);
  }

  /** Waits until the process of the script has become a BIRD that answers; gives its arguments. */
  async becameBird(started: BackgroundCommand): Promise<readonly string[]> {
    await waitFor(() => this.birdc('show', 'status'), { what: 'BIRD to answer' });
    const line = await readFile(`/proc/${started.pid}/cmdline`, 'utf8');
    return line.split('\0');
  }

  /** Waits until BIRD has left word that it runs. */
  async hasMark(): Promise<string> {
    return waitFor(() => readFile(this.mark, 'utf8'), { what: `${this.mark}` });
  }

  /** Starts something that listens on port 179, as another BGP daemon would; waits until it does. */
  takePort(address: string): Promise<BackgroundCommand> {
    return takePort(this.namespace, this.network.dir, address);
  }
}
