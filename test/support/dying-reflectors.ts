/**
 * Two route reflectors of a walkthrough's network: either may die without a node being without a route for a moment, and when both
 * die the routes stand for the time of BGP's graceful restart (RFC 4724) and are taken over by the sessions that come back.
 */
import { expect } from 'vitest';
import type { Lab } from './lab.js';
import type { LabHost } from './lab-host.js';
import { LONG_DEADLINE_MS, waitFor } from './wait-for.js';

const SESSIONS = ['Global_172_17_42_40', 'Global_172_17_42_41'];

/** A node's route to the first block. */
export const ROUTE_OF_MASTER = '192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird';

/** BIRD 1.6 as a reflector keeps Calico's own timers, and takes its time to try again. */
const SLOW_RETRY_MS = LONG_DEADLINE_MS;

/** Kills either reflector, takes one's link away, and kills both, each time until all is as before. The caller watches routes. */
export async function letReflectorsDie(lab: Lab): Promise<void> {
  const nodes = lab.hosts.filter(({ role }) => role === 'node');
  const [one, two] = [lab.host('node1'), lab.host('node2')];
  const routes = await Promise.all(nodes.map((node) => node.routes()));

  for (const [dying, other] of [
    [one, two],
    [two, one],
  ] as const) {
    await dying.bird.stop('SIGKILL');
    for (const node of nodes) {
      await node.waitForEstablished([sessionWith(other)]);
    }
    await expectAllReached(lab);
    await comeBack(nodes, [dying]);
  }

  await one.namespace.ip('link', 'set', 'eth0', 'down');
  await expectAllReached(lab);
  await one.namespace.ip('link', 'set', 'eth0', 'up');
  await established(nodes);

  await Promise.all([one, two].map((reflector) => reflector.bird.stop('SIGKILL')));
  for (const node of nodes) {
    await node.waitForEstablished([]);
  }
  expect(await Promise.all(nodes.map((node) => node.routes()))).toEqual(routes);
  await expectAllReached(lab);
  await comeBack(nodes, [one, two]);
  await expectAllReached(lab);

  expect(await Promise.all(nodes.map((node) => node.routes()))).toEqual(routes);
}

/** Starts BIRD on `reflectors` again, and waits until all is as before. */
async function comeBack(nodes: readonly LabHost[], reflectors: readonly LabHost[]): Promise<void> {
  await Promise.all(reflectors.map(({ bird }) => bird.start()));
  await established(nodes);
  // Until then nobody has been told that all routes are there again, and a second death would be one too many.
  for (const { bird, name } of reflectors) {
    const isRecovering = async (): Promise<boolean> =>
      (await bird.birdc('show status')).includes('Graceful restart recovery in progress');
    await waitFor(async () => !(await isRecovering()), {
      what: `${name} to have recovered`,
      timeoutMs: SLOW_RETRY_MS,
    });
  }
}

/** Waits until every node has both sessions, and the other nodes' blocks. */
export async function established(nodes: readonly LabHost[]): Promise<void> {
  for (const node of nodes) {
    await node.waitForSessions(SESSIONS, SLOW_RETRY_MS);
  }
  const [master, node1, node2] = nodes;
  await master?.waitForRoute(ROUTE_OF_MASTER);
  await node1?.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
  // Pings come back this way. BIRD 3 has routes in the kernel up to a second after its sessions are up.
  await node2?.waitForRoute(ROUTE_OF_MASTER);
}

/** A node's session with a reflector, as it is called. */
export function sessionWith({ address }: LabHost): string {
  return `Global_${address.replaceAll('.', '_')}`;
}

/** A workload of each node reaches one of the other. */
async function expectAllReached(lab: Lab): Promise<void> {
  expect(await lab.host('kube-node1').ping('192.168.0.2', '192.168.0.64')).toContain(' 1 received');
  expect(await lab.host('kube-node2').ping('192.168.0.65', '192.168.0.2')).toContain(' 1 received');
}
