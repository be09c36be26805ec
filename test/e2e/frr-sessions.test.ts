/**
 * The terms of sessions with routers that nobody here wrote (FRR), as these see them: who is who, who may speak, and what becomes of
 * routes while BIRD is away. Changes are made while a node runs between two of them.
 */
import { expect, test } from 'vitest';
import type { FrrSession } from '../support/frr.js';
import {
  BEHIND,
  BLOCKS,
  frrSiteForFile,
  NODE,
  standing,
  TOLD,
  TOR,
  WORKLOAD,
} from '../support/frr-site.js';
import type { Namespace } from '../support/netns.js';
import { RouteMonitor } from '../support/route-monitor.js';
import { waitFor } from '../support/wait-for.js';

const theSite = frrSiteForFile();

test('localASNumber: one neighbor sees another AS, and the other one as before', async () => {
  const site = theSite();
  const { tor, spine } = site;
  const before = await standing(spine);

  await site.have({ tor: { localASNumber: 65_020 } });

  await tor.waitForSession(NODE.ipv4, ({ remoteAs }) => remoteAs === 65_020);
  await tor.waitForSession(NODE.ipv4);
  await tor.waitForPath(BLOCKS.first, ({ aspath }) => aspath.string === '65020');
  await spine.waitForPath(BLOCKS.first, ({ aspath }) => aspath.string === `${NODE.asn}`);
  expect(await spine.session(NODE.ipv4)).toMatchObject(before);
  expect(await tor.ping(WORKLOAD)).toBe(true);
});

test('ttlSecurity: neither end takes packets that may have come from far', async () => {
  const site = theSite();
  const { node, tor, spine } = site;
  await site.have();
  await site.waitForSessions();
  const before = await standing(spine);

  // A router that doesn't do it sends with a TTL of 1.
  const atNode = await droppedForTtl(node.namespace);
  await site.have({ tor: { ttlSecurity: 1 } });
  await waitFor(async () => (await droppedForTtl(node.namespace)) > atNode, {
    what: 'the node to drop packets',
  });
  await tor.setNeighbor(NODE.ipv4, 'ttl-security hops 1');
  await tor.waitForSession(NODE.ipv4);
  await tor.waitForPath(BLOCKS.first);

  const atTor = await droppedForTtl(tor.namespace);
  await site.have();
  await waitFor(async () => (await droppedForTtl(tor.namespace)) > atTor, {
    what: 'the router to drop packets',
  });
  await tor.unsetNeighbor(NODE.ipv4, 'ttl-security hops 1');
  await tor.waitForSession(NODE.ipv4);
  expect(await spine.session(NODE.ipv4)).toMatchObject(before);
});

test('a rotated password restarts its session and no other one, and birdkeeper goes on', async () => {
  const site = theSite();
  const { node, tor, spine } = site;
  await site.putSecret('tor', 'hunter-one');
  await tor.setNeighbor(NODE.ipv4, 'password hunter-one');
  await site.have({ tor: { password: { secretKeyRef: { name: 'bgp', key: 'tor' } } } });
  const { connectionsDropped: before } = await tor.waitForSession(NODE.ipv4);
  const others = [await standing(spine), await standing(tor, NODE.ipv6)];
  const { pid } = node.birdkeeper;

  const mark = await node.log.mark();
  await site.putSecret('tor', 'hunter-two');
  await tor.waitForSession(NODE.ipv4, ({ connectionsDropped }) => connectionsDropped > before);
  await node.log.waitForLoaded(`secrets-dir:${site.secretFile('tor')}`, mark);
  const forecasts = await node.log.forecasts(mark);
  expect(forecasts.flatMap(({ sessions }) => sessions)).toEqual(['Global_172_17_42_50']);
  // The router has the old one, so that no packet is as it has to be.
  const dropped = await droppedForPassword(tor.namespace);
  await waitFor(async () => (await droppedForPassword(tor.namespace)) > dropped, {
    what: 'the router to drop packets',
  });
  expect((await tor.session(NODE.ipv4))?.bgpState).not.toBe('Established');

  await tor.setNeighbor(NODE.ipv4, 'password hunter-two');
  await tor.waitForSession(NODE.ipv4);
  await tor.waitForPath(BLOCKS.first);
  expect([await spine.session(NODE.ipv4), await tor.session(NODE.ipv6)]).toMatchObject(others);
  expect(node.birdkeeper).toMatchObject({ pid, isRunning: true });
  await tor.unsetNeighbor(NODE.ipv4, 'password');
});

test('maxRestartTime: for so long routes stand at the router while BIRD is away', async () => {
  const site = theSite();
  const { node, tor, spine } = site;
  await site.have({ tor: { maxRestartTime: '1m30s' } });
  await tor.waitForSession(NODE.ipv4, hasRestartTime(90));
  await tor.waitForPath(BLOCKS.first);
  await site.waitForRoute(TOLD.tor.first, `via ${TOR.ipv4}`);
  const monitor = new RouteMonitor(tor.namespace, node.dir);
  await monitor.started();

  await node.bird.stop('SIGKILL');
  await tor.waitForPath(BLOCKS.first, ({ stale }) => stale === true);
  expect(await tor.ping(WORKLOAD)).toBe(true);
  expect(await node.ping(WORKLOAD, BEHIND.tor)).toContain(' 1 received');
  await node.bird.start();
  await site.waitForSessions();
  await tor.waitForPath(BLOCKS.first, ({ stale }) => stale !== true);
  // What the node passes on it may lack for a moment itself.
  const deleted = (await monitor.deleted()).filter((line) => !line.includes(TOLD.spine.inPool));
  expect(deleted).toEqual([]);

  await site.have({ tor: { maxRestartTime: '1s' } });
  await tor.waitForSession(NODE.ipv4, hasRestartTime(1));
  await tor.waitForPath(BLOCKS.first);
  await node.bird.stop('SIGKILL');
  await tor.waitForNoPath(BLOCKS.first);
  // BIRD's own time is two minutes.
  await spine.waitForPath(BLOCKS.first, ({ stale }) => stale === true);
});

function hasRestartTime(seconds: number) {
  return ({ bgpState, gracefulRestartInfo }: FrrSession): boolean =>
    bgpState === 'Established' && gracefulRestartInfo?.timers.receivedRestartTimer === seconds;
}

/** How many packets a host has dropped since their TTL was too low for RFC 5082. */
function droppedForTtl(namespace: Namespace): Promise<number> {
  return counterOf(namespace, ['TcpExtTCPMinTTLDrop']);
}

/** How many it has dropped since they were not signed as they had to be (RFC 2385). */
function droppedForPassword(namespace: Namespace): Promise<number> {
  return counterOf(namespace, [
    'TcpExtTCPMD5Failure',
    'TcpExtTCPMD5NotFound',
    'TcpExtTCPMD5Unexpected',
  ]);
}

/** A sum of counters of the kernel. */
async function counterOf(namespace: Namespace, names: readonly string[]): Promise<number> {
  const { kernel } = JSON.parse(await namespace.exec('nstat', ['-asz', '--json', ...names]));
  return Object.values<number>(kernel).reduce((sum, count) => sum + count, 0);
}
