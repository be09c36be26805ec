/**
 * The walkthrough on resources of Calico 3, by birdkeeper's verbs: the reflector is a Node that carries no workloads, which one BGPPeer
 * with selectors makes a peer of all nodes.
 */
import type { LabHost } from './lab-host.js';
import { block, type Entries, resource } from './v3-resources.js';
import { routesAlone, routesWithPeers, walkthroughHosts } from './walkthrough-site.js';
import { type Story, seeReflector } from './walkthrough-story.js';

const CLUSTER = '1.0.0.1';

/** The resources of the story, by what they speak of. */
const v3Resources = {
  meshOn: configuration(true),
  nodes: Object.assign({}, ...walkthroughHosts('bird2').map((host) => node(host))) as Entries,
  pool: resource('IPPool', 'default-ipv4-ippool', {
    ...{ cidr: '192.168.0.0/16', ipipMode: 'Never', vxlanMode: 'Never', natOutgoing: true },
    nodeSelector: 'all()',
  }),
} as const;

/** See the head of this file. */
export const v3Story: Story = {
  keys: {
    ...v3Resources.meshOn,
    ...v3Resources.nodes,
    ...v3Resources.pool,
    ...block('kube-node1', '192.168.0.0/26'),
    ...block('kube-node2', '192.168.0.64/26'),
  },
  routesWithPeers: withMetrics(routesWithPeers),
  routesAlone: withMetrics(routesAlone),
  source: 'Node',
  peerType: 'node specific',
  async nameReflector(stage, host) {
    for (const [key, value] of Object.entries(reflector(host))) {
      await stage.run('kube-master', stage.lab.store.putCommand(key, value));
    }
    await seeReflector(stage, host);
  },
  async peerWithReflector(stage) {
    await stage.run('kube-node1', 'birdkeeper bgp rr add 172.17.42.40');
    const table = await stage.run('kube-node1', 'birdkeeper bgp peer show');
    stage.expect(table.includes('route-reflector'), 'the table of peers has them');
  },
  async addReflector(stage, host) {
    const options = `--cluster-id ${CLUSTER} --node ${host.name}`;
    await stage.run('kube-node1', `birdkeeper bgp rr add ${host.address} ${options}`);
  },
};

/** The Node of a reflector. */
function reflector({ name, address }: Pick<LabHost, 'name' | 'address'>): Entries {
  const bgp = { ipv4Address: `${address}/16`, routeReflectorClusterID: CLUSTER };
  return resource('Node', name, { bgp });
}

function configuration(nodeToNodeMeshEnabled: boolean): Entries {
  return resource('BGPConfiguration', 'default', {
    ...{ asNumber: 65_100, logSeverityScreen: 'Info', nodeToNodeMeshEnabled },
  });
}

function node({ name, address }: Pick<LabHost, 'name' | 'address'>): Entries {
  return resource('Node', name, { bgp: { ipv4Address: `${address}/16` } });
}

/** The same routes with the metrics that they have with Calico 3: what is learnt, and what leads to workloads. */
function withMetrics(routes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(routes).map(([host, text]) => [
      host,
      text.replaceAll(/^.* (?:via .* proto bird|dev cali.*)$/gm, '$& metric 1024'),
    ]),
  );
}
