/**
 * Two route reflectors that die where live-move.test.ts doesn't let them: with cluster ids of their own, and for longer than
 * the routes stand.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  established,
  letReflectorsDie,
  ROUTE_OF_MASTER,
  sessionWith,
} from '../support/dying-reflectors.js';
import { withLab } from '../support/lab.js';
import { longestGapMs, RouteMonitor } from '../support/route-monitor.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughSite } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const NODES = ['kube-master', 'kube-node1', 'kube-node2'];

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
test('either of two reflectors with cluster ids of their own may die, and both for a while', async () => {
  await withLab(
    { hosts: walkthroughSite({ bird: 'bird2', secondReflector: true }) },
    async (lab) => {
      await lab.putAll({
        ...keys,
        [`${BGP}/rr_v4/172.17.42.40`]: '{"ip":"172.17.42.40","cluster_id":"1.0.0.1"}',
        [`${BGP}/rr_v4/172.17.42.41`]: '{"ip":"172.17.42.41","cluster_id":"1.0.0.2"}',
      });
      await lab.startAll();
      const nodes = NODES.map((name) => lab.host(name));
      await established(nodes);
      const monitors = nodes.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
      await Promise.all(monitors.map((monitor) => monitor.started()));

      await letReflectorsDie(lab);

      const gaps = (await Promise.all(monitors.map((monitor) => monitor.gapsMs()))).flat();
      expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(longestGapMs('bird2'));
    },
  );
});

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
