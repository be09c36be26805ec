/** Several records of one neighbor, and ports: which terms a session has, and what is told. */
import { describe, expect, test } from 'vitest';
import { forecastRestarts } from '../../../../src/plan/forecast-restarts.js';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { NODE, reflectorAt } from '../plan-fixture.js';
import { type Documents, planOfDocuments, storeOfDocuments } from '../v3-fixture.js';

const node = (ipv4Address: string, asNumber?: number) => ({ bgp: { ipv4Address, asNumber } });
const TWO: Documents = {
  'bgpconfigurations/default': { nodeToNodeMeshEnabled: false },
  'nodes/node-a': node('192.0.2.1'),
  'nodes/node-b': node('192.0.2.2'),
};
const HABITS = {
  restartsForNextHop: true,
  restartsForListening: true,
  restartsForGeneration: true,
};
const TOR = { peerIP: '198.51.100.1', asNumber: 65001 };
const key = (ip: string, asn: number) => ({ ip, as_num: String(asn) });
const NODE_B = { ...NODE, nodeName: 'node-b' };

describe('an old key and a BGPPeer ask for one neighbor: the BGPPeer stands, which is told', () => {
  test.each([
    ['global/peer_v4', {}, 'Global'],
    ['global/peer_v4', { node: 'node-a' }, 'Node'],
    ['host/node-a/peer_v4', {}, 'Global'],
    ['host/node-a/peer_v4', { node: 'node-a' }, 'Node'],
  ])('%s and %j', (folder, scope, source) => {
    const old = `/${folder}/198.51.100.1`;
    const { sessions, problems } = planOfDocuments({
      ...TWO,
      'bgppeers/tor': { ...TOR, ...scope },
      [old]: key('198.51.100.1', 65009),
    });

    expect(sessions).toEqual([`${source}_198_51_100_1 65001`]);
    expect(problems).toEqual([`both-generations ${old}`, `duplicate-session ${old}`]);
  });

  test('with a password that is not known: the key opens no session', () => {
    const password = { secretKeyRef: { name: 's', key: 'k' } };
    const { sessions } = planOfDocuments({
      ...TWO,
      'bgppeers/tor': { ...TOR, node: 'node-a', password },
      '/global/peer_v4/198.51.100.1': key('198.51.100.1', 65001),
    });

    expect(sessions).toEqual([]);
  });

  test('on a reflector outside of the nodes too', () => {
    const { sessions } = planOfDocuments(
      {
        ...TWO,
        'bgppeers/rr': { node: 'node-a', peerIP: '192.0.2.30', asNumber: 64512 },
        '/global/peer_v4/192.0.2.30': key('192.0.2.30', 64999),
      },
      reflectorAt('192.0.2.30'),
    );

    expect(sessions).toEqual(['Node_192_0_2_1 64512', 'Global_192_0_2_2 64999']);
  });
});

describe('a gateway that another record of the neighbor does not have', () => {
  test('is told, as any other term', () => {
    const { plan, reasons } = planOfDocuments({
      ...TWO,
      'bgppeers/a': TOR,
      'bgppeers/b': { ...TOR, reachableBy: '192.0.2.254' },
    });

    expect(plan.ipv4.extras.staticRoutes).toEqual([]);
    expect(reasons).toEqual([
      expect.stringMatching(/asks for a session to 198.51.100.1 .*reached by 192.0.2.254, but/),
    ]);
  });

  test('is one for two speakers at the address, and told where they differ', () => {
    const { plan, problems } = planOfDocuments({
      ...TWO,
      'bgppeers/a': { ...TOR, reachableBy: '192.0.2.254' },
      'bgppeers/b': { ...TOR, peerIP: '198.51.100.1:1790', reachableBy: '192.0.2.253' },
    });

    expect(plan.ipv4.extras.staticRoutes).toMatchObject([{ via: '192.0.2.254' }]);
    expect(problems).toEqual(['duplicate-record bgppeers/b']);
  });
});

describe('a localASNumber of the other end that makes it right', () => {
  const shown = { node: 'node-b', peerIP: '192.0.2.1', asNumber: 64512, localASNumber: 65100 };
  const asked = { node: 'node-a', peerIP: '192.0.2.2', asNumber: 65100 };

  test('leaves nothing to tell, on either end', () => {
    const site = { ...TWO, 'bgppeers/a': asked, 'bgppeers/b': shown };

    expect(planOfDocuments(site)).toMatchObject({
      sessions: ['Node_192_0_2_2 65100'],
      problems: [],
    });
    expect(planOfDocuments(site, NODE_B)).toMatchObject({
      sessions: ['Node_192_0_2_1 64512'],
      problems: [],
    });
  });

  test('does not hide what else the two disagree in', () => {
    const site = { ...TWO, 'bgppeers/a': asked, 'bgppeers/b': { ...shown, ttlSecurity: 1 } };

    expect(planOfDocuments(site).problems).toEqual(['duplicate-session bgppeers/b']);
  });

  test('is another than the one that is asked for, which is told', () => {
    const site = { ...TWO, 'bgppeers/a': asked, 'bgppeers/b': { ...shown, localASNumber: 65101 } };

    expect(planOfDocuments(site).problems).toContain('as-number-mismatch bgppeers/a spec.asNumber');
  });

  test('is right with a reflector outside of the nodes as well', () => {
    const peering = { node: 'node-a', peerIP: '192.0.2.30', asNumber: 65100 };
    const told = (fields: object) =>
      planOfDocuments(
        { ...TWO, 'bgppeers/rr': { ...peering, ...fields } },
        reflectorAt('192.0.2.30'),
      ).problems;

    expect(told({ localASNumber: 65100 })).toEqual([]);
    expect(told({})).toEqual(['as-number-mismatch bgppeers/rr spec.asNumber']);
  });
});

describe('a port', () => {
  test('of 179 that is said is kept, and a port of the node at that address does not count', () => {
    const site = (peerIP: string) => ({
      ...TWO,
      'bgpconfigurations/node.node-b': { listenPort: 1790 },
      'bgppeers/b': { peerIP, asNumber: 64512 },
    });
    const ports = (peerIP: string) =>
      planOfDocuments(site(peerIP)).plan.ipv4.sessions.map(({ protocolName, remotePort }) => [
        protocolName,
        remotePort,
      ]);

    expect(ports('192.0.2.2:179')).toEqual([['Global_192_0_2_2_port_179', 179]]);
    expect(ports('192.0.2.2')).toEqual([['Global_192_0_2_2_port_1790', 1790]]);
  });

  test('of 179 is that of a record that says none: one neighbor, and nothing to tell', () => {
    const peers = { 'bgppeers/a': TOR, 'bgppeers/b': { ...TOR, peerIP: '198.51.100.1:179' } };

    expect(planOfDocuments({ ...TWO, ...peers })).toMatchObject({
      sessions: ['Global_198_51_100_1 65001'],
      problems: [],
    });
  });

  test('tells speakers at one address apart in the forecast', () => {
    const at = (port: string, asNumber: number) => ({ peerIP: `198.51.100.1${port}`, asNumber });
    const plan = (peers: Documents) => planOfDocuments({ ...TWO, ...peers }).plan;
    const forecast = (before: Documents, after: Documents) =>
      forecastRestarts(plan(before), plan(after), HABITS).map(
        ({ protocolName, reasons }) => `${protocolName}: ${reasons.join()}`,
      );
    const both = { 'bgppeers/a': at('', 65001), 'bgppeers/b': at(':1790', 65002) };

    expect(forecast(both, { ...both, 'bgppeers/b': at(':1790', 65003) })).toEqual([
      "Global_198_51_100_1_port_1790: the neighbor's AS number changes 65002 → 65003",
    ]);
    expect(forecast({ 'bgppeers/a': at('', 65001) }, both)).toEqual([]);
    expect(forecast({ 'bgppeers/a': at('', 65001) }, { 'bgppeers/a': at(':1790', 65001) })).toEqual(
      ["Global_198_51_100_1_port_1790: the neighbor's port changes 179 → 1790"],
    );
    expect(forecast({ 'bgppeers/a': at('', 65001) }, { 'bgppeers/a': at(':179', 65001) })).toEqual([
      'Global_198_51_100_1_port_179: it was called Global_198_51_100_1',
    ]);
  });

  test('that nobody listens on carries no paths, beside one that somebody does', () => {
    const manual = { node: 'node-a', asNumber: 64512, reversePeering: 'Manual' };
    const back = { ...manual, node: 'node-b', peerIP: '192.0.2.1:1790' };
    const cluster = (peerIP: string) =>
      storeOfDocuments({
        ...TWO,
        'bgppeers/back': back,
        'bgppeers/other': { ...manual, peerIP: '192.0.2.2:1791' },
        'bgppeers/there': { ...manual, peerIP },
      }).cluster();
    const [good, bad] = [cluster('192.0.2.2:179'), cluster('192.0.2.2:1792')];

    expect(findLostPairs(good, bad, 9)).toMatchObject([{ first: [['node-a', 'node-b']] }]);
    expect(findLostPairs(bad, good, 9)).toEqual([]);
  });
});
