/**
 * Other clusters of the same kind as the walkthrough's. What the datastore alone tells of who hears of whose routes is
 * compared with what the kernels of the nodes end up with.
 */
import { expect, test } from 'vitest';
import { findLostPairs } from '../../src/plan/reachability/lost-pairs.js';
import { viewOf } from '../../src/verbs/store-view.js';
import { type Lab, withLab } from '../support/lab.js';
import type { LabHost, LabHostOptions } from '../support/lab-host.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
type Keys = Readonly<Record<string, string>>;

/** The three nodes, each with a block of both families. */
const NODE_NUMBERS = { 'kube-master': 30, 'kube-node1': 31, 'kube-node2': 32 } as const;
type NodeName = keyof typeof NODE_NUMBERS;
const NODES = Object.keys(NODE_NUMBERS) as NodeName[];

const commonKeys: Keys = {
  [`${BGP}/global/as_num`]: '65100',
  [`${BGP}/global/node_mesh`]: '{"enabled":false}',
  '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16"}',
  '/calico/v1/ipam/v6/pool/fd80:24e2::-32': '{"cidr":"fd80:24e2::/32"}',
  ...Object.fromEntries(
    NODES.flatMap((name) => {
      const number = NODE_NUMBERS[name];
      return [
        [`${BGP}/host/${name}/ip_addr_v4`, `172.17.42.${number}`],
        [`${BGP}/host/${name}/ip_addr_v6`, `fd00:17::${number}`],
        [`/calico/ipam/v2/host/${name}/ipv4/block/192.168.${number}.0-26`, '{}'],
        [`/calico/ipam/v2/host/${name}/ipv6/block/fd80:24e2:${number}::-122`, '{}'],
      ];
    }),
  ),
};

function reflector(number: number, clusterId: string): Keys {
  return {
    [`${BGP}/rr_v4/172.17.42.${number}`]: `{"ip":"172.17.42.${number}","cluster_id":"${clusterId}"}`,
    [`${BGP}/rr_v6/fd00:17::${number}`]: `{"ip":"fd00:17::${number}","cluster_id":"${clusterId}"}`,
  };
}

/** Peerings of a node with the hosts of these numbers, in both families. */
function peers(node: NodeName, numbers: readonly number[], asn = 65100): Keys {
  return Object.fromEntries(
    numbers.flatMap((number) => [
      [
        `${BGP}/host/${node}/peer_v4/172.17.42.${number}`,
        `{"ip":"172.17.42.${number}","as_num":"${asn}"}`,
      ],
      [
        `${BGP}/host/${node}/peer_v6/fd00:17::${number}`,
        `{"ip":"fd00:17::${number}","as_num":"${asn}"}`,
      ],
    ]),
  );
}

/** Two nodes that peer with one reflector. */
const BEHIND_40: Keys = { ...peers('kube-master', [40]), ...peers('kube-node1', [40]) };

const topologies: readonly { what: string; keys: Keys }[] = [
  {
    what: 'three reflectors in two clusters',
    keys: {
      ...reflector(40, '1.0.0.1'),
      ...reflector(41, '1.0.0.1'),
      ...reflector(42, '1.0.0.2'),
      ...peers('kube-master', [40, 41]),
      ...peers('kube-node1', [40, 41]),
      ...peers('kube-node2', [42]),
    },
  },
  {
    what: 'two reflectors of one cluster, of which each has other clients',
    keys: {
      ...reflector(40, '1.0.0.1'),
      ...reflector(41, '1.0.0.1'),
      ...BEHIND_40,
      ...peers('kube-node2', [41]),
    },
  },
  {
    what: 'a node with an AS number of its own behind a reflector',
    keys: {
      ...reflector(40, '1.0.0.1'),
      [`${BGP}/host/kube-node2/as_num`]: '65200',
      ...BEHIND_40,
      ...peers('kube-node2', [40], 65200),
    },
  },
  {
    what: 'a node with an AS number of its own that its peering with the reflector lacks',
    keys: {
      ...reflector(40, '1.0.0.1'),
      [`${BGP}/host/kube-node2/as_num`]: '65200',
      ...BEHIND_40,
      ...peers('kube-node2', [40]),
    },
  },
  {
    what: 'a chain of nodes in one AS',
    keys: {
      ...peers('kube-master', [31]),
      ...peers('kube-node1', [30, 32]),
      ...peers('kube-node2', [31]),
    },
  },
  {
    what: 'a mesh of nodes with AS numbers of their own',
    keys: {
      [`${BGP}/global/node_mesh`]: '{"enabled":true}',
      [`${BGP}/host/kube-node1/as_num`]: '65201',
      [`${BGP}/host/kube-node2/as_num`]: '4200000001',
    },
  },
];

// One lab for all, and between two of them a time in which nobody has a peer: what is found after it has come after it.
test('routes go where the datastore says they do', async () => {
  await withLab({ hosts: hostsOf([40, 41, 42]) }, async (lab) => {
    await lab.putAll(commonKeys);
    // All sessions go at one go, again and again.
    await lab.startAll(['--hold-share', 'off']);
    for (const { what, keys } of topologies) {
      await lab.etcdChange(keys);
      await expectRoutes(lab, { what, lost: lostIn({ ...commonKeys, ...keys }) });
      const gone = Object.keys(keys).map((key) => [key, commonKeys[key]]);
      await lab.etcdChange(Object.fromEntries(gone));
      await expectNoRoutes(lab);
    }
  });
});

/** Waits for the routes between all pairs of nodes but those that are lost, and finds none between those. */
async function expectRoutes(
  lab: Lab,
  { what, lost }: { readonly what: string; readonly lost: ReadonlySet<string> },
): Promise<void> {
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const [a, b] of pairs()) {
      if (!lost.has(`${family} ${a} ${b}`)) {
        await expectRoutesBetween(lab, family, a, b);
      }
    }
  }
  // Only now, when all that can come has come, does what is missing say anything.
  await Promise.all(lab.hosts.map(expectReflectorsMeshed));
  for (const gone of lost) {
    const [family = '', a = '', b = ''] = gone.split(' ');
    const routes = await lab.host(a).namespace.routes(family === 'ipv6' ? 'ipv6' : 'ipv4');
    expect(routes, what).not.toContain(blockOf(family, b));
  }
}

async function expectNoRoutes(lab: Lab): Promise<void> {
  for (const a of NODES) {
    for (const b of NODES.filter((other) => other !== a)) {
      const { namespace } = lab.host(a);
      const hasNone = async (): Promise<boolean> =>
        !(await namespace.routes('ipv4')).includes(blockOf('ipv4', b)) &&
        !(await namespace.routes('ipv6')).includes(blockOf('ipv6', b));
      await waitFor(hasNone, { what: `${a} to have no route to ${b}`, everyMs: 50 });
    }
  }
}

/** Waits until a reflector has its sessions with the others; a node has none of these. */
async function expectReflectorsMeshed(host: LabHost): Promise<void> {
  if (host.role === 'node') {
    return;
  }
  const isMeshed = async (): Promise<boolean> =>
    (await host.sessions()).every(
      ({ name, info }) => !name.startsWith('Mesh_') || info === 'Established',
    );
  await waitFor(isMeshed, { what: `${host.name} to peer with the other reflectors` });
}

function pairs(): readonly (readonly [NodeName, NodeName])[] {
  return NODES.flatMap((a) => NODES.filter((b) => a < b).map((b) => [a, b] as const));
}

/** What the datastore tells: `FAMILY NODE NODE` for each pair without a path. */
function lostIn(keys: Keys): ReadonlySet<string> {
  const clusterOf = (all: Keys) => {
    const entries = Object.entries(all).map(([key, value]) => ({ key, value }));
    return viewOf({ revision: '1', entries }).cluster;
  };
  const meshed = { ...keys, [`${BGP}/global/node_mesh`]: '{"enabled":true}' };
  const losses = findLostPairs(clusterOf(meshed), clusterOf(keys), 100);
  return new Set(losses.flatMap(({ family, first }) => first.map((p) => [family, ...p].join(' '))));
}

async function expectRoutesBetween(
  lab: Lab,
  family: 'ipv4' | 'ipv6',
  a: NodeName,
  b: NodeName,
): Promise<void> {
  await waitForBlock(lab.host(a), family, b);
  await waitForBlock(lab.host(b), family, a);
}

/** The next hop is the node that has the block, whoever told of it. */
async function waitForBlock(host: LabHost, family: 'ipv4' | 'ipv6', of: NodeName): Promise<void> {
  const number = NODE_NUMBERS[of];
  const line =
    family === 'ipv4'
      ? `${blockOf(family, of)} via 172.17.42.${number} dev eth0 proto bird`
      : `${blockOf(family, of)} via fd00:17::${number} dev eth0 proto bird metric 1024 pref medium`;
  await host.waitForRoute(line, family);
}

function blockOf(family: string, node: string): string {
  const number = NODE_NUMBERS[node as NodeName];
  return family === 'ipv4' ? `192.168.${number}.0/26` : `fd80:24e2:${number}::/122`;
}

function hostsOf(reflectors: readonly number[]): readonly LabHostOptions[] {
  const nodes = walkthroughHosts('bird2').map(({ name, address, bird }) => ({
    ...{ name, address, bird },
    address6: address.replace('172.17.42.', 'fd00:17::'),
  }));
  const others = reflectors.map((number) => ({
    name: `rr${number}`,
    address: `172.17.42.${number}`,
    address6: `fd00:17::${number}`,
    bird: 'bird2' as const,
    role: 'reflector' as const,
  }));
  return [...nodes, ...others];
}
