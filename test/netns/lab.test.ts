import { expect, test } from 'vitest';
import type { BirdKind } from '../support/birds.js';
import { type Lab, withLab } from '../support/lab.js';
import type { LabHostOptions } from '../support/lab-host.js';

const addresses = {
  'kube-master': '172.17.42.30',
  'kube-node1': '172.17.42.31',
  'kube-node2': '172.17.42.32',
};
const node2Routes = [
  'default via 172.17.42.1 dev eth0',
  '172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.32',
  '192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird',
  '192.168.0.64 dev cali03adc9f233a scope link',
  'blackhole 192.168.0.64/26 proto bird',
].join('\n');
const node1Routes = [
  'default via 172.17.42.1 dev eth0',
  '172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.42.31',
  'blackhole 192.168.0.0/26 proto bird',
  '192.168.0.2 dev cali1f3c9fa633a scope link',
  '192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird',
].join('\n');

test.each(['bird2', 'bird1'] as const)(
  'three hosts with a mesh written by hand exchange routes on %s',
  async (kind) => {
    await withLab({ hosts: hostsOf(kind) }, async (lab) => {
      const node1 = lab.host('kube-node1');
      await Promise.all(lab.hosts.map((host) => host.bird.start()));
      expect(await node1.sessions()).toEqual([]);

      for (const host of lab.hosts) {
        await host.bird.configure(meshConfig(host.name, kind));
      }

      await node1.waitForSessions(['Mesh_172_17_42_30', 'Mesh_172_17_42_32']);
      await node1.waitForRoutes(node1Routes);
      await lab.host('kube-node2').waitForRoutes(node2Routes);
      await expectPing(lab, '192.168.0.64', '1 received');
      await lab.host('kube-node2').bird.stop('SIGKILL');
      await node1.waitForRoutes(node1Routes.split('\n').slice(0, -1).join('\n'));
      await expectPing(lab, '192.168.0.64', '0 received');
      await lab.host('kube-node2').bird.restart();
      await node1.waitForRoutes(node1Routes);
    });
  },
);

test("every host reaches the lab's etcd", async () => {
  await withLab({ hosts: hostsOf('bird2') }, async (lab) => {
    await lab.putAll({ '/calico/bgp/v1/global/as_num': '65100', '/a': '{"quoted": "value"}' });

    const script = `fetch('${lab.etcdUrl}/version').then((r) => r.text()).then(console.log)`;
    const answer = await lab.host('kube-node2').namespace.exec(process.execPath, ['-e', script]);
    expect(answer).toContain('etcdserver');
    expect(await lab.etcdctl('get', '--prefix', '/', '--print-value-only')).toBe(
      '{"quoted": "value"}\n65100\n',
    );
  });
});

test('a BIRD that ends at once is an error that names its log', async () => {
  await withLab({ hosts: hostsOf('bird2') }, async (lab) => {
    const { bird } = lab.host('kube-node1');
    await bird.start();
    await expect(bird.configure('nonsense;')).rejects.toThrow(/syntax error/);

    await bird.stop();

    await expect(bird.start()).rejects.toThrow(/ended at once; see .*bird\.log/);
    expect(await lab.logs()).toMatch(/kube-node1\/bird\.log\n(.*\n)*.*syntax error/);
  });
});

test('the error about missing routes shows the routes that are there', async () => {
  await withLab({ hosts: hostsOf('bird2') }, async (lab) => {
    const waiting = lab.host('kube-node1').waitForRoutes('10.0.0.0/8 dev eth0', 10);

    await expect(waiting).rejects.toThrow(
      /default via 172\.17\.42\.1[\s\S]*and not, after 10 ms,\n10\.0\.0\.0\/8/,
    );
  });
});

function hostsOf(bird: BirdKind): readonly LabHostOptions[] {
  return [
    { name: 'kube-master', address: '172.17.42.30', bird },
    {
      name: 'kube-node1',
      address: '172.17.42.31',
      bird,
      workloads: [{ interfaceName: 'cali1f3c9fa633a', address: '192.168.0.2' }],
    },
    {
      name: 'kube-node2',
      address: '172.17.42.32',
      bird,
      workloads: [{ interfaceName: 'cali03adc9f233a', address: '192.168.0.64' }],
    },
  ];
}

async function expectPing(lab: Lab, to: string, received: string): Promise<void> {
  expect(await lab.host('kube-node1').ping('192.168.0.2', to)).toContain(received);
}

/** The least that gives a mesh as Calico's, with timers so short that a test needn't wait. */
function meshConfig(name: string, kind: BirdKind): string {
  const blocks: Record<string, string> = {
    'kube-node1': '192.168.0.0/26',
    'kube-node2': '192.168.0.64/26',
  };
  const channel = (text: string): string => (kind === 'bird1' ? text : `ipv4 { ${text} };`);
  const family = kind === 'bird1' ? '' : 'ipv4;';
  const own = Object.entries(addresses).find(([other]) => other === name)?.[1] ?? '';
  const block = blocks[name];
  const sessions = Object.values(addresses)
    .filter((address) => address !== own)
    .map(
      (address) => `protocol bgp Mesh_${address.replaceAll('.', '_')} {
  local as 65100; source address ${own}; neighbor ${address} as 65100; multihop;
  connect delay time 1; connect retry time 1; error wait time 1,1; hold time 60;
  ${channel('import all; export where source = RTS_STATIC; next hop self;')}
}`,
    );
  return `log stderr all;
router id ${own};
protocol device { scan time 1; }
protocol direct { ${family} interface -"cali*", "*"; }
protocol kernel {
  ${kind === 'bird1' ? '' : 'metric 0;'} persist; scan time 1;
  ${channel('import none; export where source != RTS_DEVICE;')}
}
protocol static { ${family} ${block ? `route ${block} blackhole;` : ''} }
${sessions.join('\n')}
`;
}
