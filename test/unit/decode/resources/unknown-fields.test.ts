import { describe, expect, test } from 'vitest';
import { DecodedStore, type UnknownCounts } from '../../../../src/decode/decoded-store.js';
import { entryOf, type Resource } from './resource-fixture.js';

/** A store that read `resources` one after the other. */
function storeOf(...resources: readonly Resource[]): DecodedStore {
  const store = new DecodedStore();
  put(store, ...resources);
  return store;
}

function put(store: DecodedStore, ...resources: readonly Resource[]): void {
  store.update(resources.map((resource) => ({ kind: 'put', ...entryOf(resource) })));
}

/** What isn't known of `resource`, which has no fault. */
function unknownOf(resource: Resource): UnknownCounts {
  const store = storeOf(resource);
  expect(store.problems()).toEqual([]);
  return store.unknownFields();
}

const PASSWORD = { secretKeyRef: { name: 's', key: 'k', optional: true } };

/** Terms of a BGPPeer that is for no local workload. */
const TERMS = {
  ...{ keepOriginalNextHop: false, password: PASSWORD, sourceAddress: 'UseNodeIP' },
  ...{ maxRestartTime: '90s', keepaliveTime: '20s', numAllowedLocalASNumbers: 1 },
  ...{ localASNumber: 64999, ttlSecurity: 1, filters: ['f'], reversePeering: 'Auto' },
};

/** Resources with every field that Calico 3.32 has for them, read here or not. */
const WHOLE: readonly (readonly [string, Resource])[] = [
  [
    'a Node',
    {
      plural: 'nodes',
      spec: {
        addresses: [{ address: '192.0.2.5', type: 'InternalIP' }],
        orchRefs: [{ nodeName: 'x', orchestrator: 'k8s' }],
        ...{ ipv4VXLANTunnelAddr: '198.18.0.3', ipv6VXLANTunnelAddr: '2001:db8::3' },
        ...{ vxlanTunnelMACAddr: 'a', vxlanTunnelMACAddrV6: 'b' },
        bgp: {
          ...{ asNumber: 64512, ipv4Address: '192.0.2.5/24', ipv6Address: '2001:db8::5/64' },
          ...{ ipv4IPIPTunnelAddr: '198.18.0.1', routeReflectorClusterID: '1.0.0.1' },
        },
        wireguard: { interfaceIPv4Address: '198.18.0.2', interfaceIPv6Address: '2001:db8:1::2' },
      },
      status: { podCIDRs: [], wireguardPublicKey: 'key' },
    },
  ],
  [
    'the configuration of the cluster',
    {
      plural: 'bgpconfigurations',
      name: 'default',
      spec: {
        ...{ asNumber: 64512, nodeToNodeMeshEnabled: true, logSeverityScreen: 'Info' },
        ...{ listenPort: 179, bindMode: 'NodeIP', nodeMeshMaxRestartTime: '90s' },
        ...{ communities: [{ name: 'c', value: '1:2' }], nodeMeshPassword: PASSWORD },
        prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['c'] }],
        serviceClusterIPs: [{ cidr: '198.18.1.0/24' }],
        serviceExternalIPs: [{ cidr: '198.18.2.0/24' }],
        serviceLoadBalancerIPs: [{ cidr: '198.18.3.0/24' }],
        serviceLoadBalancerAggregation: 'Enabled',
        ...{ ignoredInterfaces: ['eth9'], programClusterRoutes: 'Enabled' },
        ...{ ipv4NormalRoutePriority: 1024, ipv6NormalRoutePriority: 1024 },
        ...{ localWorkloadPeeringIPV4: '192.0.2.1', localWorkloadPeeringIPV6: '2001:db8::1' },
      },
    },
  ],
  [
    "a node's configuration, with what the cluster's alone says",
    {
      plural: 'bgpconfigurations',
      name: 'node.x',
      spec: { asNumber: 64512, nodeMeshPassword: PASSWORD, serviceClusterIPs: [], listenPort: 179 },
    },
  ],
  [
    'a BGPPeer of an address',
    {
      plural: 'bgppeers',
      spec: { ...TERMS, node: 'a', peerIP: '192.0.2.9', asNumber: 1, reachableBy: '192.0.2.1' },
    },
  ],
  [
    'a BGPPeer of nodes',
    { plural: 'bgppeers', spec: { ...TERMS, nodeSelector: 'all()', peerSelector: 'all()' } },
  ],
  [
    'a BGPPeer of workloads, with terms that they have not',
    {
      plural: 'bgppeers',
      spec: {
        localWorkloadSelector: 'all()',
        asNumber: 1,
        nextHopMode: 'Self',
        keepaliveTime: '9s',
      },
    },
  ],
  [
    'a BGPFilter',
    {
      plural: 'bgpfilters',
      spec: {
        exportV4: [
          {
            ...{ action: 'Accept', cidr: '198.18.0.0/16', matchOperator: 'In' },
            ...{ prefixLength: { min: 24, max: 32 }, source: 'RemotePeers', interface: 'eth*' },
            ...{ communities: { values: ['1:2'] }, priority: 1024 },
            operations: [
              { addCommunity: { value: '1:2' } },
              { prependASPath: { prefix: [64512] } },
              { setPriority: { value: 512 } },
            ],
          },
        ],
        importV6: [{ action: 'Reject' }],
      },
    },
  ],
  [
    'an IPPool',
    {
      plural: 'ippools',
      spec: {
        ...{ cidr: '198.18.0.0/16', ipipMode: 'Never', vxlanMode: 'Never', natOutgoing: true },
        ...{ disableBGPExport: false, blockSize: 26, nodeSelector: 'all()', disabled: false },
        ...{ allowedUses: ['Workload'], assignmentMode: 'Automatic', namespaceSelector: 'all()' },
      },
    },
  ],
];

test.each(WHOLE)('every field is known of %s', (_, resource) => {
  expect(unknownOf(resource)).toEqual({});
});

describe('a field that is not known', () => {
  test.each(WHOLE)('is counted and costs nothing in the spec of %s', (_, { spec, ...rest }) => {
    const newer = { ...rest, spec: { ...(spec as object), fromTheFuture: { a: 1 } } };

    expect(unknownOf(newer)).toEqual({
      [rest.plural]: { count: 1, paths: ['spec.fromTheFuture'] },
    });
  });

  test('is counted inside of objects and lists, where a list has it once', () => {
    const blocks = [
      { cidr: '198.18.1.0/24', pace: 1 },
      { cidr: '198.18.2.0/24', pace: 2 },
    ];
    const spec = {
      serviceClusterIPs: blocks,
      nodeMeshPassword: { secretKeyRef: { name: 's', key: 'k', version: 2 } },
    };

    const unknown = unknownOf({ plural: 'bgpconfigurations', name: 'default', spec });
    expect(unknown.bgpconfigurations?.count).toBe(2);
    expect([...(unknown.bgpconfigurations?.paths ?? [])].sort()).toEqual([
      'spec.nodeMeshPassword.secretKeyRef.version',
      'spec.serviceClusterIPs.pace',
    ]);
  });

  test("is nobody's beside the spec", () => {
    expect(unknownOf({ plural: 'nodes', spec: {}, status: { future: 1 } })).toEqual({});
  });

  test('is counted for each resource, and named once, ten names at most', () => {
    const names = Array.from({ length: 12 }, (_, index) => `field${index}`);
    const spec = { cidr: '198.18.0.0/16', ...Object.fromEntries(names.map((name) => [name, 1])) };
    const other = { cidr: '198.19.0.0/16', field0: 1 };
    const store = storeOf(
      { plural: 'ippools', name: 'a', spec },
      { plural: 'ippools', name: 'b', spec: other },
    );

    expect(store.unknownFields()).toEqual({
      ippools: { count: 13, paths: names.slice(0, 10).map((name) => `spec.${name}`) },
    });
  });

  test('is counted no more when it is gone, or its resource', () => {
    const spec = { bgp: { future: 1 } };
    const [a, b] = [
      { plural: 'nodes', name: 'a', spec },
      { plural: 'nodes', name: 'b', spec },
    ] as const;
    const store = storeOf(a, b);
    expect(store.unknownFields()).toEqual({ nodes: { count: 2, paths: ['spec.bgp.future'] } });

    put(store, { ...a, spec: { bgp: {} } });
    expect(store.unknownFields()).toEqual({ nodes: { count: 1, paths: ['spec.bgp.future'] } });

    store.update([{ kind: 'delete', key: entryOf(b).key }]);
    expect(store.unknownFields()).toEqual({});
  });
});
