/**
 * Changes that concern other peers must not be felt by the sessions that stand: none goes down, no route is withdrawn.
 *
 * Proof is what BIRD says of each session ("since"), and the kernel's own account of its routes.
 */
import { expect, test } from 'vitest';
import { type Lab, withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { RouteMonitor } from '../support/route-monitor.js';
import { walkthroughHosts } from '../support/walkthrough.js';

const BGP = '/calico/bgp/v1';
const MASTER = 'Mesh_172_17_42_30';
const NODE = 'Mesh_172_17_42_31';

/** Changes that concern nobody who has a session: each is a key and its value. */
const UNRELATED: Readonly<Record<string, readonly [key: string, value: string]>> = {
  'a third node': [`${BGP}/host/kube-node9/ip_addr_v4`, '172.17.42.99'],
  'a peer at an address that nobody has': [
    `${BGP}/global/peer_v4/172.17.42.98`,
    '{"ip":"172.17.42.98","as_num":"65999"}',
  ],
  'another pool': ['/calico/v1/ipam/v4/pool/10.99.0.0-16', '{"cidr":"10.99.0.0/16"}'],
  'another block': ['/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.1.0-26', '{}'],
  'another log level': [`${BGP}/global/loglevel`, 'debug'],
};

test.each(['bird2', 'bird1'] as const)(
  'what concerns others costs no session and no route on %s',
  async (kind) => {
    await withLab({ hosts: walkthroughHosts(kind).slice(0, 2) }, async (lab) => {
      const [master, node] = await establish(lab);
      const before = [await sinceOf(master), await sinceOf(node)];
      const monitors = [master, node].map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
      await Promise.all(monitors.map((monitor) => monitor.started()));

      for (const [key, value] of Object.values(UNRELATED)) {
        await lab.put(key, value);
        await node.waitForLoaded(key);
      }
      await master.waitForLoaded(`${BGP}/global/loglevel`);
      await master.waitForRoute('192.168.1.0/26 via 172.17.42.31 dev eth0 proto bird');

      expect([await sinceOf(master), await sinceOf(node)]).toEqual(before);
      expect(await Promise.all(monitors.map((monitor) => monitor.deleted()))).toEqual([[], []]);
    });
  },
  60_000,
);

/** Two nodes with a session and each other's routes. */
async function establish(lab: Lab): Promise<[LabHost, LabHost]> {
  const [master, node] = [lab.host('kube-master'), lab.host('kube-node1')];
  await lab.putAll({
    [`${BGP}/global/as_num`]: '65100',
    [`${BGP}/host/kube-master/ip_addr_v4`]: '172.17.42.30',
    [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
    '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16"}',
    '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
  });
  await lab.startAll();
  await master.waitForSessions([NODE]);
  await node.waitForSessions([MASTER]);
  await master.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
  return [master, node];
}

/** Since when each session of the two is in its state. */
async function sinceOf(host: LabHost): Promise<readonly string[]> {
  const sessions = await host.sessions();
  return sessions
    .filter(({ name }) => name === MASTER || name === NODE)
    .map(({ name, info, since }) => `${name} ${info} since ${since}`);
}
