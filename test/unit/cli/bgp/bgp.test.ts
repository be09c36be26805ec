import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONSENTS } from '../../../../src/decode/keys.js';
import { digestOf } from '../../../../src/decode/records/consents.js';
import type { Consent } from '../../../../src/model/consent.js';
import { folderForTest } from '../../../support/folder.js';
import { birdkeeper, type Outcome } from '../in-process.js';

const BGP = '/calico/bgp/v1';
const NODES = {
  [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP}/host/node-b/ip_addr_v4`]: '192.0.2.2',
};

let file = '';

beforeEach(async () => {
  file = join(await folderForTest(), 'datastore.yaml');
  await store(NODES);
});

/** Makes the datastore hold `entries` and nothing else. */
function store(entries: Readonly<Record<string, string>>): Promise<void> {
  return writeFile(file, JSON.stringify(entries));
}

/** What the datastore holds of Calico. */
async function stored(): Promise<unknown> {
  const { [CONSENTS]: _, ...ofCalico } = parse(await readFile(file, 'utf8'));
  return ofCalico;
}

/** What the datastore holds of the operator's consents. */
async function consents(): Promise<readonly Consent[]> {
  const { [CONSENTS]: value } = parse(await readFile(file, 'utf8'));
  return value === undefined ? [] : JSON.parse(value).consents;
}

function bgp(...args: readonly string[]): Promise<Outcome> {
  return birdkeeper(['bgp', ...args], { BIRDKEEPER_FILE: file });
}

const done = (out = ''): Outcome => ({ status: 0, out, err: '' });

describe("the operator's consent, by which hosts know that a change is no fault", () => {
  const MESH = `${BGP}/global/node_mesh`;
  const PEER = `${BGP}/global/peer_v4/192.0.2.9`;

  test('goes with each change that may end sessions, oldest first, with what stood there before', async () => {
    await bgp('peer', 'add', '192.0.2.9', 'as', '65001');
    expect(await consents()).toEqual([]);
    await bgp('peer', 'remove', '192.0.2.9');

    await bgp('node-mesh', 'off', '--force');

    const off = { key: MESH, after: digestOf('{"enabled":false}') };
    const removed = { key: PEER, before: '{"ip":"192.0.2.9","as_num":"65001"}' };
    expect((await consents()).map(({ changes }) => changes)).toEqual([[removed], [off]]);
    expect(new Set((await consents()).map(({ id }) => id)).size).toBe(2);
    // It is none of the datastore's own words.
    expect(await bgp('node-mesh')).toEqual(done('off\n'));
  });

  test('is not written for what ends none', async () => {
    for (const state of ['on', 'on']) {
      await bgp('node-mesh', state);
    }
    await bgp('rr', 'add', '192.0.2.8');
    await bgp('default-node-as', '65100');

    expect(await consents()).toEqual([]);
  });

  test('of late ones a few are kept', async () => {
    for (const host of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      await bgp('peer', 'add', `198.51.100.${host}`, 'as', '65001');
      await bgp('peer', 'remove', `198.51.100.${host}`);
    }

    const keys = (await consents()).flatMap(({ changes }) => changes.map(({ key }) => key));
    expect(keys.map((key) => key.replace(/.*\./, ''))).toEqual([...'3456789', '10']);
  });

  test('takes the place of a value that is none', async () => {
    await store({ ...NODES, [CONSENTS]: 'no consents' });

    await bgp('node-mesh', 'off', '--force');

    expect(await consents()).toHaveLength(1);
  });
});

describe('bgp peer', () => {
  const KEY = `${BGP}/global/peer_v4/192.0.2.9`;

  test('add writes a global peer as calicoctl does, without a word', async () => {
    expect(await bgp('peer', 'add', '192.0.2.9', 'as', '65001')).toEqual(done());
    expect(await stored()).toEqual({ ...NODES, [KEY]: '{"ip":"192.0.2.9","as_num":"65001"}' });
  });

  test('add takes asdot, capitals for the word, and an IPv6 address in any spelling', async () => {
    expect(await bgp('peer', 'add', '2001:DB8:0::9', 'AS', '1.10')).toEqual(done());
    expect(await stored()).toEqual({
      ...NODES,
      [`${BGP}/global/peer_v6/2001:db8::9`]: '{"ip":"2001:db8::9","as_num":"65546"}',
    });
  });

  test('add for one node writes below that node', async () => {
    expect(await bgp('peer', 'add', '192.0.2.9', 'as', '65001', '--node', 'node-a')).toEqual(
      done(),
    );
    expect(await stored()).toMatchObject({
      [`${BGP}/host/node-a/peer_v4/192.0.2.9`]: '{"ip":"192.0.2.9","as_num":"65001"}',
    });
  });

  test('add of what is there says so, and writes nothing', async () => {
    await bgp('peer', 'add', '192.0.2.9', 'as', '65001');
    const before = await readFile(file, 'utf8');

    expect(await bgp('peer', 'add', '192.0.2.9', 'as', '65001')).toEqual(
      done('192.0.2.9 is a global peer with AS number 65001 already\n'),
    );
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test.each([
    [['x', 'as', '1'], `argument 'ip'. "x" is not an IP address`],
    [['127.0.0.1', 'as', '1'], 'is a loopback address'],
    [['192.0.2.9', 'is', '1'], "argument 'as'. Allowed choices are as, AS."],
    [['192.0.2.9', 'as', '0'], 'it is reserved (RFC 7607)'],
    [['192.0.2.9', 'as', '4294967296'], '"4294967296" is not an AS number'],
    [['192.0.2.9', 'as', '1', '--node', 'a/b'], 'is not a node name'],
  ])('add %j is a usage error', async (args, err) => {
    const outcome = await bgp('peer', 'add', ...args);

    expect(outcome).toMatchObject({ status: 2, out: '', err: expect.stringContaining(err) });
    expect(await stored()).toEqual(NODES);
  });

  test('remove takes away what is there, and says when there is nothing', async () => {
    await bgp('peer', 'add', '192.0.2.9', 'as', '65001');

    expect(await bgp('peer', 'remove', '192.0.2.9')).toEqual(
      done('BGP peer removed from global configuration\n'),
    );
    expect(await stored()).toEqual(NODES);
    expect(await bgp('peer', 'remove', '192.0.2.9')).toEqual({
      status: 1,
      out: '',
      err: 'birdkeeper: 192.0.2.9 is not a globally configured peer\n',
    });
  });

  test('show has a table for each family, or a sentence', async () => {
    await bgp('peer', 'add', '192.0.2.9', 'as', '65001');

    expect(await bgp('peer', 'show')).toEqual(
      done(`+----------------------+--------+
| Global IPv4 BGP Peer | AS Num |
+----------------------+--------+
| 192.0.2.9            | 65001  |
+----------------------+--------+
No global IPv6 BGP Peers defined.

`),
    );
    expect(await bgp('peer', 'show', '--ipv6')).toEqual(
      done('No global IPv6 BGP Peers defined.\n\n'),
    );
  });

  test('show as JSON has the keys, and only the families that are asked for', async () => {
    await bgp('peer', 'add', '192.0.2.9', 'as', '65001');
    await bgp('peer', 'add', '2001:db8::9', 'as', '65002');
    const shown = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await bgp('peer', 'show', '-o', 'json', ...args)).out);
    const ipv4 = { ip: '192.0.2.9', as: 65001, scope: 'global', key: KEY };
    const key6 = `${BGP}/global/peer_v6/2001:db8::9`;
    const ipv6 = { ip: '2001:db8::9', as: 65002, scope: 'global', key: key6 };

    expect(await shown()).toEqual([ipv4, ipv6]);
    expect(await shown('--ipv4')).toEqual([ipv4]);
    expect(await shown('--ipv6')).toEqual([ipv6]);
    expect(await shown('--ipv4', '--ipv6')).toEqual([ipv4, ipv6]);
    expect(await shown('--node', 'node-a')).toEqual([]);
  });

  test('show of a node has those of that node alone', async () => {
    await bgp('peer', 'add', '192.0.2.9', 'as', '65001');
    await bgp('peer', 'add', '192.0.2.8', 'as', '65002', '--node', 'node-a');

    const { out, err } = await bgp('peer', 'show', '--node', 'node-a', '--ipv4');

    expect(err).toBe('');
    expect(out).toContain('| Node specific IPv4 BGP Peer | AS Num |');
    expect(out).toContain('| 192.0.2.8 ');
    expect(out).not.toContain('192.0.2.9');
  });

  test('show of a node that is not there doubts the name', async () => {
    expect(await bgp('peer', 'show', '--ipv4', '--node', 'nobody')).toEqual({
      status: 0,
      out: 'No IPv4 BGP Peers defined for this node.\n\n',
      err: 'birdkeeper: there is no node nobody in the datastore: check the name\n',
    });
  });
});

describe('bgp rr', () => {
  test('add, show and remove a route reflector', async () => {
    const key = `${BGP}/rr_v4/192.0.2.8`;
    expect(await bgp('rr', 'add', '192.0.2.8', '--cluster-id', '1.0.0.1')).toMatchObject({
      status: 0,
      err: '',
    });
    expect(await stored()).toEqual({
      ...NODES,
      [key]: '{"ip":"192.0.2.8","cluster_id":"1.0.0.1"}',
    });
    expect((await bgp('rr', 'show')).out).toBe(`+----------------------+------------+
| IPv4 Route Reflector | Cluster ID |
+----------------------+------------+
| 192.0.2.8            | 1.0.0.1    |
+----------------------+------------+
No IPv6 Route Reflectors defined.

`);
    expect(JSON.parse((await bgp('rr', 'show', '-o', 'json')).out)).toEqual([
      { ip: '192.0.2.8', clusterId: '1.0.0.1', key },
    ]);
    expect(await bgp('rr', 'remove', '192.0.2.8')).toEqual(done('route reflector removed\n'));
    expect(await stored()).toEqual(NODES);
  });

  test('show says "its router id" where no cluster is given', async () => {
    await bgp('rr', 'add', '2001:db8::8');

    expect((await bgp('rr', 'show')).out).toContain('| 2001:db8::8          | its router id |');
  });

  test('add with a wrong cluster id is a usage error', async () => {
    expect(await bgp('rr', 'add', '192.0.2.8', '--cluster-id', '0.0.0.0')).toMatchObject({
      status: 2,
      err: expect.stringContaining('is not four octets'),
    });
  });
});

describe('bgp node-mesh', () => {
  test.each([
    ['', 'on'],
    ['{"enabled":true}', 'on'],
    ['{"enabled":false}', 'off'],
  ])('without an argument says which it is: %j is %s', async (value, state) => {
    await store(value === '' ? NODES : { ...NODES, [`${BGP}/global/node_mesh`]: value });

    expect(await bgp('node-mesh')).toEqual(done(`${state}\n`));
  });

  test('off is refused while nodes would lose their paths, and done with --force', async () => {
    const { status, out, err } = await bgp('node-mesh', 'off');

    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err.split('\n')).toEqual([
      'birdkeeper: this would leave 1 pair of nodes without any BGP path to each other for IPv4, as far as the datastore tells:',
      'birdkeeper:   node-a - node-b (IPv4)',
      'birdkeeper: give the nodes another path first (birdkeeper bgp rr add, birdkeeper bgp peer add), or repeat with --force',
      'birdkeeper: nothing was changed',
      '',
    ]);
    expect(await stored()).toEqual(NODES);
    expect((await bgp('node-mesh', 'off', '--force')).status).toBe(0);
    expect(await stored()).toEqual({ ...NODES, [`${BGP}/global/node_mesh`]: '{"enabled":false}' });
  });

  test('on says it in the datastore, and is no change once that is said', async () => {
    expect(await bgp('node-mesh', 'on')).toEqual(done());
    expect(await stored()).toEqual({ ...NODES, [`${BGP}/global/node_mesh`]: '{"enabled":true}' });
    expect(await bgp('node-mesh', 'on')).toEqual(done('the node-to-node mesh is on already\n'));
  });
});

describe('bgp default-node-as', () => {
  test('without an argument says it, with one sets it and tells what restarts', async () => {
    expect(await bgp('default-node-as')).toEqual(done('64512\n'));
    expect(await bgp('default-node-as', '65001')).toMatchObject({
      status: 0,
      err: 'birdkeeper: the AS number of nodes changes from 64512 to 65001: their sessions restart\n',
    });
    expect(await stored()).toEqual({ ...NODES, [`${BGP}/global/as_num`]: '65001' });
    expect(await bgp('default-node-as')).toEqual(done('65001\n'));
  });

  test('of the same number is no change', async () => {
    await bgp('default-node-as', '65001');

    expect(await bgp('default-node-as', '65001')).toEqual(
      done('the AS number of nodes without their own is 65001 already\n'),
    );
  });
});
