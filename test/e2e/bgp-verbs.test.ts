/**
 * The operator's verbs of the built program: what they print, and what they leave in the datastore. What they read and write
 * there is shown on each kind of datastore, and what they say of it on the cheapest.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Ended, program, runBirdkeeper } from '../support/birdkeeper.js';
import { runCommand } from '../support/command.js';
import { etcdForTest } from '../support/etcd-fixture.js';
import { etcd2ForTest, V2Writer } from '../support/etcd2-fixture.js';
import { folderForTest } from '../support/folder.js';

/** Two nodes with the mesh on by default: what Calico writes of itself. */
const NODES: Readonly<Record<string, string>> = {
  '/calico/bgp/v1/global/as_num': '65100',
  '/calico/bgp/v1/host/kube-node1/ip_addr_v4': '172.17.42.31',
  '/calico/bgp/v1/host/kube-node1/ip_addr_v6': 'fd00:42::31',
  '/calico/bgp/v1/host/kube-node2/ip_addr_v4': '172.17.42.32',
  '/calico/bgp/v1/host/kube-node2/ip_addr_v6': 'fd00:42::32',
};

const MESH = '/calico/bgp/v1/global/node_mesh';

/** A datastore of some kind. */
interface Store {
  /** What makes birdkeeper use it. */
  readonly options: readonly string[];
  /** The value of a key. */
  readonly valueOf: (key: string) => Promise<string | undefined>;
}

const stores: Readonly<
  Record<string, (entries: Readonly<Record<string, string>>) => Promise<Store>>
> = {
  async etcd3(entries) {
    const etcd = await etcdForTest();
    for (const [key, value] of Object.entries(entries)) {
      await etcd.put(key, value);
    }
    return {
      options: ['--datastore', 'etcd3', '--etcd-endpoints', etcd.url],
      valueOf: async (key) => (await etcd.list(key)).get(key),
    };
  },
  async etcd2(entries) {
    const etcd = await etcd2ForTest();
    const writer = new V2Writer(etcd);
    for (const [key, value] of Object.entries(entries)) {
      await writer.put(key, value);
    }
    return {
      options: ['--datastore', 'etcd2', '--etcd-endpoints', etcd.url],
      valueOf: (key) => writer.get(key),
    };
  },
  file: fileStore,
};

/** The cheapest kind, for what never reaches a store, or is the same on each. */
async function fileStore(
  entries: Readonly<Record<string, string>>,
): Promise<Store & { readonly text: () => Promise<string> }> {
  const file = join(await folderForTest(), 'datastore.yaml');
  await writeFile(file, JSON.stringify(entries));
  const text = (): Promise<string> => readFile(file, 'utf8');
  return {
    options: ['--file', file],
    valueOf: async (key) => (parse(await text()) as Record<string, string>)[key],
    text,
  };
}

/** Runs `birdkeeper bgp …` on a store. */
function bgp({ options }: Pick<Store, 'options'>, command: string): Promise<Ended> {
  return runBirdkeeper(['bgp', ...command.split(' '), ...options]);
}

/** What a command printed; fails when it did not end well. */
async function output(store: Pick<Store, 'options'>, command: string): Promise<string> {
  const { exitStatus, stdout, stderr } = await bgp(store, command);
  expect({ command, exitStatus, stderr }).toEqual({ command, exitStatus: 0, stderr: '' });
  return stdout;
}

describe.each(Object.keys(stores))('on %s', (kind) => {
  const open = stores[kind] ?? expect.fail();

  test('the walkthrough: a reflector and a peer, then the mesh is turned off and nothing is lost', async () => {
    const store = await open(NODES);

    expect(await output(store, 'node-mesh')).toBe('on\n');
    expect(await output(store, 'default-node-as')).toBe('65100\n');
    expect(await output(store, 'rr add 172.17.42.40 --cluster-id 1.0.0.1')).toBe('');
    expect(await output(store, 'rr add fd00:42::40 --cluster-id 1.0.0.1')).toBe('');
    expect(await output(store, 'rr show')).toBe(`\
+----------------------+------------+
| IPv4 Route Reflector | Cluster ID |
+----------------------+------------+
| 172.17.42.40         | 1.0.0.1    |
+----------------------+------------+
+----------------------+------------+
| IPv6 Route Reflector | Cluster ID |
+----------------------+------------+
| fd00:42::40          | 1.0.0.1    |
+----------------------+------------+
`);
    expect(await output(store, 'peer add 172.17.42.40 as 65100')).toBe('');
    expect(await output(store, 'peer show')).toBe(`\
+----------------------+--------+
| Global IPv4 BGP Peer | AS Num |
+----------------------+--------+
| 172.17.42.40         | 65100  |
+----------------------+--------+
No global IPv6 BGP Peers defined.

`);
    expect(await output(store, 'peer add FD00:42:0::40 as 0.65100')).toBe('');
    expect(await output(store, 'peer show --ipv6')).toBe(`\
+----------------------+--------+
| Global IPv6 BGP Peer | AS Num |
+----------------------+--------+
| fd00:42::40          | 65100  |
+----------------------+--------+
`);
    expect(await output(store, 'peer add 192.0.2.9 as 65200 --node kube-node1')).toBe('');
    const ofNode = '/calico/bgp/v1/host/kube-node1/peer_v4/192.0.2.9';
    expect(await store.valueOf(ofNode)).toBe('{"ip":"192.0.2.9","as_num":"65200"}');
    await output(store, 'peer remove 192.0.2.9 --node kube-node1');
    expect(await store.valueOf(ofNode)).toBeUndefined();
    expect(await output(store, 'node-mesh off')).toBe('');
    expect(await output(store, 'node-mesh')).toBe('off\n');
  });

  test('fields that birdkeeper does not know stay', async () => {
    const key = '/calico/bgp/v1/global/peer_v4/192.0.2.9';
    const store = await open({ ...NODES, [key]: '{"ip":"192.0.2.9","as_num":65200,"zone":"a"}' });

    await output(store, 'peer add 192.0.2.9 as 65201');

    expect(JSON.parse((await store.valueOf(key)) ?? '')).toEqual({
      ip: '192.0.2.9',
      as_num: '65201',
      zone: 'a',
    });
  });

  test('a store without a node is doubted aloud, and written to', async () => {
    const store = await open({ '/calico/bgp/v1/global/as_num': '65100' });

    const { exitStatus, stderr } = await bgp(store, 'node-mesh off');

    expect(exitStatus).toBe(0);
    expect(stderr).toMatch(
      /^birdkeeper: .* no node below \/calico\/bgp\/v1\/host\/.*right datastore/,
    );
    expect(stderr).toContain(store.options.at(-1));
    const shown = await bgp(store, 'peer show');
    expect(shown).toMatchObject({ exitStatus: 0, stderr });
  });

  test('of operators who add peers at the same time none loses', async () => {
    const store = await open(NODES);
    const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];

    await Promise.all(addresses.map((address) => output(store, `peer add ${address} as 65200`)));

    const peers: { ip: string }[] = JSON.parse(await output(store, 'peer show -o json'));
    expect(peers.map(({ ip }) => ip)).toEqual(addresses);
  });
});

test('turning the mesh off with nothing in its place is refused, and done with --force', async () => {
  const store = await fileStore(NODES);

  const refused = await bgp(store, 'node-mesh off');
  expect(refused).toMatchObject({ exitStatus: 1, stdout: '' });
  expect(refused.stderr).toContain('kube-node1 - kube-node2 (IPv4)');
  expect(refused.stderr).toContain('kube-node1 - kube-node2 (IPv6)');
  expect(refused.stderr).toContain('--force');
  expect(await output(store, 'node-mesh')).toBe('on\n');

  const forced = await bgp(store, 'node-mesh off --force');
  expect(forced).toMatchObject({ exitStatus: 0, stdout: '' });
  expect(forced.stderr).toContain('kube-node1 - kube-node2 (IPv4)');
  expect(await output(store, 'node-mesh')).toBe('off\n');
});

test('removing the last reflector, or the peering with it, is refused as well', async () => {
  const store = await fileStore({
    ...NODES,
    '/calico/bgp/v1/global/node_mesh': '{"enabled":false}',
  });
  await output(store, 'rr add 172.17.42.40');
  await output(store, 'peer add 172.17.42.40 as 65100');

  expect(await bgp(store, 'peer remove 172.17.42.40')).toMatchObject({ exitStatus: 1 });
  expect(await bgp(store, 'rr remove 172.17.42.40')).toMatchObject({ exitStatus: 1 });
  expect(await output(store, 'peer show --ipv4')).toContain('172.17.42.40');

  await output(store, 'rr add 172.17.42.41');
  await output(store, 'peer add 172.17.42.41 as 65100');
  expect(await output(store, 'peer remove 172.17.42.40')).toBe(
    'BGP peer removed from global configuration\n',
  );
  expect(await output(store, 'rr remove 172.17.42.40')).toBe('route reflector removed\n');
  expect(JSON.parse(await output(store, 'rr show -o json'))).toEqual([
    {
      ip: '172.17.42.41',
      clusterId: '172.17.42.41',
      key: '/calico/bgp/v1/rr_v4/172.17.42.41',
    },
  ]);
});

test('peers of one node', async () => {
  const store = await fileStore(NODES);

  expect(await output(store, 'peer add 192.0.2.9 as 65200 --node kube-node1')).toBe('');
  expect(await output(store, 'peer show --node kube-node1')).toBe(`\
+-----------------------------+--------+
| Node specific IPv4 BGP Peer | AS Num |
+-----------------------------+--------+
| 192.0.2.9                   | 65200  |
+-----------------------------+--------+
No IPv6 BGP Peers defined for this node.

`);
  expect(await output(store, 'peer show --ipv4')).toBe('No global IPv4 BGP Peers defined.\n\n');
  expect(JSON.parse(await output(store, 'peer show --node kube-node1 -o json'))).toEqual([
    {
      ip: '192.0.2.9',
      as: 65200,
      scope: 'node',
      node: 'kube-node1',
      key: '/calico/bgp/v1/host/kube-node1/peer_v4/192.0.2.9',
    },
  ]);
  expect(await output(store, 'peer remove 192.0.2.9 --node kube-node1')).toBe(
    'BGP peer removed from node configuration\n',
  );
  expect(await bgp(store, 'peer remove 192.0.2.9 --node kube-node1')).toEqual({
    exitStatus: 1,
    stdout: '',
    stderr: 'birdkeeper: 192.0.2.9 is not a peer of node kube-node1\n',
  });
  expect(await bgp(store, 'peer add 192.0.2.9 as 65200 --node kube-nod1')).toEqual({
    exitStatus: 0,
    stdout: '',
    stderr: 'birdkeeper: there is no node kube-nod1 in the datastore: check the name\n',
  });
});

test('what is there already is told, and a changed AS number too', async () => {
  const store = await fileStore(NODES);
  await output(store, 'peer add 192.0.2.9 as 65200');

  expect(await output(store, 'peer add 192.0.2.9 as 65200')).toBe(
    '192.0.2.9 is a global peer with AS number 65200 already\n',
  );
  expect(await output(store, 'peer add 192.0.2.9 as 65201')).toBe(
    '192.0.2.9 was a global peer already; its AS number is now 65201 (before: 65200)\n',
  );
  expect(await output(store, 'node-mesh on')).toBe('');
  expect(await output(store, 'node-mesh on')).toBe('the node-to-node mesh is on already\n');
  expect(await output(store, 'default-node-as 65100')).toBe(
    'the AS number of nodes without their own is 65100 already\n',
  );
});

test('what can not be read is told, and left out of what is shown', async () => {
  const store = await fileStore({
    ...NODES,
    '/calico/bgp/v1/global/node_mesh': 'off',
    '/calico/bgp/v1/global/peer_v4/192.0.2.9': '{"ip":"192.0.2.9","as_num":"none"}',
  });

  const { stdout, stderr } = await bgp(store, 'node-mesh');
  expect(stdout).toBe('on\n');
  expect(stderr).toMatch(/^birdkeeper: \/calico\/bgp\/v1\/global\/node_mesh: .*left this key out/m);
  const peers = await bgp(store, 'peer show --ipv4');
  expect(peers.stdout).toBe('No global IPv4 BGP Peers defined.\n\n');
  expect(peers.stderr).toMatch(/peer_v4\/192\.0\.2\.9: field "as_num": "none" is not an AS number/);
});

test.each([
  ['peer add 172.17.42.400 as 65100', '172.17.42.400'],
  ['peer add 172.17.42.40 as 0', '"0" is not an AS number'],
  ['peer add 172.17.42.40 as 4294967296', '4294967296'],
  ['peer add 172.17.42.40 is 65100', 'as'],
  ['peer add 172.17.42.40', 'as'],
  ['peer add 172.17.42.40 as 65100 --node a/b', 'a/b'],
  ['peer remove fe80::1', 'link-local'],
  ['rr add 172.17.42.40 --cluster-id 0.0.0.0', '0.0.0.0'],
  ['node-mesh maybe', 'maybe'],
  ['default-node-as many', 'many'],
  ['peer show -o xml', 'xml'],
])('bgp %s: one clear line, exit status 2, nothing written', async (command, named) => {
  const store = await fileStore(NODES);

  const { exitStatus, stdout, stderr } = await bgp(store, command);

  expect({ exitStatus, stdout }).toEqual({ exitStatus: 2, stdout: '' });
  expect(stderr).toMatch(/^birdkeeper: .+\n$/);
  expect(stderr).toContain(named);
  expect(await store.text()).toBe(JSON.stringify(NODES));
});

test.each(['etcd3', 'file'])(
  'of operators who take away the last two paths one is refused, on %s',
  async (kind) => {
    const peers = ['172.17.42.40', '172.17.42.41'];
    const record = (ip: string): string => JSON.stringify({ ip, as_num: '65100' });
    const nodes = ['kube-node1', 'kube-node2'];
    const store = await (stores[kind] ?? expect.fail())({
      '/calico/bgp/v1/global/as_num': '65100',
      [MESH]: '{"enabled":false}',
      ...Object.fromEntries(
        nodes.map((node, i) => [`/calico/bgp/v1/host/${node}/ip_addr_v4`, `172.17.42.3${i}`]),
      ),
      ...Object.fromEntries(
        peers.map((ip) => [`/calico/bgp/v1/rr_v4/${ip}`, record(ip).replace('as_num', 'zone')]),
      ),
      ...Object.fromEntries(
        nodes.flatMap((node) =>
          peers.map((ip) => [`/calico/bgp/v1/host/${node}/peer_v4/${ip}`, record(ip)]),
        ),
      ),
    });

    const ended = await Promise.all(
      peers.map((ip) => bgp(store, `peer remove ${ip} --node kube-node1`)),
    );

    expect(ended.map(({ exitStatus }) => exitStatus).toSorted()).toEqual([0, 1]);
    expect(ended.map(({ stderr }) => stderr).join('')).toContain('kube-node1 - kube-node2 (IPv4)');
  },
);

test('the same story on resources of Calico 3: etcd has what calicoctl would write', async () => {
  const RESOURCES = '/calico/resources/v3/projectcalico.org';
  const node = (name: string, ip: string): string =>
    `{"kind":"Node","apiVersion":"projectcalico.org/v3","metadata":{"name":"${name}","annotations":{"2":"b","1":"a"}},"spec":{"bgp":{"ipv4Address":"${ip}/24"},"orchRefs":[]},"status":{}}`;
  const nodes = { n1: node('n1', '10.0.0.1'), n2: node('n2', '10.0.0.2') };
  const store = await (stores.etcd3 ?? expect.fail())({
    [`${RESOURCES}/nodes/n1`]: nodes.n1,
    [`${RESOURCES}/nodes/n2`]: nodes.n2,
  });
  const resource = async (name: string): Promise<string> =>
    (await store.valueOf(`${RESOURCES}/${name}`)) ?? expect.fail(name);

  expect((await bgp(store, 'node-mesh off')).stderr).toContain('n1 - n2 (IPv4)');
  // Two who make the one BGPPeer at the same time: each decides anew on what the other wrote.
  await Promise.all(
    ['10.0.0.8', '10.0.0.9'].map((ip) => output(store, `rr add ${ip} --cluster-id 1.0.0.1`)),
  );
  await output(store, 'node-mesh off');
  await output(store, 'peer add 192.0.2.9 as 65001 --node n1');
  expect(await output(store, 'node-mesh off')).toBe('the node-to-node mesh is off already\n');

  const made = {
    uid: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
    creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  };
  expect(JSON.parse(await resource('bgpconfigurations/default'))).toEqual({
    kind: 'BGPConfiguration',
    apiVersion: 'projectcalico.org/v3',
    metadata: { name: 'default', ...made },
    spec: { nodeToNodeMeshEnabled: false },
  });
  expect(JSON.parse(await resource('bgppeers/peer-with-route-reflectors'))).toMatchObject({
    metadata: { name: 'peer-with-route-reflectors', ...made },
    spec: { nodeSelector: 'all()', peerSelector: "route-reflector == 'true'" },
  });
  expect(await output(store, 'peer show')).toBe(`\
+----------------------------+-------------+---------------------------------+---------+
| BGPPeer                    | Of          | Peer                            | AS Num  |
+----------------------------+-------------+---------------------------------+---------+
| peer-192-0-2-9-of-n1       | node n1     | 192.0.2.9                       | 65001   |
| peer-with-route-reflectors | nodes all() | nodes route-reflector == 'true' | its own |
+----------------------------+-------------+---------------------------------+---------+
`);
  expect(await output(store, 'rr show')).toContain(
    '| 10.0.0.9             | 1.0.0.1    | rr-10-0-0-9 |',
  );
  // A node reflects in the place of both, and is as it was when it no longer does.
  await output(store, 'rr add 10.0.0.2 --cluster-id 1.0.0.1');
  await output(store, 'rr remove 10.0.0.8');
  await output(store, 'rr remove 10.0.0.9');
  expect((await bgp(store, 'rr remove 10.0.0.2')).stderr).toContain('n1 - n2 (IPv4)');
  await output(store, 'node-mesh on');
  await output(store, 'rr remove 10.0.0.2');
  expect(await resource('nodes/n1')).toBe(nodes.n1);
  expect(await resource('nodes/n2')).toBe(nodes.n2);
});

describe('at a terminal', () => {
  /** Answers what `bgp node-mesh off` asks. `script` gives it a terminal. */
  async function answer(word: string) {
    const store = await fileStore(NODES);
    const command = [process.execPath, program, 'bgp', 'node-mesh', 'off', ...store.options].join(
      ' ',
    );
    const said = await runCommand('script', ['-qec', command, '/dev/null'], { input: `${word}\n` })
      .then((output) => ({ output, isDone: true }))
      .catch((error: Error) => ({ output: error.message, isDone: false }));
    return { ...said, mesh: await store.valueOf(MESH) };
  }

  test('yes does it', async () => {
    const { output: said, isDone, mesh } = await answer('y');
    expect(said).toContain('kube-node1 - kube-node2 (IPv4)');
    expect(said).toContain('Do it all the same? [y/N]');
    expect({ isDone, mesh }).toEqual({ isDone: true, mesh: '{"enabled":false}' });
  });

  test.each(['n', '', 'yikes'])('%j does not', async (word) => {
    const { output: said, isDone, mesh } = await answer(word);
    expect(said).toContain('nothing was changed');
    expect({ isDone, mesh }).toEqual({ isDone: false, mesh: undefined });
  });
});

test('a datastore that is away is told with advice, and exit status 1', async () => {
  const store = { options: ['--etcd-endpoints', 'http://127.0.0.1:1'] };

  const { exitStatus, stderr } = await bgp(store, 'peer add 192.0.2.9 as 65200');

  expect(exitStatus).toBe(1);
  expect(stderr).toMatch(/127\.0\.0\.1:1 refuses connections.*; start etcd, or correct/);
});
