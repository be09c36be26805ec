/**
 * The services of a compose file, run by podman in network namespaces: what of the compose specification our file uses, with
 * etcd of this machine in the place of etcd's image.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Container } from './container.js';
import { podman } from './image.js';
import { type Namespace, Network } from './netns.js';
import { tools } from './tools.js';

interface Service {
  readonly command: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly hostname?: string;
  readonly network_mode?: string;
  readonly networks?: { readonly default: { readonly ipv4_address: string } };
}

/** What is used of a compose file. */
export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: {
    readonly default: { readonly ipam: { readonly config: readonly { subnet: string }[] } };
  };
}

/** A running compose file. */
export class Composition {
  readonly network: Network;
  readonly #file: ComposeFile;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #containers = new Map<string, Container>();
  readonly #volumes: string[] = [];

  private constructor(file: ComposeFile, network: Network) {
    this.#file = file;
    this.network = network;
  }

  /** Starts all services. @param image - in the place of the file's */
  static async start(file: ComposeFile, image: string): Promise<Composition> {
    const subnet = file.networks.default.ipam.config[0]?.subnet ?? '';
    const network = await Network.create([subnet.replace(/\.0\//, '.1/')]);
    const composition = new Composition(file, network);
    try {
      for (const name of Object.keys(file.volumes)) {
        await composition.#addVolume(name);
      }
      for (const [name, service] of Object.entries(file.services)) {
        await composition.#start(name, service, image);
      }
    } catch (error) {
      await composition.dispose();
      throw error;
    }
    return composition;
  }

  /** The network namespace of a service. */
  namespaceOf(service: string): Namespace {
    const namespace = this.#namespaces.get(service);
    if (namespace === undefined) {
      throw new Error(`no service ${service}`);
    }
    return namespace;
  }

  /** Runs a command in a service's container, as `docker compose exec` with these words does; gives what it printed. */
  exec(words: readonly string[]): Promise<string> {
    const user = words[0] === '--user' ? words.slice(0, 2) : [];
    const [service = '', ...command] = words.slice(user.length);
    const container = this.#containers.get(service);
    if (container === undefined) {
      throw new Error(`no container of service ${service}`);
    }
    return podman(['exec', ...user, container.name, ...command]);
  }

  /** What all services have printed. */
  async logs(): Promise<string> {
    const logs = await Promise.all([...this.#containers.values()].map((c) => c.logs()));
    return logs.join('\n');
  }

  /** Ends and removes everything. */
  async dispose(): Promise<void> {
    for (const container of this.#containers.values()) {
      await container.dispose();
    }
    if (this.#volumes.length > 0) {
      await podman(['volume', 'rm', '--force', ...this.#volumes]);
    }
    await this.network.dispose();
  }

  async #addVolume(name: string): Promise<void> {
    const volume = this.#volumeOf(name);
    await podman(['volume', 'create', volume]);
    this.#volumes.push(volume);
  }

  #volumeOf(name: string): string {
    return `${this.network.id}-${name}`;
  }

  async #start(name: string, service: Service, image: string): Promise<void> {
    const namespace = await this.#namespaceFor(name, service);
    this.#namespaces.set(name, namespace);
    const [program, ...args] = service.command;
    if (program === 'etcd') {
      const dir = join(this.network.dir, 'etcd');
      await mkdir(dir);
      namespace.start(tools.etcd, [...args, `--data-dir=${dir}`], `${dir}.log`);
      return;
    }
    const options = this.#optionsOf(service);
    const started = { image, namespace, options, args: service.command };
    this.#containers.set(name, await Container.start(started));
  }

  async #namespaceFor(name: string, service: Service): Promise<Namespace> {
    const other = /^service:(.*)$/.exec(service.network_mode ?? '')?.[1];
    if (other !== undefined) {
      return this.namespaceOf(other);
    }
    const [, length] = (this.#file.networks.default.ipam.config[0]?.subnet ?? '').split('/');
    const address = `${service.networks?.default.ipv4_address}/${length}`;
    return this.network.addHost(name, { addresses: [address] });
  }

  #optionsOf(service: Service): readonly string[] {
    const each = (flag: string, values: readonly string[] = []) => values.flatMap((v) => [flag, v]);
    const environment = Object.entries(service.environment ?? {}).map((pair) => pair.join('='));
    const volumes = service.volumes?.map((volume) => this.#volumeOf(volume));
    return [
      ...(service.user ? ['--user', service.user] : []),
      ...(service.read_only ? ['--read-only', '--read-only-tmpfs=false'] : []),
      ...each('--tmpfs', service.tmpfs),
      ...each('--cap-drop', service.cap_drop),
      ...each('--cap-add', service.cap_add),
      // Docker's and podman's words for it differ.
      ...each(
        '--security-opt',
        service.security_opt?.map((o) => o.replace(/:true$/, '')),
      ),
      ...each('-e', environment),
      ...each('-v', volumes),
    ];
  }
}
