/**
 * A node of today's Calico between two routers that nobody here wrote: the real birdkeeper with BIRD 2 and resources in the real
 * etcd, and FRR as the top-of-rack router `tor` and as another neighbor of it, `spine`, which listens on a port of its own.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { FrrRouter } from './frr.js';
import { Lab } from './lab.js';
import type { LabHost } from './lab-host.js';
import { block, type Entries, resource } from './v3-resources.js';
import { waitFor } from './wait-for.js';

/** The node, in an AS number of 4 bytes. */
export const NODE = { asn: 4_200_000_100, ipv4: '172.17.42.31', ipv6: 'fd00:17::31' } as const;
/** The router of both families, in another AS number of 4 bytes. */
export const TOR = { asn: 4_200_000_001, ipv4: '172.17.42.50', ipv6: 'fd00:17::50' } as const;
/** The router of IPv4. */
export const SPINE = { asn: 65_010, ipv4: '172.17.42.51', port: 1179 } as const;
/** A workload of the node, and the node's blocks. */
export const WORKLOAD = '192.168.0.2';
export const BLOCKS = { first: '192.168.0.0/26', second: '192.168.0.64/26' } as const;
export const BLOCK6 = 'fd80:24e2:1::/122';
/** An address in it. */
export const ADDRESS6 = 'fd80:24e2:1::2';
/** What the routers announce: the first of each is an interface of theirs, `inPool` is inside of the node's pool. */
export const TOLD = {
  tor: { first: '10.50.0.0/24', second: '10.51.0.0/24', ipv6: 'fd50::/64' },
  spine: { first: '10.60.0.0/24', inPool: '192.168.9.0/24' },
} as const;
/** Addresses of those interfaces. */
export const BEHIND = { tor: '10.50.0.1', tor6: 'fd50::1', spine: '10.60.0.1' } as const;

/** Every session of `peers` as the cluster has it at first. */
const PEERS = {
  tor: { peerIP: TOR.ipv4, asNumber: TOR.asn },
  tor6: { peerIP: TOR.ipv6, asNumber: TOR.asn },
  spine: { peerIP: `${SPINE.ipv4}:${SPINE.port}`, asNumber: SPINE.asn },
} as const;

/** Adds to the peers of the site what each is to be told. */
type Terms = { readonly [Name in keyof typeof PEERS]?: Readonly<Record<string, unknown>> };

/** See the head of this file. */
export class FrrSite {
  readonly lab: Lab;
  readonly node: LabHost;
  readonly tor: FrrRouter;
  readonly spine: FrrRouter;
  /** Keys that a test has put, beside the site's own. */
  #put: readonly string[] = [];

  private constructor(lab: Lab, routers: { readonly tor: FrrRouter; readonly spine: FrrRouter }) {
    this.lab = lab;
    this.node = lab.host('kube-node1');
    this.tor = routers.tor;
    this.spine = routers.spine;
  }

  /** Starts everything; no session is awaited. */
  static async start(): Promise<FrrSite> {
    const workloads = [{ interfaceName: 'cali1f3c9fa633a', address: WORKLOAD, metric: 1024 }];
    const { ipv4: address, ipv6: address6 } = NODE;
    const lab = await Lab.create({
      hosts: [{ name: 'kube-node1', address, address6, bird: 'bird2', workloads }],
    });
    try {
      const { tor: behind, tor6: behind6 } = BEHIND;
      const tor = await startRouter(lab, { name: 'tor', config: TOR_CONFIG, ...TOR }, [
        behind,
        behind6,
      ]);
      const spine = await startRouter(lab, { name: 'spine', config: SPINE_CONFIG, ...SPINE }, [
        BEHIND.spine,
      ]);
      const site = new FrrSite(lab, { tor, spine });
      await site.#fill();
      return site;
    } catch (error) {
      await lab.dispose();
      throw error;
    }
  }

  /** The folder with secrets, for `--secrets-dir`. */
  get secretsDir(): string {
    return join(this.lab.network.dir, 'secrets');
  }

  /** The file of a secret of which BGPPeers know `{ name: 'bgp', key }`. */
  secretFile(key: string): string {
    return join(this.secretsDir, 'bgp', key);
  }

  /** Sets a secret, whole at each moment. */
  async putSecret(key: string, text: string): Promise<void> {
    await mkdir(join(this.secretsDir, 'bgp'), { recursive: true });
    await writeFile(join(this.secretsDir, `.${key}`), `${text}\n`);
    await rename(join(this.secretsDir, `.${key}`), this.secretFile(key));
  }

  /** In one change: the peers of the site on these terms, `others` beside them, and nothing of what a test has put before. */
  async have(terms: Terms = {}, others: Entries = {}): Promise<void> {
    const peers = Object.entries(PEERS).map(([name, spec]) =>
      resource('BGPPeer', name, { ...spec, ...terms[name as keyof typeof PEERS] }),
    );
    const gone = this.#put.map((key) => [key, undefined]);
    this.#put = Object.keys(others);
    await this.lab.etcdChange(Object.assign({}, Object.fromEntries(gone), ...peers, others));
  }

  /** Waits until the kernel of the node has a route to a prefix, in whose line these words stand. */
  async waitForRoute(prefix: string, words: string): Promise<void> {
    const look = async (): Promise<boolean> =>
      (await this.#routesTo(prefix)).some((line) => ` ${line} `.includes(` ${words} `));
    await waitFor(look, { what: `a route to ${prefix} with ${words}`, everyMs: 50 });
  }

  /** Waits until the kernel of the node has no route to a prefix. */
  async waitForNoRoute(prefix: string): Promise<void> {
    const look = async (): Promise<boolean> => (await this.#routesTo(prefix)).length === 0;
    await waitFor(look, { what: `no route to ${prefix}`, everyMs: 50 });
  }

  /** Waits until all three sessions are Established. */
  async waitForSessions(): Promise<void> {
    await this.tor.waitForSession(NODE.ipv4);
    await this.tor.waitForSession(NODE.ipv6);
    await this.spine.waitForSession(NODE.ipv4);
  }

  /** What everybody has said. */
  async logs(): Promise<string> {
    const routers = [this.tor, this.spine].map(async (r) => `----- ${r.name}\n${await r.log()}`);
    return [await this.lab.logs(), ...(await Promise.all(routers))].join('\n');
  }

  async #routesTo(prefix: string): Promise<readonly string[]> {
    const routes = await this.node.namespace.routes(prefix.includes(':') ? 'ipv6' : 'ipv4');
    return routes.split('\n').filter((line) => line.startsWith(`${prefix} `));
  }

  async #fill(): Promise<void> {
    const { node, lab } = this;
    await mkdir(this.secretsDir);
    await lab.etcdChange({
      ...resource('BGPConfiguration', 'default', { asNumber: NODE.asn }),
      ...resource('Node', node.name, {
        bgp: { ipv4Address: `${NODE.ipv4}/16`, ipv6Address: `${NODE.ipv6}/64` },
      }),
      ...resource('IPPool', 'ipv4', { cidr: '192.168.0.0/16' }),
      ...resource('IPPool', 'ipv6', { cidr: 'fd80:24e2::/32' }),
      ...block(node.name, BLOCKS.first),
      ...block(node.name, BLOCKS.second),
      ...block(node.name, BLOCK6),
    });
    await this.have();
    await node.namespace.ip('address', 'add', `${ADDRESS6}/128`, 'dev', 'lo');
    await lab.startAll(['--secrets-dir', this.secretsDir]);
  }
}

/** One for all tests of a file: made before the first, removed after the last; on failure it shows what everybody has said. */
export function frrSiteForFile(): () => FrrSite {
  let site: FrrSite | undefined;
  beforeAll(async () => {
    site = await FrrSite.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      console.error(await site?.logs());
    }
  });
  afterAll(() => site?.lab.dispose());
  return () => {
    if (site === undefined) {
      throw new Error('there is no site before the first test');
    }
    return site;
  };
}

/** That a session with the node stands, and what of it changes when it is restarted. */
export async function standing(router: FrrRouter, neighbor: string = NODE.ipv4) {
  const { connectionsDropped, portLocal, portForeign } = await router.waitForSession(neighbor);
  return { bgpState: 'Established', connectionsDropped, portLocal, portForeign };
}

/** Starts a router, with an interface `lo` that has `behind`. */
async function startRouter(
  lab: Lab,
  options: {
    readonly name: string;
    readonly config: string;
    readonly ipv4: string;
    readonly ipv6?: string;
    readonly port?: number;
  },
  behind: readonly string[],
): Promise<FrrRouter> {
  const { name, config, ipv4, ipv6, port } = options;
  const addresses = [`${ipv4}/16`, ...(ipv6 ? [`${ipv6}/64`] : [])];
  const router = await FrrRouter.start(lab.network, {
    ...{ name, addresses, config },
    ...(port && { port }),
  });
  for (const address of behind) {
    await router.namespace.ip('address', 'add', address, 'dev', 'lo');
  }
  return router;
}

/** What both routers say: their neighbors are in another AS, whichever, and dialed every second. */
function routerIn(asn: number, id: string, neighbors: readonly string[]): string {
  // FRR takes nothing from an external neighbor without a policy, and tells no prefix that it has no route to, unless told so.
  const lines = [
    `router bgp ${asn}`,
    `bgp router-id ${id}`,
    ...['no bgp ebgp-requires-policy', 'no bgp network import-check', 'coalesce-time 0'],
    ...neighbors.flatMap((address) => [
      `neighbor ${address} remote-as external`,
      `neighbor ${address} timers connect 1`,
    ]),
  ];
  return `${lines.join('\n ')}\n`;
}

const TOR_CONFIG = `${routerIn(TOR.asn, TOR.ipv4, [NODE.ipv4, NODE.ipv6])} address-family ipv4 unicast
  network ${TOLD.tor.first}
  network ${TOLD.tor.second}
  no neighbor ${NODE.ipv6} activate
 exit-address-family
 address-family ipv6 unicast
  network ${TOLD.tor.ipv6}
  neighbor ${NODE.ipv6} activate
 exit-address-family
`;

const SPINE_CONFIG = `${routerIn(SPINE.asn, SPINE.ipv4, [NODE.ipv4])} address-family ipv4 unicast
  network ${TOLD.spine.first}
  network ${TOLD.spine.inPool}
 exit-address-family
`;
