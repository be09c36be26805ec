import { expect, test } from 'vitest';
import { birdOf, birdsOf } from '../support/birds.js';
import { withLab } from '../support/lab.js';
import { Walkthrough } from '../support/walkthrough.js';
import { walkthroughHosts, walkthroughSite } from '../support/walkthrough-site.js';

const silent = { step() {}, ran() {}, checked() {} };

/**
 * Each BIRD once, each datastore at least once; demo.test.ts walks with two kinds of BIRD together. The second reflector has a test of its own on each BIRD (redundancy.test.ts),
 * so here it is walked where a route is replaced at once and where it is deleted and added.
 */
const sites = [
  { bird: 'bird2', datastore: 'etcd3', secondReflector: true },
  { bird: 'bird1', datastore: 'etcd3', secondReflector: true },
  { bird: 'bird217', datastore: 'file', secondReflector: false },
  { bird: 'bird2-newest', datastore: 'etcd3', secondReflector: false },
  { bird: 'bird3', datastore: 'etcd2', secondReflector: false },
  { bird: 'bird3-newest', datastore: 'file', secondReflector: false },
  ...birdsOf('calico').map(
    (bird) => ({ bird, datastore: 'etcd2', secondReflector: false }) as const,
  ),
] as const;

test.each(sites)(
  'from mesh to reflector, step by step, on $bird with $datastore',
  async ({ bird, datastore, secondReflector }) => {
    const hosts = walkthroughSite({ bird, secondReflector });
    await withLab({ hosts, datastore }, async (lab) => {
      await new Walkthrough(lab, silent).walk();

      // A BIRD that ends leaves the kernel as it is: its own routes, and the connected one.
      const { bird: daemon, namespace } = lab.host('kube-node1');
      const routes = await namespace.routes();
      await daemon.stop();
      const left = birdOf(daemon.kind).persists
        ? routes
        : routes.replaceAll(/^.* proto bird.*\n?/gm, '').trimEnd();
      expect((await namespace.routes()).trimEnd()).toBe(left.trimEnd());
    });
  },
);

test.each(['bird2', 'bird1'] as const)(
  'BIRD may start after birdkeeper, from the configuration that it finds, on %s',
  async (kind) => {
    await withLab({ hosts: walkthroughHosts(kind).slice(0, 2) }, async (lab) => {
      await lab.putAll({
        '/calico/bgp/v1/global/as_num': '65100',
        '/calico/bgp/v1/host/kube-master/ip_addr_v4': '172.17.42.30',
        '/calico/bgp/v1/host/kube-node1/ip_addr_v4': '172.17.42.31',
      });

      await lab.startAllBirdkeeperFirst();

      await lab.host('kube-master').waitForSessions(['Mesh_172_17_42_31']);
      expect(lab.host('kube-node1').birdkeeper.isRunning).toBe(true);
    });
  },
);
