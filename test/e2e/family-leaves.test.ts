/** A node that no longer speaks IPv6: the routes that BGP gave it must leave the kernel, although BIRD's `persist` keeps routes. */
import { expect, test } from 'vitest';
import { LINE_ENDS } from '../support/birds.js';
import { withLab } from '../support/lab.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const OWN_IPV6 = `${BGP}/host/kube-node2/ip_addr_v6`;
const PREFIX = 'fd80:24e2:1::/122';

test.each(LINE_ENDS)('its IPv6 routes go with its address on %s', async (kind) => {
  const hosts = walkthroughHosts(kind)
    .slice(1)
    .map((host) => ({ ...host, address6: host.address.replace('172.17.42.', 'fd00:17::') }));
  await withLab({ hosts }, async (lab) => {
    const node = lab.host('kube-node2');
    await lab.putAll({
      [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
      [`${BGP}/host/kube-node1/ip_addr_v6`]: 'fd00:17::31',
      [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
      [OWN_IPV6]: 'fd00:17::32',
      '/calico/v1/ipam/v6/pool/fd80:24e2::-32': '{"cidr":"fd80:24e2::/32"}',
      '/calico/ipam/v2/host/kube-node1/ipv6/block/fd80:24e2:1::-122': '{}',
    });
    await lab.startAll();
    const hasRoute = async (): Promise<boolean> =>
      (await node.namespace.routes('ipv6')).includes(`${PREFIX} via fd00:17::31`);
    await waitFor(hasRoute, { what: 'the route', everyMs: 50 });

    await lab.put(OWN_IPV6, '');

    await waitFor(async () => !(await hasRoute()), { what: 'the route to go', everyMs: 50 });
    // It was BGP's route alone that went.
    expect(await node.namespace.routes('ipv6')).toContain('fd00:17::/64 dev eth0');
    await node.waitForSessions(['Mesh_172_17_42_31']);
  });
});
