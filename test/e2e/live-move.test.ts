/**
 * The move from full mesh to two route reflectors in a live cluster, by the operator's verbs in the order that the README
 * gives, on the oldest and newest BIRD of each line, and reflectors that die after it: no node is without a route, and no ping
 * is lost.
 */
import { expect, test } from 'vitest';
import { birdOf, LINE_ENDS } from '../support/birds.js';
import { letReflectorsDie } from '../support/dying-reflectors.js';
import { withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { Pinging } from '../support/pinging.js';
import { longestGapMs, RouteMonitor } from '../support/route-monitor.js';
import { Walkthrough } from '../support/walkthrough.js';
import { walkthroughSite } from '../support/walkthrough-site.js';

const silent = { step() {}, ran() {}, checked() {} };
const PINGS_PER_SECOND = 100;

test.each(LINE_ENDS)(
  'from mesh to two reflectors, either of which may die, without a route or a ping lost on %s',
  async (bird) => {
    const hosts = walkthroughSite({ bird, secondReflector: true });
    await withLab({ hosts }, async (lab) => {
      const walkthrough = new Walkthrough(lab, silent);
      await walkthrough.start();
      await walkthrough.meshOn();
      const nodes = lab.hosts.filter(({ role }) => role === 'node');
      const reflectors = lab.hosts.filter(({ role }) => role === 'reflector');
      for (const reflector of reflectors) {
        reflector.startBirdkeeper();
      }
      for (const reflector of reflectors) {
        await reflector.waitForReady();
      }
      const monitors = nodes.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
      await Promise.all(monitors.map((monitor) => monitor.started()));
      const node = lab.host('kube-node1');
      const pinging = new Pinging(node, 1000 / PINGS_PER_SECOND);
      await pinging.goesOn();

      for (const { address } of reflectors) {
        await node.shell(`birdkeeper bgp rr add ${address} --cluster-id 1.0.0.1`);
        await node.shell(`birdkeeper bgp peer add ${address} as 65100`);
      }
      const names = ['Global_172_17_42_40', 'Global_172_17_42_41'];
      const mesh = (host: { address: string }): readonly string[] =>
        nodes
          .filter(({ address }) => address !== host.address)
          .map(({ address }) => `Mesh_${address.replaceAll('.', '_')}`);
      for (const host of nodes) {
        await host.waitForSessions([...names, ...mesh(host)]);
      }
      expect(await node.shell('birdkeeper bgp node-mesh off')).toBe('');
      for (const host of nodes) {
        await host.waitForSessions(names);
      }

      await letReflectorsDie(lab);

      const gaps = (await Promise.all(monitors.map((monitor) => monitor.gapsMs()))).flat();
      expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(longestGapMs(bird));
      await pinging.goesOn();
      // A ping that meets a gap is lost, and one more that is sent at its end.
      const inGaps = gaps.map((gapMs) => 2 + Math.floor(gapMs / pinging.everyMs));
      const allowed = inGaps.reduce((sum, count) => sum + count, 0);
      expect(await pinging.lost()).toBeLessThanOrEqual(allowed);
      await expectRoutesStay(node);
    });
  },
);

/** A BIRD that ends leaves the kernel as it is, if it is one of those: its own routes, and the connected one. */
async function expectRoutesStay({ bird, namespace }: LabHost): Promise<void> {
  const routes = await namespace.routes();
  expect(routes).toContain('proto bird');
  await bird.stop();
  const left = birdOf(bird.kind).persists
    ? routes
    : routes.replaceAll(/^.* proto bird.*\n?/gm, '').trimEnd();
  expect((await namespace.routes()).trimEnd()).toBe(left);
}
