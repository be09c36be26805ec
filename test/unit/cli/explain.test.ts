import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliSite, cliSiteForTest } from '../../support/cli-site.js';
import { birdkeeper } from './in-process.js';

/** Options of a site whose state directory is its own and empty. */
function optionsOf({ source, bird, dir }: CliSite): readonly string[] {
  return [...source, ...bird, '--state-dir', join(dir, 'state')];
}

test('explain says what makes a session, and its problems nowhere else', async () => {
  const site = await cliSiteForTest();
  const file = join(site.dir, 'datastore.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}/calico/bgp/v1/host/node-b/as_num: none\n`);

  const { status, out, err } = await birdkeeper(['explain', ...optionsOf(site), 'node-b']);

  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toContain('\nsession Mesh_192_0_2_2 with 192.0.2.2: AS 64512\n');
  expect(out).toContain(
    '\nproblems:\n  /calico/bgp/v1/host/node-b/as_num: "none" is not an AS number',
  );
});

test('explain has the same as JSON', async () => {
  const site = await cliSiteForTest();

  const { out } = await birdkeeper(['explain', ...optionsOf(site), '-o', 'json', '192.0.2.2']);

  expect(JSON.parse(out)).toMatchObject({
    subject: '192.0.2.2',
    sessions: [{ name: 'Mesh_192_0_2_2', address: '192.0.2.2' }],
    problems: [],
  });
});

test('explain ends with 1 where nothing is known, and with 2 where nothing can be asked', async () => {
  const site = await cliSiteForTest();
  const gone = ['--file', join(site.dir, 'gone.yaml')];

  const unknown = await birdkeeper(['explain', ...optionsOf(site), 'node-z']);
  const unread = await birdkeeper(['explain', ...optionsOf(site), ...gone, 'node-b']);

  expect(unknown).toEqual({ status: 1, out: 'node node-z: nothing is known of it\n', err: '' });
  expect(unread).toMatchObject({ status: 2, out: '' });
});

test('explain shows no password, also of the line that has it', async () => {
  const site = await cliSiteForTest();
  const secrets = join(site.dir, 'secrets');
  const peer = {
    metadata: { name: 'tor' },
    spec: {
      ...{ peerIP: '192.0.2.9', asNumber: 65009 },
      password: { secretKeyRef: { name: 'bgp', key: 'tor' } },
    },
  };
  await mkdir(join(secrets, 'kube-system/bgp'), { recursive: true });
  await writeFile(join(secrets, 'kube-system/bgp/tor'), 'hunter-one');
  const file = join(site.dir, 'datastore.yaml');
  const key = '/calico/resources/v3/projectcalico.org/bgppeers/tor';
  await writeFile(file, `${await readFile(file, 'utf8')}${key}: ${JSON.stringify(peer)}\n`);
  const own = [...optionsOf(site), '--secrets-dir', secrets];
  const { out: text } = await birdkeeper(['render', ...site.source, '--secrets-dir', secrets]);
  const [, bird = ''] = text.split('# file: bird.cfg\n');
  const line = bird.split('\n').findIndex((content) => content.includes('hunter-one')) + 1;

  const ofLine = await birdkeeper(['explain', ...own, `bird.cfg:${line}`]);
  const ofPeer = await birdkeeper(['explain', ...own, '-o', 'json', '192.0.2.9']);

  expect(ofLine.out).toContain(`password "[redacted 1]"; (${key})`);
  expect(JSON.parse(ofPeer.out).sessions[0].reasons).toContainEqual({
    text: 'password bgp/tor',
    key: `secrets-dir:${secrets}/kube-system/bgp/tor`,
  });
  expect(ofLine.out + ofPeer.out + ofLine.err + ofPeer.err).not.toContain('hunter');
});
