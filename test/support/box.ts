/** A container as an operator treats it: stopped and started, killed, and replaced by another one of the same kind. */
import { Container, type ContainerOptions } from './container.js';
import { waitFor } from './wait-for.js';

/** One such container, and those that come after it. */
export class Box {
  readonly #options: ContainerOptions;
  #container: Container | undefined;

  constructor(options: ContainerOptions) {
    this.#options = options;
  }

  /** The one that runs. @throws when none was started */
  get container(): Container {
    if (this.#container === undefined) {
      throw new Error('no container was started');
    }
    return this.#container;
  }

  /** `docker run` */
  async start(): Promise<void> {
    this.#container = await Container.start(this.#options);
  }

  /** `docker restart` */
  async restart(): Promise<void> {
    await this.container.stop();
    await this.container.startAgain();
  }

  /** `kill -9`, and the start that its restart policy brings. */
  async kill(): Promise<void> {
    await this.end();
    await this.container.startAgain();
  }

  /** `kill -9`, and no start. */
  async end(): Promise<void> {
    await this.container.kill();
    await this.container.exitStatus();
  }

  /** Runs a script of sh to its end in another container with the same volumes, as BIRD's user. @throws {Error} when it fails */
  async besides(script: string): Promise<void> {
    const { options = [], ...rest } = this.#options;
    const asBird = [...options, '--user', 'bird', '--entrypoint', 'sh'];
    const beside = await Container.start({ ...rest, options: asBird, args: ['-c', script] });
    const status = await beside.exitStatus();
    const said = await beside.logs();
    await beside.dispose();
    if (status !== 0) {
      throw new Error(`"${script}" ended with ${status}: ${said}`);
    }
  }

  /** `docker stop`, `docker rm` and `docker run`, as for another image. */
  async replace(): Promise<void> {
    await this.stopAndDispose();
    await this.start();
  }

  /** `docker stop` and `docker rm` */
  async stopAndDispose(): Promise<void> {
    await this.container.stop();
    await this.dispose();
  }

  /** Does something, and waits until it has printed `text` once more. */
  async saysAfter(doing: () => Promise<void>, text: string): Promise<void> {
    const count = async (): Promise<number> => (await this.container.logs()).split(text).length;
    const before = await count();
    await doing();
    await waitFor(async () => (await count()) > before, {
      what: `"${text}" of ${this.container.name}`,
      everyMs: 100,
    });
  }

  async dispose(): Promise<void> {
    await this.#container?.dispose();
    this.#container = undefined;
  }
}
