/** A cluster in which each record has each of its fields, in both generations of Calico, and files beside it. */
/** Below it are the resources of Calico 3. */
export const V3 = '/calico/resources/v3/projectcalico.org';
const RULE = {
  action: 'Accept',
  cidr: '198.18.0.0/16',
  matchOperator: 'In',
  prefixLength: { min: 16, max: 26 },
  source: 'RemotePeers',
  interface: 'eth*',
  peerType: 'eBGP',
  communities: { values: ['65000:1'] },
  asPathPrefix: [65001],
  priority: 512,
  operations: [
    { addCommunity: { value: '65000:1:2' } },
    { prependASPath: { prefix: [65001] } },
    { setPriority: { value: 512 } },
  ],
};
const TERMS = {
  localASNumber: 65001,
  password: { secretKeyRef: { name: 'bgp', key: 'tor' } },
  sourceAddress: 'UseNodeIP',
  maxRestartTime: '1m',
  keepaliveTime: '10s',
  numAllowedLocalASNumbers: 1,
  ttlSecurity: 2,
  filters: ['f', 'f.g'],
  reversePeering: 'Auto',
};

/** Specifications by `plural/name`. */
const RESOURCES: Readonly<Record<string, object>> = {
  'nodes/node-a': {
    bgp: { asNumber: 64512, ipv4Address: '192.0.2.1/24', ipv6Address: '2001:db8::1/64' },
    wireguard: { interfaceIPv4Address: '198.19.0.1', interfaceIPv6Address: '2001:db8:1::1' },
  },
  'nodes/node-b': {
    bgp: { ipv4Address: '192.0.2.2/24', routeReflectorClusterID: '244.0.0.1' },
    wireguard: { interfaceIPv4Address: '198.19.0.2' },
  },
  'nodes/node.c': { bgp: { ipv4Address: '192.0.2.3', ipv6Address: '2001:db8::3' } },
  'nodes/node_c': { bgp: { ipv4Address: '192.0.2.4' } },
  'bgpconfigurations/default': {
    asNumber: '1.10',
    nodeToNodeMeshEnabled: true,
    logSeverityScreen: 'Info',
    listenPort: 1790,
    bindMode: 'NodeIP',
    communities: [{ name: 'blue', value: '65000:1' }],
    prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['blue', '65000:1:2'] }],
    serviceClusterIPs: [{ cidr: '203.0.113.0/26' }],
    serviceExternalIPs: [{ cidr: '203.0.113.64/26' }],
    serviceLoadBalancerIPs: [{ cidr: '2001:db8:113::/112' }],
    serviceLoadBalancerAggregation: 'Disabled',
    nodeMeshPassword: { secretKeyRef: { name: 'bgp', key: 'mesh' } },
    nodeMeshMaxRestartTime: '1m',
    ignoredInterfaces: ['docker*'],
    programClusterRoutes: 'Enabled',
    ipv4NormalRoutePriority: 1024,
    ipv6NormalRoutePriority: 1024,
  },
  'bgpconfigurations/node.node-a': {
    listenPort: 179,
    logSeverityScreen: 'Debug',
    prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['65000:1'] }],
  },
  'bgppeers/tor': {
    peerIP: '192.0.2.254:1179',
    asNumber: 65010,
    keepOriginalNextHop: true,
    ...TERMS,
  },
  'bgppeers/tor6': {
    node: 'node-a',
    peerIP: '2001:db8::fe',
    asNumber: 65010,
    reachableBy: '2001:db8::2',
    nextHopMode: 'Self',
    ...TERMS,
  },
  'bgppeers/nodes': { nodeSelector: 'has(a) && !(b == "c")', peerSelector: 'all()' },
  'bgppeers/pods': { localWorkloadSelector: 'all()', asNumber: 65011 },
  'bgpfilters/f': {
    importV4: [RULE],
    exportV4: [RULE],
    importV6: [{ action: 'Reject' }],
    exportV6: [{ action: 'Accept' }],
  },
  'bgpfilters/f.g': { exportV4: [RULE, { action: 'Reject' }] },
  'bgpfilters/f_g': { exportV4: [{ action: 'Reject' }] },
  'ippools/p': {
    cidr: '198.18.0.0/16',
    ipipMode: 'CrossSubnet',
    vxlanMode: 'Never',
    disableBGPExport: false,
  },
  'ippools/q': { cidr: '2001:db8:ffff::/64', disableBGPExport: true },
};
const BGP1 = '/calico/bgp/v1';
const RECORDS: Readonly<Record<string, unknown>> = {
  [`${BGP1}/global/as_num`]: '64512',
  [`${BGP1}/global/node_mesh`]: { enabled: true },
  [`${BGP1}/global/loglevel`]: 'info',
  [`${BGP1}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP1}/host/node-a/ip_addr_v6`]: '2001:db8::1',
  [`${BGP1}/host/node-d/ip_addr_v4`]: '192.0.2.5',
  [`${BGP1}/host/node-d/as_num`]: '65001',
  [`${BGP1}/host/node-a/network_v4`]: '192.0.2.0/24',
  [`${BGP1}/host/node-a/loglevel`]: 'debug',
  [`${BGP1}/global/peer_v4/192.0.2.40`]: { ip: '192.0.2.40', as_num: '64512' },
  [`${BGP1}/host/node-a/peer_v6/2001:db8::40`]: { ip: '2001:db8::40', as_num: '65001' },
  [`${BGP1}/rr_v4/192.0.2.1`]: { ip: '192.0.2.1', cluster_id: '1.0.0.1' },
  '/calico/v1/ipam/v4/pool/198.18.0.0-16': {
    cidr: '198.18.0.0/16',
    ipip: 'tunl0',
    ipip_mode: 'always',
  },
  '/calico/ipam/v2/host/node-a/ipv4/block/198.18.0.0-26': { state: 'confirmed' },
};

/** The records of both generations before anything is done to them, as documents by their keys. */
export const DOCUMENTS: ReadonlyMap<string, unknown> = new Map([
  ...Object.entries(RECORDS),
  ...Object.entries(RESOURCES).map(([path, spec]): [string, unknown] => [
    `${V3}/${path}`,
    {
      kind: 'Any',
      metadata: { name: path.split('/')[1], labels: { a: 'b', role: 'x' } },
      spec,
      status: { podCIDRs: ['198.18.9.0/24'] },
    },
  ]),
]);

const SERVICES = 'services-file:/s.yaml#default';

/** The same of what stands in files beside the datastore, by the keys that it has in the store. */
export const FILES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['secrets-dir:/s/bgp/tor', 'it is; {secret}'],
  ['secrets-dir:/s/bgp/mesh', '# too'],
  [
    `${SERVICES}/local`,
    {
      spec: {
        clusterIP: '203.0.113.5',
        clusterIPs: ['203.0.113.5', '2001:db8:113::5'],
        externalIPs: ['203.0.113.70'],
        externalTrafficPolicy: 'Local',
      },
      status: { loadBalancer: { ingress: [{ ip: '2001:db8:113::6' }] } },
      slices: [
        { addressType: 'IPv4', endpoints: [{ nodeName: 'node-a', conditions: { ready: true } }] },
      ],
    },
  ],
  [`${SERVICES}/everywhere`, { spec: { clusterIPs: ['203.0.113.6'] }, status: {}, slices: [] }],
  [
    'endpoint-status:/e/one',
    {
      ifaceName: 'cali1',
      ipv4Nets: ['198.18.0.5/32'],
      ipv6Nets: ['2001:db8:ffff::5/128'],
      bgpPeerName: 'pods',
    },
  ],
]);
