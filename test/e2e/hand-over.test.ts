/**
 * From the confd of calico/node to birdkeeper and back, with a BIRD that goes on running: no session is restarted, and no route leaves
 * the kernel. Proof is the kernel's: the TCP connection of each session, and its own account of its routes.
 *
 * Stock BIRD 1.6 has all that Calico's fork has but the tunnel, which isn't used here.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BirdKind, birdsOf } from '../support/birds.js';
import { confdFiles } from '../support/confd-files.js';
import { type Lab, withLab } from '../support/lab.js';
import { settledConnections } from '../support/lab-connections.js';
import type { LabHost } from '../support/lab-host.js';
import { RouteMonitor } from '../support/route-monitor.js';
import { waitFor } from '../support/wait-for.js';

const V3 = '/calico/resources/v3/projectcalico.org';
const BLOCKS = '/calico/ipam/v2/host';
const CONFIRMED = '{"state":"confirmed","deleted":false}';

/** A router of the site, which nobody keeps. */
const ROUTER = { address: '172.17.42.50', asn: 65010 };
const ROUTERS = `log stderr all;
router id ${ROUTER.address};
protocol device { }
protocol bgp node1 {
  local as ${ROUTER.asn};
  neighbor 172.17.42.31 as 64512;
  multihop;
  import all;
  export none;
  graceful restart;
  passive;
}
`;

const KEYS: Readonly<Record<string, string>> = {
  ...resource('nodes', 'Node', 'kube-node1', {
    bgp: { ipv4Address: '172.17.42.31/16', ipv6Address: 'fd00:17::31/64' },
  }),
  ...resource('nodes', 'Node', 'kube-node2', {
    bgp: { ipv4Address: '172.17.42.32/16', ipv6Address: 'fd00:17::32/64' },
  }),
  ...resource('ippools', 'IPPool', 'pool', { cidr: '192.168.0.0/16', ipipMode: 'Never' }),
  ...resource('ippools', 'IPPool', 'pool6', { cidr: 'fd00:168::/48' }),
  ...resource('bgppeers', 'BGPPeer', 'tor', {
    node: 'kube-node1',
    peerIP: ROUTER.address,
    asNumber: ROUTER.asn,
  }),
  [`${BLOCKS}/kube-node1/ipv4/block/192.168.0.0-26`]: CONFIRMED,
  [`${BLOCKS}/kube-node2/ipv4/block/192.168.0.64-26`]: CONFIRMED,
  [`${BLOCKS}/kube-node2/ipv6/block/fd00:168::40-122`]: CONFIRMED,
};

const CONFDS = confdFiles(
  {
    address: '172.17.42.31',
    mesh: ['172.17.42.32'],
    peer: ROUTER,
    pool: '192.168.0.0/16',
    blocks: ['192.168.0.0/26'],
  },
  { address: 'fd00:17::31', mesh: ['fd00:17::32'], pool: 'fd00:168::/48', blocks: [] },
);

/** As calico/node's manifest for etcd sets it, but for where etcd is. */
const CALICO_ENVIRONMENT = {
  DATASTORE_TYPE: 'etcdv3',
  CALICO_NETWORKING_BACKEND: 'bird',
  CLUSTER_TYPE: 'k8s,bgp',
  CALICO_K8S_NODE_REF: 'kube-node1',
  IP: 'autodetect',
  IP6: 'autodetect',
  AS: '',
  CALICO_ROUTER_ID: '',
};

/** The dialect of calico/node, whichever BIRD plays its part. */
const ARGS = ['--dialect', 'calico'];

test.each(birdsOf('bird1', 'calico'))(
  'birdkeeper takes over from confd, and confd from birdkeeper, and no session and no route is lost, on %s',
  async (kind) => {
    await withLab({ hosts: hostsOf(kind) }, async (lab) => {
      const node = await startOnConfd(lab);
      const monitor = new RouteMonitor(node.namespace, node.dir);
      await monitor.started();
      const before = await standing(lab);

      node.startBirdkeeper(ARGS, CALICO_ENVIRONMENT);
      await node.waitForReady();
      expect(await standing(lab)).toEqual(before);
      expect(await readFile(join(node.bird.configDir, 'bird.cfg'), 'utf8')).toMatch(/birdkeeper/);

      // birdkeeper it is whom BIRD follows now.
      await lab.put(`${BLOCKS}/kube-node1/ipv4/block/192.168.1.0-26`, CONFIRMED);
      const { address } = node;
      await lab.host('kube-node2').waitForRoute(routeVia('192.168.1.0/26', address));
      expect(await standing(lab)).toEqual(before);

      await confdWrites(node);
      await waitFor(async () => (await codesOf(node)).includes('other-writer'), {
        what: 'birdkeeper to notice that confd runs beside it',
      });
      expect(await standing(lab)).toEqual(before);

      await node.birdkeeper.stop();
      await confdTakesOver(node);
      expect(await standing(lab)).toEqual(before);

      // The block that confd here knows nothing of is the only route that was ever deleted.
      const deleted = async () => (await monitor.deleted()).map((line) => line.trim());
      await waitFor(async () => (await deleted()).length > 0, { what: 'the block to go' });
      expect(await deleted()).toEqual(['Deleted blackhole 192.168.1.0/26 proto bird']);
    });
  },
);

function hostsOf(bird: BirdKind) {
  return [
    { name: 'kube-node1', address: '172.17.42.31', address6: 'fd00:17::31', bird },
    { name: 'kube-node2', address: '172.17.42.32', address6: 'fd00:17::32', bird },
    { name: 'router', address: ROUTER.address, bird },
  ];
}

function routeVia(block: string, address: string): string {
  return `${block} via ${address} dev eth0 proto bird metric 1024`;
}

/** Has kube-node1 as calico/node leaves it, and kube-node2 with birdkeeper; waits for routes of both families. */
async function startOnConfd(lab: Lab): Promise<LabHost> {
  const [node, other] = [lab.host('kube-node1'), lab.host('kube-node2')];
  await lab.putAll(KEYS);
  await lab.host('router').bird.start({ 'bird.cfg': ROUTERS });
  await other.bird.start();
  other.startBirdkeeper(ARGS);
  await node.bird.start(CONFDS);
  await node.waitForRoute(routeVia('192.168.0.64/26', other.address));
  await node.waitForRoute(`${routeVia('fd00:168::40/122', 'fd00:17::32')} pref medium`, 'ipv6');
  await other.waitForRoute(routeVia('192.168.0.0/26', node.address));
  return node;
}

/** What must stay: the sessions of kube-node1, and their connections. */
async function standing(lab: Lab) {
  const node = lab.host('kube-node1');
  const connections = await settledConnections([node], () => true);
  const sessions = (await node.sessions()).map(({ name, state, info }) => [name, state, info]);
  // So do the checks of calico/node read each line, by its blanks (node/pkg/health/bird, and `calicoctl node status`).
  const lines = (await node.bird.birdc('show protocols')).match(/^\S+ +BGP .*$/gm) ?? [];
  const states = lines.map((line) => line.split(/ +/)[5]);
  expect(states).toEqual(['Established', 'Established']);
  return { connections: connections.get(node), sessions };
}

async function codesOf(node: LabHost): Promise<readonly string[]> {
  return (await node.status()).problems.map(({ code }) => code);
}

/** Puts confd's files into their places as it does, each by a rename. */
async function confdWrites({ bird }: LabHost): Promise<void> {
  for (const [name, text] of Object.entries(CONFDS)) {
    const path = join(bird.configDir, name);
    await writeFile(`${path}.staged`, text);
    await rename(`${path}.staged`, path);
  }
}

/** Has BIRD read the files of confd, by SIGHUP. */
async function confdTakesOver(node: LabHost): Promise<void> {
  const { bird } = node;
  await confdWrites(node);
  const loads = await loadsOf(bird.logFiles);
  for (const pid of bird.pids) {
    process.kill(pid, 'SIGHUP');
  }
  await waitFor(async () => (await loadsOf(bird.logFiles)).every((n, i) => n > (loads[i] ?? 0)), {
    what: 'BIRD to read the files of confd',
  });
}

async function loadsOf(files: readonly string[]): Promise<readonly number[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.map((text) => text.split('Reconfigured\n').length);
}

function resource(plural: string, kind: string, name: string, spec: unknown) {
  const document = { kind, apiVersion: 'projectcalico.org/v3', metadata: { name }, spec };
  return { [`${V3}/${plural}/${name}`]: JSON.stringify(document) };
}
