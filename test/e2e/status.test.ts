/** `birdkeeper status` on real BIRDs: what it shows, and the exit status that scripts go by. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BirdKind, LINE_ENDS } from '../support/birds.js';
import type { Lab } from '../support/lab.js';
import { withTwoNodes } from '../support/two-nodes.js';
import { waitFor } from '../support/wait-for.js';

const BGP = '/calico/bgp/v1';

/** Two nodes with a mesh, whose sessions are up. */
async function withMesh(bird: BirdKind, work: (lab: Lab) => Promise<void>): Promise<void> {
  await withTwoNodes(bird, async (lab) => {
    await lab.startAll();
    await lab.host('node-a').waitForSessions(['Mesh_172_17_42_2', 'Mesh_fd00_17__2']);
    await work(lab);
  });
}

/** Runs a command line; gives its output, and after it the exit status. */
async function shell(lab: Lab, host: string, commandLine: string): Promise<string> {
  return lab.host(host).shell(`${commandLine} 2>&1; echo "exit status $?"`);
}

test.each(LINE_ENDS)('sessions of both families, up and not, on %s', async (bird) => {
  await withMesh(bird, async (lab) => {
    const up = await shell(lab, 'node-a', 'birdkeeper status');
    expect(up).toContain(
      'birdkeeper 0.1.0 on node-a (node)\nDatastore: etcd3 http://172.17.42.1:2379, synced',
    );
    expect(up).toMatch(/^Generation: \d+ \([0-9a-f]{12}\), loaded \d{4}-/m);
    expect(up).toMatch(/^BIRD \S+, router id 172\.17\.42\.1: Daemon is up and running$/m);
    expect(up).toMatch(
      /^IPv4 BGP status\n\+-+\+.*\n\| PEER ADDRESS +\| PEER TYPE +\| STATE +\| SINCE +\| INFO +\|\n/m,
    );
    const row = (address: string) =>
      new RegExp(
        `^\\| ${address} +\\| node-to-node mesh +\\| up +\\| \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\S* +\\| Established +\\|$`,
        'm',
      );
    expect(up).toMatch(row('172\\.17\\.42\\.2'));
    expect(up).toMatch(row('fd00:17::2'));
    expect(up).toContain('exit status 0');

    await lab.put(`${BGP}/global/peer_v4/172.17.42.98`, '{"ip":"172.17.42.98","as_num":"65999"}');
    await lab.host('node-a').log.waitForLoaded(`${BGP}/global/peer_v4/172.17.42.98`);

    const json = await lab.host('node-a').shell('birdkeeper status -o json || test $? = 1');
    const { daemon, role, birds } = JSON.parse(json);
    expect({ role, node: daemon.node }).toEqual({ role: 'node', node: 'node-a' });
    const sessions: readonly Record<string, unknown>[] = birds.flatMap(
      (one: { sessions: readonly unknown[] }) => one.sessions,
    );
    const shown = sessions.map(({ name, neighbor, isEstablished }) => [
      name,
      neighbor,
      isEstablished,
    ]);
    expect(shown).toHaveLength(3);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['Mesh_172_17_42_2', '172.17.42.2', true],
        ['Mesh_fd00_17__2', 'fd00:17::2', true],
        ['Global_172_17_42_98', '172.17.42.98', false],
      ]),
    );
    expect(await shell(lab, 'node-a', 'birdkeeper status')).toContain('exit status 1');
  });
});

test('without a daemon BIRD is still shown, and without a BIRD there is nothing to show', async () => {
  await withMesh('bird2', async (lab) => {
    const host = lab.host('node-a');
    await host.birdkeeper.stop();
    const alone = await shell(lab, 'node-a', 'birdkeeper status');
    expect(alone).toContain('no birdkeeper answers at http://127.0.0.1:9470/status');
    expect(alone).toContain('| 172.17.42.2');
    expect(alone).toContain('exit status 0');

    // What answers while a birdkeeper waits: health alone.
    const health =
      "require('http').createServer((_, page) => page.writeHead(404).end()).listen(9470, '127.0.0.1')";
    const waiting = host.namespace.start(
      process.execPath,
      ['-e', health],
      join(host.dir, 'http.log'),
    );
    const starting = () => shell(lab, 'node-a', 'birdkeeper status');
    await waitFor(async () => (await starting()).includes('birdkeeper has no status yet'), {
      what: 'the status of a birdkeeper that waits',
    });
    await waiting.stop();

    await host.bird.stop();
    const none = await shell(lab, 'node-a', 'birdkeeper status');
    expect(none).toMatch(/^birdkeeper: BIRD's control socket .*; check that BIRD runs with -s /);
    expect(none).toContain('exit status 2');
  });
});

test('planned sessions that BIRD does not have are shown; with none planned it is said', async () => {
  await withMesh('bird2', async (lab) => {
    const host = lab.host('node-a');
    const other = join(host.dir, 'other.cfg');
    await writeFile(other, 'router id 172.17.42.1;\nprotocol device {}\n');
    await host.bird.birdc(`configure "${other}"`);
    await waitFor(async () => ((await host.bird.sessions()).length === 0 ? true : undefined), {
      what: 'BIRD to have no session',
    });

    const missing = await shell(lab, 'node-a', 'birdkeeper status');
    expect(missing).toMatch(
      /^\| 172\.17\.42\.2 +\| node-to-node mesh +\| missing .*planned, not in BIRD/m,
    );
    expect(missing).toMatch(/^\| fd00:17::2 +\| node-to-node mesh +\| missing /m);
    expect(missing).toContain('2 planned sessions are not in BIRD');
    expect(missing).toContain('exit status 1');
    const json = JSON.parse(
      await host.shell('birdkeeper status -o json 2> /dev/null || test $? = 1'),
    );
    expect(json.missing).toEqual([
      { name: 'Mesh_172_17_42_2', remoteAddress: '172.17.42.2' },
      { name: 'Mesh_fd00_17__2', remoteAddress: 'fd00:17::2' },
    ]);

    await lab.put(`${BGP}/global/node_mesh`, '{"enabled":false}');
    await host.log.waitForLoaded(`${BGP}/global/node_mesh`);
    const alone = await shell(lab, 'node-a', 'birdkeeper status');
    expect(alone).toContain('no BGP session is planned for this host');
    expect(alone).toContain('exit status 0');

    await host.birdkeeper.stop();
    const unknown = await shell(lab, 'node-a', 'birdkeeper status');
    expect(unknown).toContain('no birdkeeper tells whether any is planned');
    expect(unknown).toContain('exit status 1');
  });
});
