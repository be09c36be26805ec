/**
 * Pools with IP-in-IP: which routes go through `tunl0`, on a BIRD that can do it and on one that can't. Routes are all
 * that is looked at: `tunl0` is a stand-in that encapsulates nothing.
 */
import { expect, test } from 'vitest';
import { BIRDS, type BirdKind, birdsOf } from '../support/birds.js';
import { type Lab, withLab } from '../support/lab.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const POOL = '/calico/v1/ipam/v4/pool/192.168.0.0-16';

const pools = {
  always: '{"cidr":"192.168.0.0/16","ipip":"tunl0","ipip_mode":"always","masquerade":true}',
  crossSubnet: '{"cidr":"192.168.0.0/16","ipip":"tunl0","ipip_mode":"cross-subnet"}',
  off: '{"cidr":"192.168.0.0/16","ipip":"","masquerade":true}',
} as const;

/** The route of the other node's block, by way of the tunnel and without it. */
const TUNNELED = '192.168.0.64/26 via 172.17.42.32 dev tunl0 proto bird onlink';
const DIRECT = '192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird';

const kindsThat = (canTunnel: boolean): readonly BirdKind[] =>
  BIRDS.filter((bird) => bird.canTunnel === canTunnel).map(({ kind }) => kind);

// Tunneled or not at all is each BIRD's own way; which routes are is decided by text that is the same within a dialect.
test.each(kindsThat(true))(
  'a pool that always tunnels is reached through tunl0, and turning that off and on keeps the session, on %s',
  async (kind) => {
    await withTwoNodes(kind, pools.always, async (lab) => {
      const node = lab.host('kube-node1');
      await node.waitForRoute(TUNNELED);
      const sessions = await node.sessions();

      await lab.put(POOL, pools.off);
      await node.waitForRoute(DIRECT);
      await lab.put(POOL, pools.always);
      await node.waitForRoute(TUNNELED);

      expect(await node.sessions()).toEqual(sessions);
      expect(sessions).toMatchObject([{ name: 'Mesh_172_17_42_32', info: 'Established' }]);
    });
  },
);

test.each(birdsOf('bird2', 'bird3-newest', 'calico'))(
  'a cross-subnet pool tunnels to nodes of other subnets only, on %s',
  async (kind) => {
    await withTwoNodes(kind, pools.crossSubnet, async (lab) => {
      const node = lab.host('kube-node1');
      await node.waitForRoute(DIRECT);

      // From now on this node takes itself for the only one of its subnet.
      await lab.put(`${BGP}/host/kube-node1/network_v4`, '172.17.42.31/32');

      await node.waitForRoute(TUNNELED);
    });
  },
);

// The oldest and the newest that are asked to import anew. Calico's fork sets the tunnel on the way to the kernel, and tries
// again by itself.
test.each(birdsOf('bird2', 'bird2-newest', 'bird3-newest'))(
  'a tunl0 that comes after the routes is noticed, and the routes go through it without a new session, on %s',
  async (kind) => {
    await withTwoNodes(
      kind,
      pools.always,
      async (lab) => {
        const node = lab.host('kube-node1');
        await waitFor(
          async () => (await node.status()).problems.some(({ code }) => code === 'tunnel-missing'),
          { what: 'birdkeeper to miss tunl0' },
        );
        const sessions = await node.sessions();
        expect(await node.routes()).not.toContain('192.168.0.64/26');

        await lab.network.addTunnel(node.namespace, '192.168.0.1');

        await node.waitForRoute(TUNNELED);
        expect(await node.sessions()).toEqual(sessions);
        await waitFor(async () => (await node.status()).problems.length === 0, {
          what: 'the problem to go',
        });
      },
      'without tunnels',
    );
  },
);

test.each(kindsThat(false))(
  'a BIRD without IPIP leaves tunneled routes out of the kernel, and birdkeeper says why, on %s',
  async (kind) => {
    await withTwoNodes(kind, pools.always, async (lab) => {
      const node = lab.host('kube-node1');
      await waitFor(async () => (await node.bird.birdc('show route')).includes('192.168.0.64/26'), {
        what: 'BIRD to learn the route',
      });

      const { problems } = await node.status();
      expect(problems).toMatchObject([{ code: 'unsupported-by-bird', key: POOL }]);
      expect(await node.routes()).not.toContain('192.168.0.64/26');
      // It was the tunnel that kept it out.
      await lab.put(POOL, pools.off);
      await node.waitForRoute(DIRECT);
      expect((await node.status()).problems).toEqual([]);
    });
  },
);

test.each(birdsOf('bird1', 'bird2', 'bird3', 'bird3-newest', 'calico'))(
  'of two pools one inside of the other, the first by key says whether a route is tunneled, on %s',
  async (kind) => {
    await withTwoNodes(kind, pools.always, async (lab) => {
      const node = lab.host('kube-node1');
      await waitFor(async () => (await node.bird.birdc('show route')).includes('192.168.0.64/26'), {
        what: 'BIRD to learn the route',
      });

      // "1…" comes before "192…", so the pool inside decides about what is in it.
      await lab.put('/calico/v1/ipam/v4/pool/1-inside', '{"cidr":"192.168.0.64/26","ipip":""}');

      await node.waitForRoute(DIRECT);
    });
  },
);

/** Two nodes with a block and a `tunl0` each, a mesh, and one pool. */
async function withTwoNodes(
  kind: BirdKind,
  pool: string,
  work: (lab: Lab) => Promise<void>,
  tunnels: 'with tunnels' | 'without tunnels' = 'with tunnels',
): Promise<void> {
  const hosts = walkthroughHosts(kind)
    .slice(1)
    .map((host, i) => ({
      ...host,
      ...(tunnels === 'with tunnels' && { tunnelAddress: `192.168.0.${i * 64 + 1}` }),
    }));
  await withLab({ hosts }, async (lab) => {
    await lab.putAll({
      [`${BGP}/global/as_num`]: '65100',
      [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
      [`${BGP}/host/kube-node1/network_v4`]: '172.17.0.0/16',
      [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
      [`${BGP}/host/kube-node2/network_v4`]: '172.17.0.0/16',
      '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
      '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
      [POOL]: pool,
    });
    await lab.startAll();
    await lab.host('kube-node1').waitForSessions(['Mesh_172_17_42_32']);
    await work(lab);
  });
}
