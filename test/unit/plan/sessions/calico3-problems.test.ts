/** What is told of peerings of Calico 3 that can't be honoured as they are. */
import { describe, expect, test } from 'vitest';
import { ClusterStore } from '../../../../src/model/cluster-store.js';
import type { Fact } from '../../../../src/model/fact.js';
import { NO_TERMS, type Peering, type PeeringTerms } from '../../../../src/model/peering.js';
import type { Host } from '../../../../src/plan/host.js';
import { makePlan } from '../../../../src/plan/make-plan.js';
import { findLostPairs } from '../../../../src/plan/reachability/lost-pairs.js';
import { Secret } from '../../../../src/values/secret.js';
import { NODE } from '../plan-fixture.js';
import { address, routerId, selector, V3 } from '../v3-fixture.js';

const REF = { name: 'bgp', key: 'tor' };
const ALL = { kind: 'all-nodes' } as const;

const router = (ip: string, asn: number) =>
  ({ kind: 'address', address: address(ip), asn }) as const;
const REFLECTORS = { kind: 'nodes', selector: selector('has(rr)') } as const;

/** What a site says beside its nodes node-a at 192.0.2.1, and node-r at 192.0.2.20, which reflects. */
interface Site {
  readonly isMeshEnabled?: boolean;
  readonly facts?: readonly Fact[];
  readonly peerings?: readonly (Pick<Peering, 'scope' | 'remote'> & {
    readonly terms?: Partial<PeeringTerms>;
  })[];
}

function factsOf(nodeName: string, ip: string | undefined, isReflector = false): readonly Fact[] {
  const at = { kind: 'node-address', nodeName, family: 'ipv4' } as const;
  const reflects: readonly Fact[] = [
    { kind: 'node-labels', nodeName, labels: { rr: '' } },
    { kind: 'node-cluster-id', nodeName, clusterId: routerId('1.0.0.1') },
  ];
  return [
    ip === undefined ? at : { ...at, address: address(ip) },
    ...(isReflector ? reflects : []),
  ];
}

function storeOf({ isMeshEnabled = false, facts = [], peerings = [] }: Site): ClusterStore {
  const store = new ClusterStore();
  store.set(`${V3}/nodes/node-a`, factsOf('node-a', '192.0.2.1'), 'v3');
  store.set(`${V3}/nodes/node-r`, factsOf('node-r', '192.0.2.20', true), 'v3');
  store.set(`${V3}/bgpconfigurations/default`, [{ kind: 'mesh', isEnabled: isMeshEnabled }], 'v3');
  store.set(`${V3}/more`, facts, 'v3');
  for (const [index, { terms, ...ends }] of peerings.entries()) {
    const origin = `${V3}/bgppeers/peer-${index}`;
    const peering = { ...ends, terms: { ...NO_TERMS, isReversed: true, ...terms }, origin };
    store.set(origin, [{ kind: 'peering', peering }], 'v3');
  }
  return store;
}

function passwordsOf(site: Site, host: Host) {
  const { plan } = makePlan(storeOf(site).cluster(), host);
  return plan.ipv4.sessions.map(({ password }) => password);
}

function planOf(site: Site, host: Host = NODE) {
  const { plan, problems } = makePlan(storeOf(site).cluster(), host);
  return {
    names: plan.ipv4.sessions.map(({ protocolName }) => protocolName),
    problems: problems.map(({ code, key, path = '' }) => [code, key.replace(`${V3}/`, ''), path]),
  };
}

describe('a password that is not known', () => {
  const SITE = {
    peerings: [
      { scope: ALL, remote: router('198.51.100.1', 65001), terms: { password: REF } },
      { scope: ALL, remote: router('198.51.100.2', 65001) },
    ],
  } as const;

  test('leaves out the sessions that are to have it, and no others', () => {
    expect(planOf(SITE)).toEqual({
      names: ['Global_198_51_100_2'],
      problems: [['secret-missing', 'bgppeers/peer-0', 'spec.password']],
    });
  });

  test('keeps the neighbor from a later peering that asks for none', () => {
    const open = {
      scope: { kind: 'node', nodeName: 'node-a' },
      remote: router('198.51.100.1', 65001),
    } as const;
    expect(planOf({ peerings: [...SITE.peerings, open] })).toEqual(planOf(SITE));
  });

  test('is nothing to tell once it is there', () => {
    const secret = { kind: 'secret', ref: REF, secret: new Secret('hunter2') } as const;
    expect(planOf({ ...SITE, facts: [secret] })).toEqual({
      names: ['Global_198_51_100_1', 'Global_198_51_100_2'],
      problems: [],
    });
  });

  test('leaves out the way back too', () => {
    const site = { peerings: [{ scope: ALL, remote: REFLECTORS, terms: { password: REF } }] };
    expect(planOf(site, { ...NODE, nodeName: 'node-r' })).toEqual({
      names: [],
      problems: [['secret-missing', 'bgppeers/peer-0', 'spec.password']],
    });
  });

  test('is told of the mesh, by nodes that are in it', () => {
    const meshPassword = { ...REF, origin: `${V3}/bgpconfigurations/default` };
    const facts = [{ kind: 'bgp-settings', settings: { meshPassword } }] as const;
    const site = { isMeshEnabled: true, facts };
    const told = [['secret-missing', 'bgpconfigurations/default', 'spec.nodeMeshPassword']];
    expect(planOf(site).problems).toEqual(told);
    expect(planOf(site, { ...NODE, nodeName: 'node-r' }).problems).toEqual([]);
  });
});

test('a filter that is not there is told, and the session stands', () => {
  const peering = { scope: ALL, remote: router('198.51.100.1', 65001), terms: { filters: ['f'] } };
  expect(planOf({ peerings: [peering] })).toEqual({
    names: ['Global_198_51_100_1'],
    problems: [['filter-missing', 'bgppeers/peer-0', 'spec.filters']],
  });
});

describe('a node without an address is told', () => {
  const NOWHERE = factsOf('node-z', undefined);
  const SELECTED = factsOf('node-z', undefined, true);
  const told = [['node-address-missing', 'node node-z', '']];
  const peerings = [{ scope: ALL, remote: REFLECTORS }];
  test.each<[string, Site, string, unknown]>([
    ['in the mesh', { isMeshEnabled: true, facts: NOWHERE }, 'node-a', told],
    ['not by one that reflects', { isMeshEnabled: true, facts: NOWHERE }, 'node-r', []],
    ['not where it reflects itself', { isMeshEnabled: true, facts: SELECTED }, 'node-a', []],
    ['where labels pair it with this one', { facts: SELECTED, peerings }, 'node-a', told],
    ['on the way back', { facts: NOWHERE, peerings }, 'node-r', told],
    ['not where nothing pairs it', { facts: NOWHERE, peerings }, 'node-a', []],
  ])('%s', (_, site, nodeName, expected) => {
    expect(planOf(site, { ...NODE, nodeName }).problems).toEqual(expected);
  });
});

test('a peering that puts a node into another AS is told, by the field of a BGPPeer', () => {
  const scope = { kind: 'node', nodeName: 'node-a' } as const;
  expect(planOf({ peerings: [{ scope, remote: router('192.0.2.20', 65009) }] }).problems).toEqual([
    ['as-number-mismatch', 'bgppeers/peer-0', 'spec.asNumber'],
  ]);
});

test('a reflector that is among the nodes is no rival of itself, and has one session with each client', () => {
  const host = { ...NODE, role: 'reflector', nodeName: 'x', ipv4: address('192.0.2.20') } as const;
  expect(planOf({ peerings: [{ scope: ALL, remote: router('192.0.2.20', 64512) }] }, host)).toEqual(
    {
      names: ['Node_192_0_2_1'],
      problems: [],
    },
  );
});

describe('a reflector that is not among the nodes', () => {
  const host = { ...NODE, role: 'reflector', nodeName: 'x', ipv4: address('192.0.2.30') } as const;
  const remote = router('192.0.2.30', 64512);
  const OF_NODE = { kind: 'node', nodeName: 'node-a' } as const;

  test.each([
    ['all nodes', ALL, ['Global_192_0_2_1', 'Global_192_0_2_20']],
    ['one node', OF_NODE, ['Node_192_0_2_1']],
  ] as const)(
    'has the password that a peering of %s asks for, or no session',
    (_, scope, names) => {
      const site = { peerings: [{ scope, remote, terms: { password: REF } }] };
      expect(planOf(site, host)).toEqual({
        names: [],
        problems: [['secret-missing', 'bgppeers/peer-0', 'spec.password']],
      });

      const secret = new Secret('hunter2');
      const facts = [{ kind: 'secret', ref: REF, secret }] as const;
      expect(planOf({ ...site, facts }, host)).toEqual({ names, problems: [] });
      expect(passwordsOf({ ...site, facts }, host)).toEqual(names.map(() => secret));
    },
  );

  test('has no open session where an earlier peering asks for a password', () => {
    const closed = { scope: ALL, remote, terms: { password: REF } };
    expect(planOf({ peerings: [closed, { scope: OF_NODE, remote }] }, host).names).toEqual([]);
  });
});

test('raw statements of Calico 2 have no place in the rules of Calico 3, which is told of each', () => {
  const origin = '/calico/bgp/v1/global/custom_filters/v4/drop';
  const filter = { name: 'drop', family: 'ipv4', statements: 'reject;', origin } as const;
  const site = { facts: [{ kind: 'custom-filter', filter }] } as const;

  expect(planOf(site, { ...NODE, acceptsCustomFilters: true }).problems).toEqual([
    ['custom-filter-refused', origin, ''],
  ]);
});

test('in a mesh with nodes that reflect, a peering that goes costs those their paths', () => {
  const peerings = [{ scope: ALL, remote: REFLECTORS }];
  const [before, after] = [{ peerings }, {}].map((site) =>
    storeOf({ isMeshEnabled: true, ...site }).cluster(),
  );

  const lost = before && after && findLostPairs(before, after, 9);
  expect(lost).toMatchObject([{ family: 'ipv4', first: [['node-a', 'node-r']] }]);
});
