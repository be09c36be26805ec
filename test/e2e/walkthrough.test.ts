import { expect, test } from 'vitest';
import { withLab } from '../support/lab.js';
import { Walkthrough, walkthroughHosts, walkthroughSite } from '../support/walkthrough.js';

const silent = { step() {}, ran() {}, checked() {} };

const sites = [
  { bird: 'bird2', datastore: 'etcd3', secondReflector: true },
  { bird: 'bird1', datastore: 'etcd3', secondReflector: true },
  { bird: 'bird217', datastore: 'file', secondReflector: false },
  { bird: 'bird3', datastore: 'etcd2', secondReflector: false },
  { bird: 'mixed', datastore: 'etcd3', secondReflector: false },
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
      expect(await namespace.routes()).toBe(routes);
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
