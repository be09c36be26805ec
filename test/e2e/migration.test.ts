/**
 * A cluster with a reflector moves from the keys of Calico 2 to resources of Calico 3 while it runs, one thing after the other: what
 * speaks of it in the new way is put, and then what did in the old way goes. A step restarts the sessions that are forecast and no
 * other one, and takes a route away only where it restarts sessions. Proof is the kernel's: the TCP connection of each session, and
 * its own account of its routes.
 */
import { expect, test } from 'vitest';
import { type Lab, withLab } from '../support/lab.js';
import { type Connections, neighborOf, settledConnections } from '../support/lab-connections.js';
import type { LabHost } from '../support/lab-host.js';
import { longestGapMs, RouteMonitor } from '../support/route-monitor.js';
import { resource } from '../support/v3-resources.js';
import { waitFor } from '../support/wait-for.js';
import { calicoKeys, walkthroughSite } from '../support/walkthrough-site.js';
import { v3Story } from '../support/walkthrough-v3.js';

const BGP = '/calico/bgp/v1';
const NODES = ['kube-master', 'kube-node1', 'kube-node2'] as const;
const REFLECTOR = { name: 'node1', address: '172.17.42.40' } as const;
/** Measured below 0.1 ms. A busy machine may take longer, and still less than a session takes to come back. */
const LONGEST_REPLACING_MS = longestGapMs('bird1');

/** A change of the datastore as one transaction, and the sessions that each host has to forecast. */
interface Step {
  readonly keys: Readonly<Record<string, string | undefined>>;
  /** Nobody else looks at these keys. */
  readonly concerns?: readonly string[];
  readonly forecasts?: Readonly<Record<string, readonly string[]>>;
  /** Each route gets another metric: BIRD deletes it and adds it. */
  readonly changesMetrics?: true;
}

const AT_FIRST: Readonly<Record<string, string>> = {
  ...calicoKeys,
  [`${BGP}/global/node_mesh`]: '{"enabled": false}',
  [`${BGP}/global/peer_v4/${REFLECTOR.address}`]: `{"ip":"${REFLECTOR.address}","as_num":"65100"}`,
  [`${BGP}/rr_v4/${REFLECTOR.address}`]: `{"ip":"${REFLECTOR.address}","cluster_id":"1.0.0.1"}`,
};

const STEPS: Readonly<Record<string, Step>> = {
  'the configuration': {
    keys: resource('BGPConfiguration', 'default', {
      asNumber: 65_100,
      nodeToNodeMeshEnabled: false,
    }),
    changesMetrics: true,
  },
  'its keys go': { keys: gone('global/as_num', 'global/loglevel', 'global/node_mesh') },
  'the nodes': {
    keys: Object.assign({}, ...NODES.map((name, i) => node(name, `172.17.42.${30 + i}`))),
  },
  'their keys go': { keys: gone(...NODES.map((name) => `host/${name}/`)) },
  'the pool': { keys: resource('IPPool', 'pool', { cidr: '192.168.0.0/16' }), concerns: NODES },
  'its key goes': {
    keys: { '/calico/v1/ipam/v4/pool/192.168.0.0-16': undefined },
    concerns: NODES,
  },
  'the reflector as a Node: now the nodes know who it is, and let it dial': {
    keys: node(REFLECTOR.name, REFLECTOR.address, '1.0.0.1'),
    forecasts: Object.fromEntries(NODES.map((name) => [name, ['Global_172_17_42_40']])),
  },
  'the peering by selectors: other names': {
    keys: resource('BGPPeer', 'clients', {
      nodeSelector: '!has(route-reflector)',
      peerSelector: 'has(route-reflector)',
    }),
    forecasts: {
      ...Object.fromEntries(NODES.map((name) => [name, ['Node_172_17_42_40']])),
      [REFLECTOR.name]: ['Node_172_17_42_30', 'Node_172_17_42_31', 'Node_172_17_42_32'],
    },
  },
  'the keys of peering and reflector go': {
    keys: gone(`global/peer_v4/${REFLECTOR.address}`, `rr_v4/${REFLECTOR.address}`),
  },
};

test('from keys to resources without a session or a route lost but by forecast', async () => {
  // BIRD 2.0.12 leaves a route with its old metric in the kernel (docs/birds.md).
  const hosts = walkthroughSite({ bird: 'bird217', keys: 'v3' });
  await withLab({ hosts }, async (lab) => {
    await lab.putAll(AT_FIRST);
    await lab.startAll();
    await lab
      .host('kube-node1')
      .waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
    for (const name of ['kube-master', 'kube-node2']) {
      await lab.host(name).waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
    }
    const monitors = lab.hosts.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
    await Promise.all(monitors.map((monitor) => monitor.started()));

    for (const [what, step] of Object.entries(STEPS)) {
      const marks = await Promise.all(monitors.map(async (one) => (await one.gapsMs()).length));
      await expectAsForecast(lab, what, step);
      const gaps = await Promise.all(
        monitors.map(async (one, i) => (await one.gapsMs()).slice(marks[i])),
      );
      if (step.forecasts === undefined) {
        const allowed = step.changesMetrics ? LONGEST_REPLACING_MS : 0;
        expect(Math.max(0, ...gaps.flat()), what).toBeLessThanOrEqual(allowed);
      }
    }

    for (const name of NODES) {
      await lab.host(name).waitForRoutes(v3Story.routesWithPeers[name] ?? '');
      expect((await lab.host(name).status()).problems, name).toEqual([]);
    }
    const keys = await lab.etcdctl('get', '--prefix', '--keys-only', `${BGP}/`);
    expect(keys.trim()).toBe('');
  });
});

/** Takes the step, and compares who has a new connection with what either end has forecast. */
async function expectAsForecast(lab: Lab, what: string, step: Step): Promise<void> {
  const before = await settle(lab);
  const marks = await Promise.all(lab.hosts.map(({ log }) => log.mark()));
  await take(lab, step);
  const after = await settle(lab);

  const forecasts = new Map<LabHost, readonly string[]>();
  for (const [i, host] of lab.hosts.entries()) {
    const sessions = (await host.log.forecasts(marks[i] ?? 0)).flatMap((one) => one.sessions);
    forecasts.set(host, [...new Set(sessions)].toSorted());
    expect(forecasts.get(host), `${what}: forecast of ${host.name}`).toEqual(
      step.forecasts?.[host.name] ?? [],
    );
  }
  for (const host of lab.hosts) {
    const restarted = [...(after.get(host) ?? [])].flatMap(([neighbor, ports]) =>
      before.get(host)?.get(neighbor) === ports ? [] : [neighbor],
    );
    expect(restarted.toSorted(), `${what}: restarted on ${host.name}`).toEqual(
      toldOf(host, forecasts),
    );
  }
}

/** The neighbors of a host to which a session restarts, as the host or they have forecast. */
function toldOf(host: LabHost, all: ReadonlyMap<LabHost, readonly string[]>): readonly string[] {
  const own = (all.get(host) ?? []).map(neighborOf);
  const others = [...all].flatMap(([other, names]) =>
    names.map(neighborOf).includes(host.address) ? [other.address] : [],
  );
  return [...new Set([...own, ...others])].toSorted();
}

/** Makes the change, and waits until each host that it concerns has taken it in. */
async function take(lab: Lab, { keys, concerns }: Step): Promise<void> {
  const hosts = lab.hosts.filter(({ name }) => concerns?.includes(name) ?? true);
  const before = await Promise.all(hosts.map(passOf));
  await lab.etcdChange(await whole(lab, keys));
  const isTaken = async (host: LabHost, i: number): Promise<boolean> => {
    const pass = await passOf(host);
    return pass?.at !== before[i]?.at && /^(applied|unchanged)$/.test(pass?.outcome ?? '');
  };
  await Promise.all(
    hosts.map((host, i) =>
      waitFor(() => isTaken(host, i), { what: `a pass of ${host.name}`, everyMs: 50 }),
    ),
  );
}

/** `keys`, with each that ends with a slash as all that is below it. */
async function whole(lab: Lab, keys: Step['keys']): Promise<Step['keys']> {
  const changes = await Promise.all(
    Object.entries(keys).map(async ([key, value]) => {
      if (!key.endsWith('/')) {
        return [[key, value]] as const;
      }
      const below = await lab.etcdctl('get', '--prefix', '--keys-only', key);
      return below.split('\n').flatMap((one) => (one === '' ? [] : [[one, undefined] as const]));
    }),
  );
  return Object.fromEntries(changes.flat());
}

async function passOf(host: LabHost) {
  return (await host.status()).lastPass;
}

function settle(lab: Lab): Promise<ReadonlyMap<LabHost, Connections>> {
  return settledConnections(lab.hosts, () => true);
}

function gone(...keys: readonly string[]): Step['keys'] {
  return Object.fromEntries(keys.map((key) => [`${BGP}/${key}`, undefined]));
}

function node(name: string, address: string, routeReflectorClusterID?: string): Step['keys'] {
  const bgp = { ipv4Address: `${address}/16`, routeReflectorClusterID };
  const labels = routeReflectorClusterID === undefined ? undefined : { 'route-reflector': 'true' };
  return resource('Node', name, { bgp }, { ...(labels && { labels }) });
}
