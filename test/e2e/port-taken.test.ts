/**
 * Something else has BGP's port when BIRD starts: calico-node's own BIRD, a BIRD of the distribution, one that is still ending. BIRD
 * ends every session for that and never looks again. birdkeeper says who has the port, and has BIRD listen once it is free.
 */
import { expect, test } from 'vitest';
import { type BirdKind, LINE_ENDS } from '../support/birds.js';
import type { Lab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { takePort } from '../support/port-taker.js';
import { withTwoNodes } from '../support/two-nodes.js';
import { waitFor } from '../support/wait-for.js';

/** Two nodes with a mesh of both families; the BIRD of node-a has yet to start. */
async function withNodes(bird: BirdKind, work: (lab: Lab, node: LabHost) => Promise<void>) {
  await withTwoNodes(bird, async (lab) => {
    const [node = expect.fail(), other = expect.fail()] = lab.hosts;
    await other.bird.start();
    other.startBirdkeeper();
    await work(lab, node);
  });
}

/** The body of `/readyz`, and `200` or `503` after it. */
function readyz(host: LabHost): Promise<string> {
  return host.shell("curl -s -w '%{http_code}' http://127.0.0.1:9470/readyz");
}

/** Waits until `/status` has the problem; gives its reason. */
async function reasonOf(host: LabHost): Promise<string> {
  let reason: string | undefined;
  const look = async (): Promise<boolean> => {
    const { problems } = await host.status();
    reason = problems.find(({ code }) => code === 'port-taken')?.reason;
    return reason !== undefined;
  };
  await waitFor(look, { what: 'the problem port-taken' });
  return reason ?? '';
}

test.each(LINE_ENDS)(
  'is said with who has it, and sessions start once it is free, on %s',
  async (bird) => {
    await withNodes(bird, async (_, node) => {
      const squatter = await takePort(node.namespace, node.dir, '0.0.0.0');
      await node.bird.start();
      node.startBirdkeeper();

      const holder = `(process ${squatter.pid}) holds port 179 on 0.0.0.0`;
      expect(await reasonOf(node)).toContain(
        `bird could not open its listening socket, and its sessions are down for that: `,
      );
      expect(await reasonOf(node)).toContain(holder);
      const { birds } = await node.status();
      expect(birds[0]?.portTaken?.sessions).toContain('Mesh_172_17_42_2');
      const health = await readyz(node);
      expect(health).toContain(holder);
      expect(health).toMatch(/503$/);
      const metrics = await node.shell('curl -s http://127.0.0.1:9470/metrics');
      expect(metrics).toMatch(/^birdkeeper_sessions_without_port\{daemon="bird"\} [1-9]/m);
      const said = await node.shell('birdkeeper status 2>&1; echo "exit status $?"');
      expect(said).toContain(holder);
      expect(said).toContain('exit status 1');

      await squatter.stop('SIGKILL');

      await node.waitForSessions(['Mesh_172_17_42_2', 'Mesh_fd00_17__2']);
      await waitFor(async () => (await node.status()).problems.length === 0, {
        what: 'the problem to be gone',
      });
      expect(await readyz(node)).toMatch(/200$/);
      const after = await node.shell('curl -s http://127.0.0.1:9470/metrics');
      expect(after).toMatch(/^birdkeeper_sessions_without_port\{daemon="bird"\} 0$/m);
    });
  },
);

test('of one family alone leaves the sessions of the other, and one that an operator turned off stays off', async () => {
  await withNodes('bird2', async (_, node) => {
    const squatter = await takePort(node.namespace, node.dir, '::');
    await node.bird.start();
    node.startBirdkeeper();
    await node.waitForEstablished(['Mesh_172_17_42_2']);
    expect(await reasonOf(node)).toContain(`(process ${squatter.pid}) holds port 179 on ::`);
    expect(await node.bird.birdc('disable Mesh_172_17_42_2')).toContain(': disabled');
    // Of one that BIRD has ended it keeps no such thing: nobody can know of it.
    expect(await node.bird.birdc('disable Mesh_fd00_17__2')).toContain(': already disabled');

    await squatter.stop('SIGKILL');

    await node.waitForEstablished(['Mesh_fd00_17__2']);
    await waitFor(async () => (await node.status()).problems.length === 0, {
      what: 'the problem to be gone',
    });
    const sessions = await node.sessions();
    expect(sessions.find(({ name }) => name === 'Mesh_172_17_42_2')).toMatchObject({
      state: 'down',
      info: '',
    });
  });
});
