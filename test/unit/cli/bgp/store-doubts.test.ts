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

describe('a datastore without nodes', () => {
  test('is doubted, and read and written all the same', async () => {
    const shown = await bgpOn({}, ['node-mesh']);
    const written = await bgpOn({}, ['peer', 'add', '192.0.2.9', 'as', '1']);

    const doubt = (file: string): string =>
      `birdkeeper: file ${file} has no node below /calico/bgp/v1/host/: is it the right datastore? Without nodes birdkeeper can not tell who loses routes by a change\n`;
    expect(shown).toMatchObject({ status: 0, out: 'on\n', err: doubt(shown.file) });
    expect(written).toMatchObject({ status: 0, err: doubt(written.file) });
    expect(written.text).toContain('peer_v4/192.0.2.9');
  });

  test('of Calico 3 is not written to without --force', async () => {
    const add = ['peer', 'add', '192.0.2.9', 'as', '1'];

    const { status, out, err, file, text } = await bgpOn({ [CALICO3]: '{}' }, add);

    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toBe(
      `birdkeeper: file ${file} is a datastore of Calico 3: its nodes are below /calico/resources/v3/projectcalico.org/nodes/, and what stands there is changed by its own calicoctl, not by birdkeeper
birdkeeper: nothing was changed; --force writes all the same
`,
    );
    expect(text).toBe(JSON.stringify({ [CALICO3]: '{}' }));
    const forced = await bgpOn({ [CALICO3]: '{}' }, [...add, '--force']);
    expect(forced.status).toBe(0);
    expect(forced.text).toContain('peer_v4/192.0.2.9');
  });
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
