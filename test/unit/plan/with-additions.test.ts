import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/plan/plan.js';
import { withAdditions } from '../../../src/plan/with-additions.js';
import { planOf } from './plan-fixture.js';
import { type Documents, planOfDocuments } from './v3-fixture.js';

const node = (address: string): object => ({ bgp: { ipv4Address: `${address}/24` } });
const NODES: Documents = {
  'nodes/node-a': node('192.0.2.1'),
  'nodes/node-b': node('192.0.2.2'),
  'nodes/node-c': node('192.0.2.3'),
  'bgpconfigurations/default': { asNumber: 65_100 },
  'ippools/one': { cidr: '10.1.0.0/16' },
  'ippools/two': { cidr: '10.2.0.0/16' },
};

function sessionsOf(plan: Plan | undefined): readonly string[] | undefined {
  return plan?.ipv4.sessions.map(({ protocolName, remoteAsn }) => `${protocolName} ${remoteAsn}`);
}

const standing = planOfDocuments(NODES).plan;

test('nothing of what stands goes, and of sessions nothing changes', () => {
  const emptied = planOfDocuments({ 'nodes/node-a': node('192.0.2.1') }).plan;

  expect(withAdditions(standing, emptied)).toEqual(standing);
});

test('a state that has all of it is what stands: no reload', () => {
  expect(withAdditions(standing, planOfDocuments(NODES).plan)).toEqual(standing);
});

test('what is new comes: a session with another neighbor, and a pool', () => {
  const { plan } = planOfDocuments({
    'nodes/node-a': node('192.0.2.1'),
    'nodes/node-d': node('192.0.2.4'),
    'ippools/three': { cidr: '10.3.0.0/16' },
  });

  const both = withAdditions(standing, plan);

  expect(sessionsOf(both)).toEqual([
    'Mesh_192_0_2_2 65100',
    'Mesh_192_0_2_3 65100',
    'Mesh_192_0_2_4 64512',
  ]);
  expect(both?.ipv4.pools.map(({ prefix }) => prefix)).toEqual([
    '10.1.0.0/16',
    '10.2.0.0/16',
    '10.3.0.0/16',
  ]);
  expect(both?.ipv4.localAsn).toBe(65_100);
});

test('a pool that both have, and the log level, are as asked', () => {
  const { plan } = planOfDocuments({
    ...NODES,
    'ippools/two': { cidr: '10.2.0.0/16', disableBGPExport: true },
    'bgpconfigurations/default': { asNumber: 65_100, logSeverityScreen: 'Debug' },
  });

  const both = withAdditions(standing, plan);

  expect(both?.ipv4.pools.map(({ isExported }) => isExported)).toEqual([true, false]);
  expect(both?.logLevel).toBe('debug');
});

describe('a new session waits', () => {
  test('that goes by a filter that does not stand', () => {
    const { plan } = planOfDocuments({
      'nodes/node-a': node('192.0.2.1'),
      'bgpfilters/some': { exportV4: [{ action: 'Reject' }] },
      'bgppeers/tor': { peerIP: '192.0.2.9', asNumber: 65_001, filters: ['some'] },
    });

    expect(plan.ipv4.sessions).toHaveLength(1);
    expect(sessionsOf(withAdditions(standing, plan))).toEqual(sessionsOf(standing));
  });

  test('of a family that this host does not speak as it stands', () => {
    const { plan } = planOf({
      'host/node-a/ip_addr_v6': '2001:db8::1',
      'host/node-b/ip_addr_v6': '2001:db8::2',
    });
    const ofIpv4 = planOf({ 'host/node-a/ip_addr_v4': '192.0.2.1' }).plan;

    expect(plan.ipv6.sessions).toHaveLength(1);
    expect(withAdditions(ofIpv4, plan)?.ipv6.sessions).toEqual([]);
  });
});

test('what goes by the rules of another Calico can not be mixed with what stands', () => {
  const { plan } = planOf({ 'host/node-a/ip_addr_v4': '192.0.2.1' });

  expect(withAdditions(standing, plan)).toBeUndefined();
});
