/**
 * Debian's BIRD with birdkeeper's drop-in, amid other nodes: however BIRD ends and comes back, no node is without a route, and
 * no ping is lost.
 */
import { expect, test } from 'vitest';
import { builtPackages } from '../support/birdkeeper-machine.js';
import type { BirdKind } from '../support/birds.js';
import { ServedNode, upgradeBird } from '../support/served-node.js';

const packages = builtPackages();

/** Of line 3, and the second takes its routes out of the kernel when it gets a SIGTERM. Line 2 is guarantees.test.ts's. */
const birds: readonly BirdKind[] = ['bird3', 'bird3-newest'];

/** What an administrator, or a bug of BIRD's, does to it: in steps, each of which starts BIRD once. */
const events = {
  'stopped and started': ['systemctl stop bird; systemctl start bird'],
  restarted: ['systemctl restart bird'],
  // The second time before the neighbors have heard all after the first.
  'restarted twice': ['systemctl restart bird; systemctl stop bird', 'systemctl start bird'],
  killed: ['systemctl kill --kill-whom main --signal KILL bird'],
  upgraded: [upgradeBird],
} as const;

test.each(birds)(
  'stopped, restarted, killed and upgraded, %s costs no route and no ping',
  async (bird) => {
    await ServedNode.with(packages, bird, async (node) => {
      for (const [event, commands] of Object.entries(events)) {
        const lost = await node.costOf(...commands);
        expect({ event, lost }).toEqual({ event, lost: { routes: [], pings: 0 } });
      }
      expect(await node.machine.run('dpkg-query --show bird2')).toMatch(/\+next$/);
    });
  },
);

test('a machine that goes down takes leave: its neighbors send nothing there any more', async () => {
  await ServedNode.with(packages, 'bird217', async (node) => {
    await node.machine.run('systemctl poweroff --no-block');

    for (const peer of node.peers) {
      await peer.waitForRoutes(node.routesWithoutNode(peer.name));
    }
  });
});
