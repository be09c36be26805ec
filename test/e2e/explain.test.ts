/** What `birdkeeper explain` says of a prefix is what the BIRD of the host does with it, by the rules of both generations of Calico. */
import { expect, test } from 'vitest';
import type { Decision, Explanation } from '../../src/explain/explanation.js';
import { withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { waitFor } from '../support/wait-for.js';
import { calicoKeys, walkthroughHosts } from '../support/walkthrough-site.js';

const V3 = '/calico/resources/v3/projectcalico.org';
/** Peers of kube-node1, in its AS and in another. */
const [INTERNAL, EXTERNAL] = ['172.17.42.32', '172.17.42.30'];
const nameOf = (source: string, address: string) => `${source}_${address.replaceAll('.', '_')}`;
/** Routes that others put into the kernel of kube-node1, with their metrics. */
const ROUTES = {
  '192.168.0.16/28': 512,
  '192.168.0.32/28': 1024,
  '192.168.1.0/24': 1024,
  '192.168.2.0/24': 1024,
  '10.9.0.0/24': 1024,
};
const ASKED = [...Object.keys(ROUTES), '192.168.0.0/26', '192.168.0.64/26'];

const resource = (plural: string, name: string, spec: object) => ({
  [`${V3}/${plural}/${name}`]: JSON.stringify({ metadata: { name }, spec }),
});

const peer = (peerIP: string, asNumber: number, filters: readonly string[]) =>
  resource('bgppeers', `to-${peerIP}`, { node: 'kube-node1', peerIP, asNumber, filters });

/** Peerings in place of the mesh, with a filter on what the other AS is told. */
const RESOURCES = {
  ...resource('bgpconfigurations', 'default', { asNumber: 65100, nodeToNodeMeshEnabled: false }),
  ...resource('bgpfilters', 'some', {
    exportV4: [
      { action: 'Reject', matchOperator: 'Equal', cidr: '192.168.2.0/24' },
      { action: 'Accept', matchOperator: 'In', cidr: '10.9.0.0/16', prefixLength: { min: 24 } },
    ],
  }),
  ...peer(EXTERNAL, 65200, ['some']),
  ...peer(INTERNAL, 65100, []),
};

/** A route, by the protocol that it is from. */
interface Route {
  readonly net: string;
  readonly source: string;
}

/** Whether what a decision hangs on holds of a route. */
function holds({ when }: Decision, { net, source }: Route): boolean {
  switch (when) {
    case undefined:
      return true;
    case 'it is learnt from a peer in our AS that is no client of ours':
      return source.endsWith(nameOf('', INTERNAL));
    case 'its metric is below 1024':
      return ROUTES[net as keyof typeof ROUTES] < 1024;
    case 'it goes out by *.cali or *.calico or tunl0':
    case 'it goes out by bpf*.cali':
      return false;
    default:
      throw new Error(`this test can't tell whether ${when}`);
  }
}

/** The routes of a host by what they are to; each is from the protocol of the best one. */
async function sourcesOn(host: LabHost): Promise<ReadonlyMap<string, string>> {
  const found = (await host.bird.birdc('show route')).matchAll(/^([\d.]+\/\d+) .*?\[(\w+)/gm);
  return new Map([...found].map(([, net = '', source = '']) => [net, source]));
}

/** `NET from SOURCE to SESSION` for each asked prefix that is told to each session, as BIRD says and as is explained. */
async function toldBy(host: LabHost, sessions: readonly string[]) {
  const sources = await sourcesOn(host);
  const exported = new Map<string, string>();
  for (const session of sessions) {
    exported.set(session, await host.bird.birdc(`show route export ${session}`));
  }
  const [byBird, byExplain]: [string[], string[]] = [[], []];
  for (const net of ASKED) {
    const text = await host.shell(`birdkeeper explain -o json ${net}`);
    const source = sources.get(net) ?? '';
    // Nobody is told what he told.
    for (const session of sessions.filter((one) => one !== source)) {
      const pair = `${net} from ${source} to ${session}`;
      byBird.push(...(exported.get(session)?.includes(`\n${net} `) ? [pair] : []));
      byExplain.push(...(isTold(JSON.parse(text), session, { net, source }) ? [pair] : []));
    }
  }
  return { byBird, byExplain };
}

/** Whether the first decision that holds tells the route to the session. */
function isTold({ filters }: Explanation, session: string, route: Route): boolean {
  const story = filters.find((one) => one.filter === 'export' && one.sessions.includes(session));
  const first = story?.decisions.find((one) => one.action !== 'change' && holds(one, route));
  return first?.action === 'accept';
}

test('what explain says is told to peers is what BIRD tells them', async () => {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    const host = lab.host('kube-node1');
    const commands = Object.entries(ROUTES).map(
      ([net, metric]) => `ip route add ${net} via 172.17.42.1 metric ${metric}`,
    );
    await host.shell(commands.join(' && '));
    await lab.putAll({ ...calicoKeys, '/calico/bgp/v1/host/kube-master/as_num': '65200' });
    await lab.startAll();
    const loadedBy = async (source: 'Mesh' | 'Node') => {
      const sessions = [INTERNAL, EXTERNAL].map((address) => nameOf(source, address));
      await host.waitForSessions(sessions);
      const isComplete = async (): Promise<boolean> => {
        const sources = await sourcesOn(host);
        const isLearnt = sources.get('192.168.0.64/26') === sessions[0];
        return isLearnt && ASKED.every((net) => sources.has(net));
      };
      await waitFor(isComplete, { what: `all routes, by the sessions ${sessions}` });
      return sessions;
    };

    const ofV1 = await toldBy(host, await loadedBy('Mesh'));
    await lab.putAll(RESOURCES);
    const ofV3 = await toldBy(host, await loadedBy('Node'));

    expect(ofV1.byExplain).toEqual(ofV1.byBird);
    expect(ofV3.byExplain).toEqual(ofV3.byBird);
    // Of each kind there is something to be told.
    expect(ofV1.byBird).toContain(`192.168.1.0/24 from kernel1 to ${nameOf('Mesh', EXTERNAL)}`);
    expect(ofV3.byBird).toContain(`10.9.0.0/24 from kernel1 to ${nameOf('Node', EXTERNAL)}`);
  });
});
