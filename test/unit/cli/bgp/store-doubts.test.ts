import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderForTest } from '../../../support/folder.js';
import { birdkeeper } from '../in-process.js';

const CALICO3 = '/calico/resources/v3/projectcalico.org/nodes/node-a';

/** Runs a `bgp` command on a datastore that holds `entries`. */
async function bgpOn(entries: Readonly<Record<string, string>>, args: readonly string[]) {
  const file = join(await folderForTest(), 'datastore.yaml');
  await writeFile(file, JSON.stringify(entries));
  const outcome = await birdkeeper(['bgp', ...args, '--file', file]);
  return { ...outcome, file, text: await readFile(file, 'utf8') };
}

const ADD = ['peer', 'add', '192.0.2.9', 'as', '1'];
const OF_CALICO2 = { '/calico/bgp/v1/global/as_num': '65001' };
const OF_CALICO3 = {
  [CALICO3]: '{"metadata":{"name":"node-a"},"spec":{"bgp":{"ipv4Address":"192.0.2.1/24"}}}',
};

describe('a datastore without nodes', () => {
  test.each([
    [OF_CALICO2, '/calico/bgp/v1/host/'],
    [{ [CALICO3]: '{}' }, '/calico/resources/v3/projectcalico.org/nodes/'],
  ])('is doubted, and read and written all the same: %j', async (entries, place) => {
    const shown = await bgpOn(entries, ['node-mesh']);
    const written = await bgpOn(entries, ADD);

    const doubt = (file: string): string =>
      `birdkeeper: file ${file} has no node below ${place}: is it the right datastore? Without nodes birdkeeper can not tell who loses routes by a change\n`;
    expect(shown).toMatchObject({ status: 0, out: 'on\n' });
    expect(shown.err).toContain(doubt(shown.file));
    expect(written.status).toBe(0);
    expect(written.err.startsWith(doubt(written.file))).toBe(true);
    expect(written.text).toContain('192.0.2.9');
  });

  test('that holds nothing at all gets keys of Calico 2, with a word of it, unless others are asked for', async () => {
    const { err, file } = await bgpOn({}, ADD);

    expect(err).toContain(
      `birdkeeper: file ${file} holds nothing that Calico has written about BGP, so that nobody knows which Calico is to read it: this is about the keys of Calico 2; --keys v3 is for the resources of Calico 3\n`,
    );
    expect(await bgpOn({}, ['node-mesh'])).toMatchObject({ status: 0, out: 'on\n' });
    for (const [keys, key] of [
      ['auto', '/calico/bgp/v1/global/peer_v4/192.0.2.9'],
      ['v1', '/calico/bgp/v1/global/peer_v4/192.0.2.9'],
      ['v3', '/calico/resources/v3/projectcalico.org/bgppeers/peer-192-0-2-9'],
    ] as const) {
      const said = await bgpOn({}, [...ADD, '--keys', keys]);
      expect(said.status).toBe(0);
      expect(said.text).toContain(key);
    }
  });
});

describe('a datastore of one Calico', () => {
  test.each([
    [OF_CALICO3, 'v1', 'is a datastore of Calico 3, whose own programs read none'],
    [OF_CALICO2, 'v3', 'is a datastore of Calico 2: with its first resource every host goes'],
  ])(
    'is not written to in the other one’s keys without --force: %j',
    async (entries, keys, why) => {
      const args = [...ADD, '--keys', keys];

      const { status, out, err, text } = await bgpOn(entries, args);

      expect({ status, out, text }).toEqual({ status: 1, out: '', text: JSON.stringify(entries) });
      expect(err).toContain(why);
      expect(err).toMatch(/^birdkeeper: nothing was changed; --force writes all the same$/m);
      const forced = await bgpOn(entries, [...args, '--force']);
      expect(forced.status).toBe(0);
      expect(forced.text).toContain('192.0.2.9');
    },
  );
});

test('records that are refused are told with their keys before what is shown', async () => {
  const key = '/calico/bgp/v1/global/peer_v4/192.0.2.9';
  const entries = { '/calico/bgp/v1/host/node-a/ip_addr_v4': '192.0.2.1', [key]: '[]' };

  const { status, err } = await bgpOn(entries, ['peer', 'show']);

  expect(status).toBe(0);
  expect(err).toMatch(new RegExp(`^birdkeeper: ${key}: .*; left this key out`));
});

test('a datastore that can not be read is told with what to do, and exit status 1', async () => {
  const file = join(await folderForTest(), 'none.yaml');

  for (const args of [
    ['node-mesh'],
    ['node-mesh', 'on'],
    ['peer', 'add', '192.0.2.9', 'as', '1'],
    ['rr', 'show'],
  ]) {
    expect(await birdkeeper(['bgp', ...args, '--file', file])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining(`can't read the datastore file ${file}: ENOENT`),
    });
  }
});

test('no more than twenty pairs that lose their paths are named', async () => {
  const nodes = Array.from({ length: 8 }, (_, index) => [
    `/calico/bgp/v1/host/node-${index}/ip_addr_v4`,
    `192.0.2.${index + 1}`,
  ]);

  const { err } = await bgpOn(Object.fromEntries(nodes), ['node-mesh', 'off']);

  const lines = err.split('\n');
  expect(lines[0]).toContain('28 pairs of nodes without any BGP path to each other for IPv4');
  expect(lines.filter((line) => / - node-\d \(IPv4\)$/.test(line))).toHaveLength(20);
  expect(lines).toContain('birdkeeper:   and 8 more');
});

test('what the guard can not know is told before a change', async () => {
  const resource = (plural: string, name: string, spec: object) => [
    `/calico/resources/v3/projectcalico.org/${plural}/${name}`,
    JSON.stringify({ metadata: { name }, spec }),
  ];
  const password = { secretKeyRef: { name: 's', key: 'k' } };
  const entries = Object.fromEntries([
    resource('nodes', 'a', { bgp: { ipv4Address: '10.0.0.1/24' } }),
    resource('nodes', 'b', { bgp: { ipv4Address: '10.0.0.2/24' } }),
    resource('bgppeers', 'p', { nodeSelector: 'all()', peerSelector: 'all()', password }),
  ]);

  expect(await bgpOn(entries, ['node-mesh', 'off'])).toMatchObject({
    status: 0,
    out: 'BGPConfiguration default made: nodeToNodeMeshEnabled is false\n',
    err: "birdkeeper: passwords aren't in the datastore: both ends are taken to have s/k\n",
  });
});
