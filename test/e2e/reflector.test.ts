/**
 * Three nodes without a mesh and a route reflector on a host of its own: each node learns the others' blocks from it,
 * with the nodes, not the reflector, as next hops.
 */
import { expect, test } from 'vitest';
import { type BirdKind, birdsOf } from '../support/birds.js';
import { type Lab, withLab } from '../support/lab.js';
import type { LabHostOptions } from '../support/lab-host.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const REFLECTOR = { ipv4: '172.17.42.40', ipv6: 'fd00:17::40' } as const;

/** What is the same with any reflector. */
const nodeKeys: Readonly<Record<string, string>> = {
  [`${BGP}/global/as_num`]: '65100',
  [`${BGP}/global/node_mesh`]: '{"enabled": false}',
  [`${BGP}/host/kube-master/ip_addr_v4`]: '172.17.42.30',
  [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
  [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
};

const ipv4Keys: Readonly<Record<string, string>> = {
  '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16","masquerade":true}',
  '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
  '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
  [`${BGP}/global/peer_v4/${REFLECTOR.ipv4}`]: `{"ip":"${REFLECTOR.ipv4}","as_num":"65100"}`,
  [`${BGP}/rr_v4/${REFLECTOR.ipv4}`]: `{"ip":"${REFLECTOR.ipv4}","cluster_id":"1.0.0.1"}`,
};

const ipv6Keys: Readonly<Record<string, string>> = {
  [`${BGP}/host/kube-master/ip_addr_v6`]: 'fd00:17::30',
  [`${BGP}/host/kube-node1/ip_addr_v6`]: 'fd00:17::31',
  [`${BGP}/host/kube-node2/ip_addr_v6`]: 'fd00:17::32',
  '/calico/v1/ipam/v6/pool/fd80:24e2::-32': '{"cidr":"fd80:24e2::/32"}',
  '/calico/ipam/v2/host/kube-node1/ipv6/block/fd80:24e2:1::-122': '{}',
  [`${BGP}/global/peer_v6/${REFLECTOR.ipv6}`]: `{"ip":"${REFLECTOR.ipv6}","as_num":"65100"}`,
  [`${BGP}/rr_v6/${REFLECTOR.ipv6}`]: `{"ip":"${REFLECTOR.ipv6}","cluster_id":"1.0.0.1"}`,
};

// walkthrough.test.ts sees the same next hops on the other dialects.
test.each(birdsOf('bird2', 'calico'))(
  'routes go by the reflector and name the nodes as next hops on %s',
  async (kind) => {
    await withLab({ hosts: hostsOf(kind) }, async (lab) => {
      await lab.putAll({ ...nodeKeys, ...ipv4Keys });

      await lab.startAll();

      await expectSessions(lab, ['172_17_42_30', '172_17_42_31', '172_17_42_32'], '172_17_42_40');
      const [master, node1, node2] = nodesOf(lab);
      await master?.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
      await master?.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
      await node1?.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
      await node2?.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
      const ping = await node1?.ping('192.168.0.2', '192.168.0.64');
      expect(ping).toContain(' 1 received');
      // The reflector passes routes on and uses none itself.
      expect(await lab.host('kube-rr').routes()).not.toContain('proto bird');
    });
  },
);

test('IPv6 goes by the reflector as IPv4 does', async () => {
  await withLab({ hosts: hostsOf('bird2') }, async (lab) => {
    await lab.putAll({ ...nodeKeys, ...ipv6Keys });

    await lab.startAll();

    await expectSessions(lab, ['fd00_17__30', 'fd00_17__31', 'fd00_17__32'], 'fd00_17__40');
    for (const name of ['kube-master', 'kube-node2']) {
      const route = 'fd80:24e2:1::/122 via fd00:17::31 dev eth0 proto bird metric 1024 pref medium';
      await lab.host(name).waitForRoute(route, 'ipv6');
    }
  });
});

/** Three nodes, and the reflector last. */
function hostsOf(bird: BirdKind): readonly LabHostOptions[] {
  const nodes = walkthroughHosts(bird).map((host) => ({
    ...host,
    address6: host.address.replace('172.17.42.', 'fd00:17::'),
  }));
  const { ipv4: address, ipv6: address6 } = REFLECTOR;
  return [...nodes, { name: 'kube-rr', address, address6, bird, role: 'reflector' }];
}

function nodesOf(lab: Lab) {
  return lab.hosts.filter(({ name }) => name !== 'kube-rr');
}

/** The reflector has a session with each node, and each node with the reflector and nobody else. */
async function expectSessions(
  lab: Lab,
  clients: readonly string[],
  reflector: string,
): Promise<void> {
  await lab.host('kube-rr').waitForSessions(clients.map((client) => `Global_${client}`));
  for (const node of nodesOf(lab)) {
    await node.waitForSessions([`Global_${reflector}`]);
  }
}
