/**
 * A host with one BIRD and a rendered configuration, the other ends of all its sessions, and routes from everywhere: what the
 * configuration means, as the other ends, BIRD's tables and the kernel show it.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ControlClient } from '../../src/apply/birdc/control-client.js';
import { systemClock } from '../../src/base/clock.js';
import type { Plan } from '../../src/plan/plan.js';
import { FAMILIES } from '../../src/values/family.js';
import { type Bird, birdOf } from './birds.js';
import { FAR, INTERFACES, kernelRoutes } from './fed-routes.js';
import { type Namespace, Network } from './netns.js';
import { type OtherEnd, otherEndsOf } from './other-ends.js';
import { prefixesOf, routesOf, type ShownRoute } from './route-texts.js';
import { DEADLINE_MS, waitFor } from './wait-for.js';

/**
 * What a configuration means, a sorted line for each route: what each other end was told, what BIRD took in with which preference,
 * and what BIRD put into the kernel.
 */
export type Meaning = readonly string[];

/** A rendered configuration and the plan that it is of. */
export interface Rendering {
  readonly plan: Plan;
  readonly files: ReadonlyMap<string, string>;
}

type Clients = Readonly<Record<'ipv4' | 'ipv6', ControlClient>>;
type RunningEnd = OtherEnd & { readonly client: ControlClient };

interface Site {
  readonly network: Network;
  readonly host: Namespace;
  readonly plan: Plan;
}

/** A host that runs a rendering. */
export class MeaningLab {
  readonly #network: Network;
  readonly #host: Namespace;
  readonly #plan: Plan;
  readonly #ends: readonly RunningEnd[];
  /** By family; one for both in BIRD 2 and 3. */
  readonly #clients: Clients;
  #missing: readonly string[] = [];

  private constructor(
    { network, host, plan }: Site,
    ends: readonly RunningEnd[],
    clients: Clients,
  ) {
    this.#network = network;
    this.#host = host;
    this.#plan = plan;
    this.#ends = ends;
    this.#clients = clients;
  }

  /** Starts the BIRD of this kind, and the other ends of all sessions; dispose of it afterwards. */
  static async create(kind: Bird['kind'], rendering: Rendering): Promise<MeaningLab> {
    const network = await Network.create([]);
    try {
      return await MeaningLab.#in(network, birdOf(kind), rendering);
    } catch (error) {
      await network.dispose();
      throw error;
    }
  }

  static async #in(network: Network, bird: Bird, { plan, files }: Rendering): Promise<MeaningLab> {
    const ends = otherEndsOf(plan);
    const host = await hostOf(network, plan, ends);
    const others = await network.addHost('others', {
      addresses: ends.map(({ address }) => `${address}/${address.includes(':') ? 64 : 24}`),
    });
    await others.ipBatch(
      [plan.ipv4.localAddress, plan.ipv6.localAddress]
        .filter((address) => address !== undefined)
        .filter((address) => !ends.some((end) => isNear(end.address, address)))
        .map((address) => `route add ${address} dev eth0`),
    );
    const running = ends.map(async (end) => {
      const texts = new Map([['bird.cfg', end.config]]);
      const place = { dir: join(network.dir, end.protocolName), name: 'bird' };
      return { ...end, client: await startBird(others, birdOf('bird2').bird, place, texts) };
    });
    const dir = join(network.dir, 'host');
    const ipv4 = await startBird(host, bird.bird, { dir, name: 'bird' }, files);
    const ipv6 =
      bird.bird6 === undefined
        ? ipv4
        : await startBird(host, bird.bird6, { dir, name: 'bird6' }, files);
    return new MeaningLab({ network, host, plan }, await Promise.all(running), { ipv4, ipv6 });
  }

  /** Ends and removes everything. */
  async dispose(): Promise<void> {
    for (const { client } of this.#ends) {
      client.close();
    }
    this.#clients.ipv4.close();
    this.#clients.ipv6.close();
    await this.#network.dispose();
  }

  /** What it still waits for, as of the last look. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** What it means; undefined while something is on its way. */
  async look(): Promise<Meaning | undefined> {
    this.#missing = await this.#missingSessions();
    if (this.#missing.length > 0) {
      return undefined;
    }
    const { meaning, missing } = await this.#look();
    this.#missing = missing;
    return missing.length > 0 ? undefined : meaning;
  }

  async #missingSessions(): Promise<readonly string[]> {
    const clients = [...new Set(Object.values(this.#clients))];
    const lines = (
      await Promise.all(clients.map((client) => ask(client, 'show protocols')))
    ).flat();
    return this.#ends.flatMap(({ protocolName }) => {
      const line = lines.find((one) => one.startsWith(`${protocolName} `));
      return line?.includes('Established') ? [] : [line ?? `no ${protocolName}`];
    });
  }

  async #look(): Promise<{ readonly meaning: Meaning; readonly missing: readonly string[] }> {
    const missing: string[] = [];
    const told: string[] = [];
    const learnt: string[] = [];
    for (const { protocolName, family, client, toldCount } of this.#ends) {
      const own = this.#clients[family];
      const exported = prefixesOf(await ask(own, `show route export ${protocolName}`));
      const received = routesOf(await ask(client, 'show route all protocol node'));
      missing.push(...differences(protocolName, exported, received));
      told.push(...received.map((route) => `${protocolName} told ${shown(route)}`));
      const stats = await ask(own, `show protocols all ${protocolName}`);
      const updates = /Import updates: +(\d+)/.exec(stats.join('\n'))?.[1];
      if (Number(updates) < toldCount) {
        missing.push(`${protocolName}: ${updates} of ${toldCount} routes taken in`);
      }
      const taken = routesOf(await ask(own, `show route all protocol ${protocolName}`));
      learnt.push(
        ...taken.map((route) => `${protocolName} learnt ${shown(route)} by ${route.preference}`),
      );
    }
    const kernel = await this.#kernel(missing);
    return { meaning: [...told, ...learnt, ...kernel].sort(), missing };
  }

  async #kernel(missing: string[]): Promise<string[]> {
    if (this.#plan.role === 'reflector') {
      return [];
    }
    const lines: string[] = [];
    for (const family of FAMILIES.filter((one) => this.#plan[one].localAddress !== undefined)) {
      const protocol = this.#clients.ipv4 === this.#clients.ipv6 && family === 'ipv6' ? 2 : 1;
      const client = this.#clients[family];
      const learnt = prefixesOf(await ask(client, `show route protocol kernel${protocol}`));
      const fed = kernelRoutes(this.#plan[family]).map((line) => line.split(' ')[0] ?? '');
      missing.push(...fed.filter((one) => !learnt.includes(one)).map((one) => `kernel's ${one}`));
      const args = [family === 'ipv4' ? '-4' : '-6', '-j', 'route', 'show', 'proto', 'bird'];
      const routes = kernelLines(JSON.parse((await this.#host.ip(...args)) || '[]'));
      const wanted = prefixesOf(await ask(client, `show route export kernel${protocol}`));
      const there = [...new Set(routes.map((line) => line.split(' ')[1] ?? ''))];
      missing.push(
        ...wanted.filter((one) => !there.includes(one)).map((one) => `${one} in kernel`),
      );
      lines.push(...routes);
    }
    return lines;
  }
}

/** Whether two addresses are in one network of 24 (IPv6: 64) bits; both are written with `::` after those. */
function isNear(one: string, other: string | undefined): boolean {
  const network = (address: string) => address.replace(/(::|\.)[0-9a-f]*$/, '');
  return other !== undefined && network(one) === network(other);
}

/** The host: addresses, interfaces, and the kernel's routes. */
async function hostOf(
  network: Network,
  { ipv4, ipv6 }: Plan,
  ends: readonly OtherEnd[],
): Promise<Namespace> {
  const host = await network.addHost('host', {
    addresses: [
      ...(ipv4.localAddress ? [`${ipv4.localAddress}/24`] : []),
      ...(ipv6.localAddress ? [`${ipv6.localAddress}/64`] : []),
    ],
  });
  const near = ends.filter(
    ({ address }) => isNear(address, ipv4.localAddress) || isNear(address, ipv6.localAddress),
  );
  // What is in no subnet of the host is reached on its one link all the same.
  const apart = ends.filter((end) => !near.includes(end)).map(({ address }) => address);
  const gateway4 = near.find(({ family }) => family === 'ipv4')?.address;
  const gateway6 = near.find(({ family }) => family === 'ipv6')?.address;
  await host.ipBatch([
    ...INTERFACES.map((name) => `link add ${name} type ifb`),
    ...INTERFACES.map((name) => `link set ${name} up`),
    'addr add 198.51.100.1/32 dev tunl0',
    ...apart.map((one) => `route add ${one} dev eth0`),
    ...(gateway4 ? [`route add ${FAR.ipv4}/32 via ${gateway4}`] : []),
    ...(gateway6 ? [`route add ${FAR.ipv6}/128 via ${gateway6}`] : []),
    ...(ipv4.localAddress ? kernelRoutes(ipv4).map((line) => `route add ${line}`) : []),
    ...(ipv6.localAddress ? kernelRoutes(ipv6).map((line) => `route add ${line}`) : []),
  ]);
  return host;
}

/** Starts a BIRD on what its folder holds, and waits until it answers. */
async function startBird(
  namespace: Namespace,
  program: string,
  { dir, name }: { readonly dir: string; readonly name: string },
  files: ReadonlyMap<string, string>,
): Promise<ControlClient> {
  await mkdir(dir, { recursive: true });
  for (const [file, text] of files) {
    await writeFile(join(dir, file), text);
  }
  const socketPath = join(dir, `${name}.ctl`);
  const args = ['-f', '-c', join(dir, `${name}.cfg`), '-s', socketPath];
  const running = namespace.start(program, args, join(dir, `${name}.log`));
  const options = { socketPath, clock: systemClock, timeoutMs: DEADLINE_MS };
  const client = await waitFor(
    async () => !running.isRunning || (await ControlClient.connect(options)),
    { what: `${program} to answer` },
  );
  if (client === true) {
    throw new Error(`${program} ended at once; see ${running.logFile}`);
  }
  await client.banner();
  return client;
}

async function ask(client: ControlClient, command: string): Promise<readonly string[]> {
  const { lines } = await client.query(command);
  return lines.map(({ text }) => text);
}

/** What BIRD would tell and the other end doesn't have, or the other way round. */
function differences(
  protocolName: string,
  exported: readonly string[],
  received: readonly ShownRoute[],
): readonly string[] {
  const there = new Set(received.map(({ prefix }) => prefix));
  const wanted = new Set(exported);
  return [
    ...exported.filter((one) => !there.has(one)).map((one) => `${one} on ${protocolName}`),
    ...[...there].filter((one) => !wanted.has(one)).map((one) => `${one} off ${protocolName}`),
  ];
}

function shown({ prefix, attributes }: ShownRoute): string {
  const texts = Object.entries(attributes)
    .filter(([name]) => name !== 'origin')
    // IPv6: the link-local address that comes after the other one is the interface's own.
    .map(([name, value]) => `${name}=${name === 'next_hop' ? value.split(' ')[0] : value}`);
  return [prefix, ...texts.sort()].join(' ');
}

interface KernelRoute {
  readonly dst: string;
  readonly type?: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly metric?: number;
  readonly flags?: readonly string[];
  readonly nexthops?: readonly KernelRoute[];
}

function kernelLines(routes: readonly KernelRoute[]): string[] {
  return routes.map(({ dst, type, metric, nexthops, ...one }) => {
    const hops = (nexthops ?? [one]).map(hopText).sort().join(' and ');
    const prefix = dst.includes('/') ? dst : `${dst}/${dst.includes(':') ? 128 : 32}`;
    return `kernel ${prefix} ${type ?? 'unicast'} ${hops} metric ${metric ?? 0}`;
  });
}

function hopText({ gateway, dev, flags }: Partial<KernelRoute>): string {
  const marks = (flags ?? []).filter((flag) => flag === 'onlink');
  return [`via ${gateway ?? 'nothing'} dev ${dev ?? 'nothing'}`, ...marks].join(' ');
}
