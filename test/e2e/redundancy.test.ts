/**
 * Two route reflectors: either may die without a node being without a route for a moment, and when both die the routes
 * stand for the time of BGP's graceful restart (RFC 4724) and are taken over by the sessions that come back.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LINE_ENDS } from '../support/birds.js';
import { type Lab, withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { longestGapMs, RouteMonitor } from '../support/route-monitor.js';
import { LONG_DEADLINE_MS, waitFor } from '../support/wait-for.js';
import { walkthroughSite } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const NODES = ['kube-master', 'kube-node1', 'kube-node2'];
/** BIRD 1.6 as a reflector keeps Calico's own timers, and takes its time to try again. */
const SLOW_RETRY_MS = LONG_DEADLINE_MS;

/** What Calico and an operator have written, but the reflectors. */
const keys: Readonly<Record<string, string>> = {
  [`${BGP}/global/as_num`]: '65100',
  [`${BGP}/global/node_mesh`]: '{"enabled":false}',
  [`${BGP}/host/kube-master/ip_addr_v4`]: '172.17.42.30',
  [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
  [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
  [`${BGP}/global/peer_v4/172.17.42.40`]: '{"ip":"172.17.42.40","as_num":"65100"}',
  [`${BGP}/global/peer_v4/172.17.42.41`]: '{"ip":"172.17.42.41","as_num":"65100"}',
  '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16"}',
  '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
  '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
};

/** How long nodes keep what a reflector told that went away, in the test of just that. */
const RESTART_TIME_S = 4;
const ROUTE_OF_MASTER = '192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird';

const SESSIONS = ['Global_172_17_42_40', 'Global_172_17_42_41'];

/** Graceful restart is each BIRD's own work; what a cluster id does to it is the same in all. */
const sites = [
  ...LINE_ENDS.map((bird) => ({
    ...{ bird, clusters: 'the same cluster id', ids: ['1.0.0.1', '1.0.0.1'] },
  })),
  { bird: 'bird2', clusters: 'cluster ids of their own', ids: ['1.0.0.1', '1.0.0.2'] },
] as const;

test.each(sites)(
  'either of two reflectors with $clusters may die on $bird, and both for a while',
  async ({ bird, ids }) => {
    await withLab({ hosts: walkthroughSite({ bird, secondReflector: true }) }, async (lab) => {
      await lab.putAll({
        ...keys,
        [`${BGP}/rr_v4/172.17.42.40`]: `{"ip":"172.17.42.40","cluster_id":"${ids[0]}"}`,
        [`${BGP}/rr_v4/172.17.42.41`]: `{"ip":"172.17.42.41","cluster_id":"${ids[1]}"}`,
      });
      await lab.startAll();
      const nodes = NODES.map((name) => lab.host(name));
      const [one, two] = [lab.host('node1'), lab.host('node2')];
      await established(nodes);
      const monitors = nodes.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
      await Promise.all(monitors.map((monitor) => monitor.started()));
      const routes = await Promise.all(nodes.map((node) => node.routes()));

      for (const [dying, other] of [
        [one, two],
        [two, one],
      ] as const) {
        await dying.bird.stop('SIGKILL');
        for (const node of nodes) {
          await node.waitForEstablished([sessionWith(other)]);
        }
        await expectAllReached(lab);
        await comeBack(nodes, [dying]);
      }

      await one.namespace.ip('link', 'set', 'eth0', 'down');
      await expectAllReached(lab);
      await one.namespace.ip('link', 'set', 'eth0', 'up');
      await established(nodes);

      await Promise.all([one, two].map((reflector) => reflector.bird.stop('SIGKILL')));
      for (const node of nodes) {
        await node.waitForEstablished([]);
      }
      expect(await Promise.all(nodes.map((node) => node.routes()))).toEqual(routes);
      await expectAllReached(lab);
      await comeBack(nodes, [one, two]);
      await expectAllReached(lab);

      expect(await Promise.all(nodes.map((node) => node.routes()))).toEqual(routes);
      const gaps = (await Promise.all(monitors.map((monitor) => monitor.gapsMs()))).flat();
      expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(longestGapMs(bird));
    });
  },
);

test('without a reflector the routes stand for the restart time that the reflectors announced, and no longer', async () => {
  await withLab({ hosts: walkthroughSite({ bird: 'bird2' }) }, async (lab) => {
    await lab.putAll({
      ...keys,
      [`${BGP}/rr_v4/172.17.42.40`]: '{"ip":"172.17.42.40","cluster_id":"1.0.0.1"}',
    });
    const nodes = NODES.map((name) => lab.host(name));
    const reflector = lab.host('node1');
    const templates = join(lab.network.dir, 'templates');
    await mkdir(join(templates, 'partials'), { recursive: true });
    // An operator's own timers, in place of BIRD's 120 s.
    const timers = `  graceful restart time ${RESTART_TIME_S};\n`;
    await writeFile(join(templates, 'partials/timers.hbs'), timers);
    await Promise.all(lab.hosts.map(({ bird }) => bird.start()));
    for (const node of nodes) {
      node.startBirdkeeper();
    }
    reflector.startBirdkeeper(['--templates', templates]);
    for (const node of nodes) {
      await node.waitForEstablished([sessionWith(reflector)]);
    }
    const watched = lab.host('kube-master');
    await watched.waitForRoute(ROUTE_OF_MASTER);
    const monitor = new RouteMonitor(watched.namespace, watched.dir);
    await monitor.started();

    const killedAt = Date.now();
    await reflector.bird.stop('SIGKILL');

    const isGone = async (): Promise<boolean> => (await monitor.deleted()).length > 0;
    // The deadline is half of the time that BIRD has of itself.
    await waitFor(isGone, { what: 'the routes to go', everyMs: 50 });
    expect((Date.now() - killedAt) / 1000).toBeGreaterThan(RESTART_TIME_S - 1);
    await reflector.bird.start();
    await watched.waitForRoute(ROUTE_OF_MASTER);
  });
});

/** Starts BIRD on `reflectors` again, and waits until all is as before. */
async function comeBack(nodes: readonly LabHost[], reflectors: readonly LabHost[]): Promise<void> {
  await Promise.all(reflectors.map(({ bird }) => bird.start()));
  await established(nodes);
  // Until then nobody has been told that all routes are there again, and a second death would be one too many.
  for (const { bird, name } of reflectors) {
    const isRecovering = async (): Promise<boolean> =>
      (await bird.birdc('show status')).includes('Graceful restart recovery in progress');
    await waitFor(async () => !(await isRecovering()), {
      what: `${name} to have recovered`,
      timeoutMs: SLOW_RETRY_MS,
    });
  }
}

/** Waits until every node has both sessions, and the other nodes' blocks. */
async function established(nodes: readonly LabHost[]): Promise<void> {
  for (const node of nodes) {
    await node.waitForSessions(SESSIONS, SLOW_RETRY_MS);
  }
  const [master, node1, node2] = nodes;
  await master?.waitForRoute(ROUTE_OF_MASTER);
  await node1?.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
  // Pings come back this way. BIRD 3 has routes in the kernel up to a second after its sessions are up.
  await node2?.waitForRoute(ROUTE_OF_MASTER);
}

function sessionWith({ address }: LabHost): string {
  return `Global_${address.replaceAll('.', '_')}`;
}

/** A workload of each node reaches one of the other. */
async function expectAllReached(lab: Lab): Promise<void> {
  expect(await lab.host('kube-node1').ping('192.168.0.2', '192.168.0.64')).toContain(' 1 received');
  expect(await lab.host('kube-node2').ping('192.168.0.65', '192.168.0.2')).toContain(' 1 received');
}
