import { expect, test } from 'vitest';
import { withLab } from '../support/lab.js';
import { BIRD_KINDS } from '../support/lab-bird.js';
import { Walkthrough, walkthroughHosts } from '../support/walkthrough.js';

const silent = { step() {}, ran() {}, checked() {} };

test.each(BIRD_KINDS)(
  'the mesh brings routes, goes and comes back on %s',
  async (kind) => {
    await withLab({ hosts: walkthroughHosts(kind) }, async (lab) => {
      const walkthrough = new Walkthrough(lab, silent);
      await walkthrough.start();

      await walkthrough.meshOn();
      await walkthrough.meshOff();
      await walkthrough.meshOn();

      // A BIRD that ends leaves the kernel as it is: its own routes, and the connected one.
      const { bird, namespace } = lab.host('kube-node1');
      const routes = await namespace.routes();
      await bird.stop();
      expect(await namespace.routes()).toBe(routes);
    });
  },
  120_000,
);

test.each(['bird2', 'bird1'] as const)(
  'BIRD may start after birdkeeper, from the configuration that it finds, on %s',
  async (kind) => {
    await withLab({ hosts: walkthroughHosts(kind).slice(0, 2) }, async (lab) => {
      await lab.etcdPutAll({
        '/calico/bgp/v1/global/as_num': '65100',
        '/calico/bgp/v1/host/kube-master/ip_addr_v4': '172.17.42.30',
        '/calico/bgp/v1/host/kube-node1/ip_addr_v4': '172.17.42.31',
      });

      await lab.startAllBirdkeeperFirst();

      await lab.host('kube-master').waitForSessions(['Mesh_172_17_42_31']);
      expect(lab.host('kube-node1').birdkeeper.isRunning).toBe(true);
    });
  },
  60_000,
);
