/**
 * What a neighbor receives of a node's block, state by state, as Calico's confd and BIRD have it: of a confirmed block one route
 * for all that is inside; of one in release (`pendingDeletion`) that route and each workload's; of a pending one the workloads'.
 */
import { test } from 'vitest';
import { withLab } from '../support/lab.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const BLOCK = '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26';
const WHOLE = '192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird';
const WORKLOAD = '192.168.0.2 via 172.17.42.31 dev eth0 proto bird';
const BLACK_HOLE = 'blackhole 192.168.0.0/26 proto bird';

const states = {
  confirmed: { received: [WHOLE], isBlackHole: true },
  pendingDeletion: { received: [WHOLE, WORKLOAD], isBlackHole: true },
  pending: { received: [WORKLOAD], isBlackHole: false },
} as const;

test.each(['bird1', 'bird2', 'bird3'] as const)(
  'a block in each of its states on %s',
  async (kind) => {
    await withLab({ hosts: walkthroughHosts(kind).slice(1) }, async (lab) => {
      const [owner, neighbor] = [lab.host('kube-node1'), lab.host('kube-node2')];
      await lab.putAll({
        [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
        [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
        '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16"}',
        [BLOCK]: '{"state":"confirmed"}',
      });
      await lab.startAll();
      await neighbor.waitForSessions(['Mesh_172_17_42_31']);

      for (const state of ['confirmed', 'pendingDeletion', 'pending', 'confirmed'] as const) {
        await lab.put(BLOCK, JSON.stringify({ state }));

        const { received, isBlackHole } = states[state];
        await waitFor(async () => (await bgpRoutes(neighbor)).join() === received.join(), {
          what: `${received.join(' and ')} alone, of a block that is ${state}`,
          everyMs: 50,
        });
        await waitFor(async () => (await owner.routes()).includes(BLACK_HOLE) === isBlackHole, {
          what: `${isBlackHole ? 'a' : 'no'} black hole on the node itself`,
          everyMs: 50,
        });
      }
    });
  },
);

async function bgpRoutes(host: { routes(): Promise<string> }): Promise<readonly string[]> {
  return (await host.routes()).split('\n').filter((line) => /^192\.168\..* proto bird$/.test(line));
}
