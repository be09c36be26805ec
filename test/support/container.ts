/** Containers of the image, in the network namespaces of a lab. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { atExit } from './at-exit.js';
import { filesOfContainer, leftImages, podman, podmanOptions, removeImage } from './image.js';
import type { Namespace } from './netns.js';
import { ResidentShell } from './resident-shell.js';
import { DEADLINE_MS, waitFor } from './wait-for.js';

/** What is to run. */
export interface ContainerOptions {
  readonly image: string;
  /** Whose network it gets; none unless told. */
  readonly namespace?: Namespace;
  /** Options of `docker run`, as an operator would write them: `['-e', 'IP=172.17.42.40']`. */
  readonly options?: readonly string[];
  /** Arguments for the image's entry point; its default command unless told. */
  readonly args?: readonly string[];
}

/** Limits that a machine without the right to raise them allows. */
const limits = ['--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=30000:30000'];

/** One container, running or ended. */
export class Container {
  readonly name: string;

  readonly #forget: () => void;
  /** Root without its rights may not use a socket of bird's. */
  readonly #shellOfBird: ResidentShell;
  #id = '';

  private constructor(name: string) {
    this.name = name;
    this.#forget = atExit(() => removeNow(name));
    const entrance = ['exec', '-i', '--user', 'bird', name, 'sh'];
    this.#shellOfBird = new ResidentShell(['podman', ...podmanOptions, ...entrance]);
  }

  /** Starts it, as `docker run -d` does. */
  static async start(options: ContainerOptions): Promise<Container> {
    const { image, namespace, options: more = [], args = [] } = options;
    const container = new Container(`bk-${process.pid}-${randomBytes(2).toString('hex')}`);
    const network = namespace === undefined ? 'none' : `ns:/run/netns/${namespace.id}`;
    const id = await podman([
      ...['run', '-d', '--name', container.name, '--network', network, ...limits],
      // Podman has systemd run health checks, and there need be none here: tests run the command themselves.
      ...['--no-healthcheck', '--log-driver', 'k8s-file', ...more, image, ...args],
    ]);
    container.#id = id.trim();
    return container;
  }

  /** Runs a command in it; gives what it printed. */
  exec(...command: readonly string[]): Promise<string> {
    return podman(['exec', this.name, ...command]);
  }

  /** All that it has printed, on both outputs. Read where podman keeps it: tests look at it again and again. */
  async logs(): Promise<string> {
    const kept = await readFile(filesOfContainer(this.#id).log, 'utf8');
    // A time, which output, whether the line ends there (F) or goes on (P), and the text.
    return kept.replaceAll(/^\S+ std(?:out|err) ([FP]) ([^\n]*)\n/gm, (_, end, text) =>
      end === 'F' ? `${text}\n` : text,
    );
  }

  /** `docker stop`, with time to end; by SIGKILL after that, which the exit status tells. */
  async stop(): Promise<void> {
    await podman(['stop', '--time', String(DEADLINE_MS / 2 / 1000), this.name]);
  }

  /** `docker kill`: SIGKILL to its process 1, and with that to all. */
  async kill(): Promise<void> {
    await podman(['kill', '--signal', 'KILL', this.name]);
  }

  /** `docker start` */
  async startAgain(): Promise<void> {
    await podman(['start', this.name]);
  }

  /** Its exit status, once it has ended. */
  async exitStatus(): Promise<number> {
    return Number(await podman(['wait', this.name]));
  }

  /** Whether it has not ended. */
  async isRunning(): Promise<boolean> {
    const state = await podman(['inspect', '--format', '{{.State.Running}}', this.name]);
    return state.trim() === 'true';
  }

  /** The process of one of runit's services; 0 while there is none. */
  async pidOf(service: 'bird' | 'birdkeeper'): Promise<number> {
    const first = (await readFile(filesOfContainer(this.#id).pid, 'utf8')).trim();
    const file = `/proc/${first}/root/run/birdkeeper/supervise/${service}/pid`;
    return Number((await readFile(file, 'utf8')).trim());
  }

  /** Kills the process of a service, as the kernel would when memory is short, and waits for another. */
  async killAndWait(service: 'bird' | 'birdkeeper'): Promise<void> {
    const before = await this.pidOf(service);
    await this.exec('sh', '-c', `kill -KILL ${before}`);
    await waitFor(async () => ![0, before].includes(await this.pidOf(service)), {
      what: `another ${service} in ${this.name}`,
      everyMs: 50,
    });
  }

  /** Waits until BIRD in it has exactly these sessions, all Established. */
  async waitForSessions(names: readonly string[]): Promise<void> {
    const wanted = [...names].sort().join(' ');
    let found = '';
    const look = async (): Promise<boolean> => {
      const answer = await this.#shellOfBird.run('birdc show protocols');
      const lines = answer.split('\n').filter((line) => / BGP .* Established/.test(line));
      found = lines
        .map((line) => line.split(' ')[0] ?? '')
        .sort()
        .join(' ');
      return found === wanted;
    };
    try {
      await waitFor(look, { what: `the sessions of ${this.name}`, everyMs: 100 });
    } catch (cause) {
      throw new Error(`established are "${found}" and not "${wanted}"`, { cause });
    }
  }

  /** Ends and removes it. */
  async dispose(): Promise<void> {
    await podman(['rm', '--force', '--time', '0', this.name]);
    this.#forget();
  }
}

/** Runs `work` with a container, and removes it whatever happens; its output is shown when `work` throws. */
export async function withContainer<T>(
  options: ContainerOptions,
  work: (container: Container) => Promise<T>,
): Promise<T> {
  const container = await Container.start(options);
  try {
    return await work(container);
  } catch (error) {
    // Work may have removed it: what went wrong then is not that it has no logs.
    console.error(await container.logs().catch(() => `${container.name} is gone`));
    throw error;
  } finally {
    await container.dispose();
  }
}

function removeNow(name: string): void {
  const args = [...podmanOptions, 'rm', '--force', '--time', '0', name];
  try {
    execFileSync('podman', args, { stdio: 'ignore' });
  } catch {
    // The next run removes it.
  }
}

/** Removes the containers and images of runs whose process has ended without doing so. */
export async function removeLeftContainers(): Promise<void> {
  const names = (await podman(['ps', '--all', '--format', '{{.Names}}'])).split('\n');
  for (const name of names) {
    const pid = /^bk-(\d+)-/.exec(name)?.[1];
    if (pid && isDead(Number(pid))) {
      await podman(['rm', '--force', '--ignore', '--time', '0', name]);
    }
  }
  for (const name of await leftImages(isDead)) {
    await removeImage(name);
  }
}

function isDead(pid: number): boolean {
  return !existsSync(`/proc/${pid}`);
}
