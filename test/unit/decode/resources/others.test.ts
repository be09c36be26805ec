import { describe, expect, test } from 'vitest';
import { DecodedStore } from '../../../../src/decode/decoded-store.js';
import { DEFAULT_BGP_SETTINGS } from '../../../../src/model/bgp-settings.js';
import { decoded, entryOf, keyOf } from './resource-fixture.js';

describe('a Node', () => {
  test('with everything', () => {
    const { cluster, problems } = decoded({
      plural: 'nodes',
      name: 'node-a',
      labels: { role: 'rack', constructor: 'c', empty: '' },
      spec: {
        bgp: {
          asNumber: '1.10',
          ipv4Address: '192.0.2.5/24',
          ipv6Address: '2001:DB8::5',
          routeReflectorClusterID: '1.0.0.1',
          ipv4IPIPTunnelAddr: '198.18.0.1',
        },
        wireguard: { interfaceIPv4Address: '198.18.0.2', interfaceIPv6Address: '2001:db8:1::2' },
      },
      status: { podCIDRs: ['198.18.1.0/24', '2001:db8:2::/64'] },
    });
    const origin = keyOf({ plural: 'nodes', name: 'node-a' });

    expect(problems).toEqual([]);
    expect(cluster.generation).toBe('v3');
    expect(cluster.nodes).toEqual([
      {
        name: 'node-a',
        addresses: {
          ipv4: { address: '192.0.2.5', origin },
          ipv6: { address: '2001:db8::5', origin },
        },
        networks: { ipv4: '192.0.2.0/24', ipv6: '2001:db8::5/128' },
        asn: { asn: 65546, origin },
        labels: { role: 'rack', constructor: 'c', empty: '' },
        clusterId: '1.0.0.1',
        wireguardAddresses: { ipv4: '198.18.0.2', ipv6: '2001:db8:1::2' },
        podPrefixes: ['198.18.1.0/24', '2001:db8:2::/64'],
      },
    ]);
  });

  test.each([undefined, {}, { bgp: {} }, { bgp: null }, { bgp: { ipv4Address: '' } }])(
    'that does not speak BGP: %j',
    (spec) => {
      const { cluster, problems } = decoded({ plural: 'nodes', name: 'node-a', spec });

      expect(problems).toEqual([]);
      expect(cluster.unaddressed).toEqual(['node-a']);
    },
  );

  test.each([
    ['spec.bgp.ipv4Address', { bgp: { ipv4Address: '192.0.2.5/33', ipv6Address: '2001:db8::5' } }],
    [
      'spec.bgp.ipv4Address',
      { bgp: { ipv4Address: '192.0.2.5/24/1', ipv6Address: '2001:db8::5' } },
    ],
    ['spec.bgp.ipv4Address', { bgp: { ipv4Address: '224.0.0.1', ipv6Address: '2001:db8::5' } }],
    ['spec.bgp.asNumber', { bgp: { asNumber: 0, ipv6Address: '2001:db8::5' } }],
    [
      'spec.bgp.routeReflectorClusterID',
      { bgp: { routeReflectorClusterID: 'x', ipv6Address: '2001:db8::5' } },
    ],
    ['spec.wireguard', { bgp: { ipv6Address: '2001:db8::5' }, wireguard: 7 }],
  ])('%s that is bad leaves the rest, where nothing good was there before', (path, spec) => {
    const { cluster, problems } = decoded({ plural: 'nodes', name: 'node-a', spec });

    expect(problems).toEqual([
      `${path}: left this part out, and planned no session with this node that would be another one without it`,
    ]);
    expect(cluster.nodes[0]?.addresses.ipv6?.address).toBe('2001:db8::5');
  });

  test('whose address became bad stays as it was', () => {
    const good = { bgp: { ipv4Address: '192.0.2.5', asNumber: 64513 } };
    const { cluster, problems } = decoded(
      { plural: 'nodes', spec: good },
      { plural: 'nodes', spec: { bgp: { ipv4Address: 'x', asNumber: 64514 } } },
    );

    expect(problems).toEqual(['spec.bgp.ipv4Address: kept the last good value of this key']);
    expect(cluster.nodes[0]).toMatchObject({
      addresses: { ipv4: { address: '192.0.2.5' } },
      asn: { asn: 64513 },
    });
  });
});

test('what a v3 Node says stands over its v1 keys, absent addresses too', () => {
  const store = new DecodedStore();
  const { key, value } = entryOf({
    plural: 'nodes',
    name: 'a',
    spec: { bgp: { ipv6Address: '2001:db8::5' } },
  });
  store.replace({
    revision: '1',
    entries: [
      { key, value },
      { key: '/calico/bgp/v1/host/a/ip_addr_v4', value: '192.0.2.1' },
      { key: '/calico/bgp/v1/host/a/ip_addr_v6', value: '2001:db8::1' },
    ],
  });

  expect(store.cluster().nodes[0]?.addresses).toEqual({
    ipv6: { address: '2001:db8::5', origin: key },
  });
  expect(store.cluster().mixed).toMatchObject({ v1: { length: 2 }, v3: [key] });
});

describe('an IPPool', () => {
  test.each([
    [
      { cidr: '198.18.1.1/16' },
      {
        prefix: '198.18.0.0/16',
        family: 'ipv4',
        tunnel: 'never',
        isVxlan: false,
        isExportDisabled: false,
      },
    ],
    [
      { cidr: '2001:db8::/64', vxlanMode: 'Always' },
      { family: 'ipv6', isVxlan: true },
    ],
    [
      { cidr: '198.18.0.0/16', ipipMode: 'Always', vxlanMode: 'Never' },
      { tunnel: 'always', isVxlan: false },
    ],
    [
      { cidr: '198.18.0.0/16', ipipMode: 'CrossSubnet', disableBGPExport: true },
      { tunnel: 'cross-subnet', isExportDisabled: true },
    ],
  ])('%j', (spec, pool) => {
    const { cluster, problems } = decoded({ plural: 'ippools', spec });

    expect(problems).toEqual([]);
    expect(cluster.pools).toMatchObject([pool]);
  });

  test.each([
    ['cidr', {}],
    ['cidr', { cidr: '198.18.0.0' }],
    ['ipipMode', { cidr: '198.18.0.0/16', ipipMode: 'always' }],
    ['vxlanMode', { cidr: '198.18.0.0/16', vxlanMode: 1 }],
    ['disableBGPExport', { cidr: '198.18.0.0/16', disableBGPExport: 'true' }],
  ])('is left out for its %s', (name, spec) => {
    const { cluster, problems } = decoded({ plural: 'ippools', spec });

    expect(problems).toEqual([`spec.${name}: left this key out`]);
    expect(cluster.pools).toEqual([]);
  });

  test('of two with one prefix the lowest name comes first', () => {
    const spec = { cidr: '198.18.0.0/16' };
    const { cluster } = decoded(
      { plural: 'ippools', name: 'b', spec },
      { plural: 'ippools', name: 'a', spec },
    );

    expect(cluster.pools.map(({ origin }) => origin)).toEqual([
      keyOf({ plural: 'ippools', name: 'a' }),
      keyOf({ plural: 'ippools', name: 'b' }),
    ]);
  });
});

describe('BGPConfiguration default', () => {
  function settings(spec: unknown) {
    const { cluster, problems } = decoded({ plural: 'bgpconfigurations', name: 'default', spec });
    return { cluster, problems };
  }

  test('that says nothing changes nothing', () => {
    const { cluster } = settings({});

    expect(cluster).toMatchObject({
      bgp: DEFAULT_BGP_SETTINGS,
      isMeshEnabled: true,
      defaultAsn: { asn: 64512 },
    });
  });

  test('with everything', () => {
    const { cluster, problems } = settings({
      asNumber: 64999,
      nodeToNodeMeshEnabled: false,
      logSeverityScreen: 'Debug',
      listenPort: 1790,
      bindMode: 'NodeIP',
      communities: [{ name: 'rack', value: '64512:7' }],
      prefixAdvertisements: [
        {
          cidr: '198.18.0.0/16',
          communities: ['rack', '64512:1:2', '64512:10', 'rack', '64512:7'],
        },
        { cidr: '2001:db8::/64', communities: ['rack'] },
      ],
      serviceClusterIPs: [{ cidr: '198.51.100.0/24' }, { cidr: '2001:db8:1::/112' }],
      serviceExternalIPs: [{ cidr: '203.0.113.0/25' }],
      serviceLoadBalancerIPs: [{ cidr: '203.0.113.128/25' }],
      serviceLoadBalancerAggregation: 'Disabled',
      nodeMeshPassword: { secretKeyRef: { name: 's', key: 'k' } },
      nodeMeshMaxRestartTime: '10s',
      ignoredInterfaces: ['eth*', 'docker0'],
      programClusterRoutes: 'EnabledIPIPOnly',
      ipv4NormalRoutePriority: 5000,
    });
    const origin = keyOf({ plural: 'bgpconfigurations', name: 'default' });

    expect(problems).toEqual([]);
    expect(cluster).toMatchObject({
      defaultAsn: { asn: 64999, origin },
      isMeshEnabled: false,
      logLevel: 'debug',
    });
    expect(cluster.bgp).toEqual({
      listenPort: 1790,
      bindsNodeAddress: true,
      meshPassword: { name: 's', key: 'k', origin },
      meshRestartTimeS: 10,
      ignoredInterfaces: ['eth*', 'docker0'],
      clusterRoutes: { ipip: true, unencapsulated: false },
      routePriority: { ipv4: 5000, ipv6: 1024 },
      serviceRanges: {
        cluster: ['198.51.100.0/24', '2001:db8:1::/112'],
        external: ['203.0.113.0/25'],
        loadBalancer: ['203.0.113.128/25'],
        aggregatesLoadBalancers: false,
      },
      advertisements: [
        {
          prefix: '198.18.0.0/16',
          family: 'ipv4',
          communities: [
            { kind: 'standard', parts: [64512, 10] },
            { kind: 'large', parts: [64512, 1, 2] },
            { kind: 'standard', parts: [64512, 7] },
          ],
          origin,
        },
        {
          prefix: '2001:db8::/64',
          family: 'ipv6',
          communities: [{ kind: 'standard', parts: [64512, 7] }],
          origin,
        },
      ],
    });
  });

  test.each([
    ['Info', 'info'],
    ['debug', 'debug'],
    ['Warning', 'none'],
    ['Fatal', 'none'],
  ])('log level %s', (logSeverityScreen, level) => {
    expect(settings({ logSeverityScreen }).cluster.logLevel).toBe(level);
  });

  test.each([
    ['asNumber', 0],
    ['asNumber', 'x'],
    ['nodeToNodeMeshEnabled', 'false'],
    ['logSeverityScreen', 'loud'],
    ['listenPort', 0],
    ['listenPort', '179'],
    ['bindMode', 'nodeip'],
    ['nodeMeshMaxRestartTime', 'x'],
    ['programClusterRoutes', 'Sometimes'],
    ['ipv4NormalRoutePriority', 2147483647],
    ['nodeMeshPassword', []],
    ['serviceClusterIPs', {}],
    ['prefixAdvertisements', 'x'],
  ])('%s: %j leaves the rest', (name, value) => {
    const { cluster, problems } = settings({ ignoredInterfaces: ['eth*'], [name]: value });

    expect(problems).toEqual([expect.stringContaining(`spec.${name}: left this part out`)]);
    const { meshPassword: _, ...bgp } = cluster.bgp;
    expect(bgp).toEqual({ ...DEFAULT_BGP_SETTINGS, ignoredInterfaces: ['eth*'] });
  });

  test('items of lists fall out one by one', () => {
    const { cluster, problems } = settings({
      ignoredInterfaces: ['a"b', 'eth*'],
      serviceExternalIPs: [{ cidr: 'x' }, { cidr: '203.0.113.0/24' }],
      communities: [{ name: 'bad', value: '1:65536' }],
      prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['bad', '1:2', 'none'] }],
    });

    expect(problems.map((text) => text.split(':')[0]).sort()).toEqual([
      'spec.communities.0.value',
      'spec.ignoredInterfaces.0',
      'spec.prefixAdvertisements.0.communities.0',
      'spec.prefixAdvertisements.0.communities.2',
      'spec.serviceExternalIPs.0.cidr',
    ]);
    expect(cluster.bgp).toMatchObject({
      ignoredInterfaces: ['eth*'],
      serviceRanges: { external: ['203.0.113.0/24'] },
      advertisements: [{ communities: [{ parts: [1, 2] }] }],
    });
  });

  test('whose AS number became bad stays as it was', () => {
    const name = 'default';
    const { cluster } = decoded(
      { plural: 'bgpconfigurations', name, spec: { asNumber: 64999 } },
      { plural: 'bgpconfigurations', name, spec: { asNumber: -1 } },
    );

    expect(cluster.defaultAsn.asn).toBe(64999);
  });
});

describe('BGPConfiguration of a node', () => {
  test('gives that node its port, log level and advertisements, and nothing else', () => {
    const { cluster, problems } = decoded({
      plural: 'bgpconfigurations',
      name: 'node.node.a',
      spec: {
        asNumber: 64999,
        nodeToNodeMeshEnabled: false,
        listenPort: 1790,
        logSeverityScreen: 'Debug',
        communities: [{ name: 'c', value: '1:2' }],
        prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['c'] }],
      },
    });

    expect(problems).toEqual([]);
    expect(cluster).toMatchObject({
      defaultAsn: { asn: 64512 },
      isMeshEnabled: true,
      logLevel: 'info',
    });
    expect(cluster.nodes).toMatchObject([
      {
        name: 'node.a',
        listenPort: 1790,
        logLevel: 'debug',
        advertisements: [{ prefix: '198.18.0.0/16', communities: [{ parts: [1, 2] }] }],
      },
    ]);
  });

  test.each(['other', 'node.', 'node', 'Default', 'node.a b'])('%j is of neither', (name) => {
    const { cluster, problems } = decoded({
      plural: 'bgpconfigurations',
      name,
      spec: { listenPort: 1 },
    });

    expect(problems).toEqual(['metadata.name: left this key out']);
    expect(cluster.nodes).toEqual([]);
    expect(cluster.bgp).toEqual(DEFAULT_BGP_SETTINGS);
  });
});
