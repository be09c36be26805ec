import { expect, test } from 'vitest';
import { withLab } from '../support/lab.js';
import { Walkthrough } from '../support/walkthrough.js';
import { walkthroughHosts, walkthroughSite } from '../support/walkthrough-site.js';
import { v3Story } from '../support/walkthrough-v3.js';

const silent = { step() {}, ran() {}, checked() {} };

/**
 * Each datastore once, each on a BIRD of another line. The other BIRDs go from the mesh to reflectors in live-move.test.ts,
 * and do without either of them; demo.test.ts walks with two kinds of BIRD together.
 */
const sites = [
  { bird: 'bird2', datastore: 'etcd3', secondReflector: true },
  { bird: 'bird1', datastore: 'etcd2', secondReflector: false },
  { bird: 'bird3-newest', datastore: 'file', secondReflector: false },
] as const;

/** The same on resources of Calico 3. */
const sitesOfV3 = [
  { bird: 'bird2', datastore: 'etcd3', secondReflector: true },
  { bird: 'bird1', datastore: 'file', secondReflector: false },
] as const;

test.each(sites)(
  'from mesh to reflector, step by step, on $bird with $datastore',
  async ({ bird, datastore, secondReflector }) => {
    const hosts = walkthroughSite({ bird, secondReflector });
    await withLab({ hosts, datastore }, async (lab) => {
      await new Walkthrough(lab, silent).walk();
    });
  },
);

test.each(sitesOfV3)(
  'from mesh to reflector on resources of Calico 3, step by step, on $bird with $datastore',
  async ({ bird, datastore, secondReflector }) => {
    const hosts = walkthroughSite({ bird, secondReflector, keys: 'v3' });
    await withLab({ hosts, datastore }, async (lab) => {
      await new Walkthrough(lab, silent, v3Story).walk();
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
