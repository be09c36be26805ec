/** Calico's BGPConfiguration: `default` for the cluster, `node.NAME` for some settings of one node. */

import { ok } from '../../base/result.js';
import type { Advertisement, BgpSettings, ClusterRoutes } from '../../model/bgp-settings.js';
import { DEFAULT_BGP_SETTINGS } from '../../model/bgp-settings.js';
import type { Fact } from '../../model/fact.js';
import { UNREADABLE_SECRET } from '../../model/secret-ref.js';
import { type Community, communityText, parseCommunity } from '../../values/community.js';
import { parseNodeName } from '../../values/node-name.js';
import type { Faults, Fields } from './fields.js';
import {
  ASN,
  COMMUNITY,
  FLAG,
  INTERFACE_PATTERN,
  LOG_LEVEL,
  PORT,
  PREFIX,
  PRIORITY,
  RESTART_TIME_S,
  text,
  word,
} from './schemas.js';
import { secretRefOf } from './secret-ref.js';

const TEXT = text(ok);
const DEFAULT = 'default';
const NODE = 'node.';

/** What the BGPConfiguration says. One of any other name says nothing, as with Calico. */
export function decodeBgpConfiguration(
  resource: Fields,
  origin: string,
  faults: Faults,
): readonly Fact[] {
  const metadata = resource.at('metadata');
  const name = metadata.readNeeded('name', TEXT);
  if (name === undefined) {
    return [];
  }
  if (name === DEFAULT) {
    const spec = resource.at('spec');
    // Nothing can be known of a `spec` that is no object.
    return faults.isGrave ? [] : clusterFacts(spec, origin);
  }
  const nodeName = name.startsWith(NODE) ? parseNodeName(name.slice(NODE.length)) : undefined;
  if (nodeName?.ok !== true) {
    metadata.fault('name', 'it is neither default nor node. and the name of a node', 'grave');
    return [];
  }
  return nodeFacts(resource.at('spec'), nodeName.value, origin);
}

/**
 * What a BGPConfiguration `name` says of which nothing can be read: what it says of the mesh and of the AS number is unknown. A
 * session on weaker terms than it asks for must not come up.
 */
export function closedConfiguration(name: string, origin: string): readonly Fact[] {
  const meshPassword = { ...UNREADABLE_SECRET, origin };
  return name === DEFAULT
    ? [
        { kind: 'bgp-settings', settings: { meshPassword } },
        { kind: 'default-asn' },
        { kind: 'mesh', isEnabled: false },
      ]
    : [];
}

function clusterFacts(spec: Fields, origin: string): readonly Fact[] {
  // Felix's.
  spec.pass('localWorkloadPeeringIPV4', 'localWorkloadPeeringIPV6');
  const asn = spec.readGrave('asNumber', ASN);
  const isEnabled = spec.readGrave('nodeToNodeMeshEnabled', FLAG);
  const level = spec.read('logSeverityScreen', LOG_LEVEL);
  return [
    { kind: 'bgp-settings', settings: settingsOf(spec, origin) },
    ...(spec.has('asNumber') ? [{ kind: 'default-asn', asn } as const] : []),
    // A mesh that may be off comes up for nobody.
    ...(spec.has('nodeToNodeMeshEnabled')
      ? [{ kind: 'mesh', isEnabled: isEnabled ?? false } as const]
      : []),
    ...(level === undefined ? [] : [{ kind: 'log-level', level } as const]),
  ];
}

/** What Calico hears from the configuration of the cluster alone. */
const OF_CLUSTER: readonly string[] = [
  ...['asNumber', 'nodeToNodeMeshEnabled', 'bindMode', 'nodeMeshPassword'],
  ...['nodeMeshMaxRestartTime', 'ignoredInterfaces', 'programClusterRoutes'],
  ...['ipv4NormalRoutePriority', 'ipv6NormalRoutePriority', 'serviceLoadBalancerAggregation'],
  ...['serviceClusterIPs', 'serviceExternalIPs', 'serviceLoadBalancerIPs'],
  ...['localWorkloadPeeringIPV4', 'localWorkloadPeeringIPV6'],
];

function nodeFacts(spec: Fields, nodeName: string, origin: string): readonly Fact[] {
  spec.pass(...OF_CLUSTER);
  const port = spec.readGrave('listenPort', PORT);
  const level = spec.read('logSeverityScreen', LOG_LEVEL);
  const advertisements = advertisementsOf(spec, origin);
  return [
    ...(port === undefined ? [] : [{ kind: 'node-listen-port', nodeName, port } as const]),
    ...(level === undefined ? [] : [{ kind: 'node-log-level', nodeName, level } as const]),
    ...(advertisements === undefined
      ? []
      : [{ kind: 'node-advertisements', nodeName, advertisements } as const]),
  ];
}

const BIND_MODE = word(
  new Map([
    ['None', false],
    ['NodeIP', true],
  ]),
);
const AGGREGATION = word(
  new Map([
    ['Enabled', true],
    ['Disabled', false],
  ]),
);
const CLUSTER_ROUTES = word<ClusterRoutes>(
  new Map([
    ['Disabled', { ipip: false, unencapsulated: false }],
    ['Enabled', { ipip: true, unencapsulated: true }],
    ['EnabledIPIPOnly', { ipip: true, unencapsulated: false }],
    ['EnabledNoEncapOnly', { ipip: false, unencapsulated: true }],
  ]),
);

function settingsOf(spec: Fields, origin: string): Partial<BgpSettings> {
  const listenPort = spec.readGrave('listenPort', PORT);
  const bindsNodeAddress = spec.read('bindMode', BIND_MODE);
  const meshPassword = secretRefOf(spec, 'nodeMeshPassword');
  const meshRestartTimeS = spec.read('nodeMeshMaxRestartTime', RESTART_TIME_S);
  const clusterRoutes = spec.read('programClusterRoutes', CLUSTER_ROUTES);
  const advertisements = advertisementsOf(spec, origin);
  const usual = DEFAULT_BGP_SETTINGS.routePriority;
  return {
    ...(listenPort !== undefined && { listenPort }),
    ...(bindsNodeAddress !== undefined && { bindsNodeAddress }),
    ...(meshPassword && { meshPassword: { ...meshPassword, origin } }),
    ...(meshRestartTimeS !== undefined && { meshRestartTimeS }),
    ignoredInterfaces: spec.values('ignoredInterfaces', INTERFACE_PATTERN),
    ...(clusterRoutes && { clusterRoutes }),
    routePriority: {
      ipv4: spec.read('ipv4NormalRoutePriority', PRIORITY) ?? usual.ipv4,
      ipv6: spec.read('ipv6NormalRoutePriority', PRIORITY) ?? usual.ipv6,
    },
    serviceRanges: {
      cluster: rangesOf(spec, 'serviceClusterIPs'),
      external: rangesOf(spec, 'serviceExternalIPs'),
      loadBalancer: rangesOf(spec, 'serviceLoadBalancerIPs'),
      aggregatesLoadBalancers: spec.read('serviceLoadBalancerAggregation', AGGREGATION) ?? true,
    },
    ...(advertisements && { advertisements }),
  };
}

function rangesOf(spec: Fields, name: string): BgpSettings['serviceRanges']['cluster'] {
  return spec.list(name).flatMap((block) => block.read('cidr', PREFIX)?.prefix ?? []);
}

/** What is announced with communities; `undefined` where the resource speaks of none. Names are those of this resource. */
function advertisementsOf(spec: Fields, origin: string): readonly Advertisement[] | undefined {
  const named = new Map<string, Community>();
  for (const one of spec.list('communities')) {
    const [name, value] = [one.read('name', TEXT), one.read('value', COMMUNITY)];
    if (name !== undefined && value !== undefined) {
      named.set(name, value);
    }
  }
  const schema = text((value) => {
    const community = named.get(value);
    return community === undefined ? parseCommunity(value) : ok(community);
  });
  const asked = spec.list('prefixAdvertisements');
  const advertisements = asked.flatMap((one): readonly Advertisement[] => {
    const cidr = one.read('cidr', PREFIX);
    const communities = sortedOnce(one.values('communities', schema));
    return cidr === undefined || communities.length === 0 ? [] : [{ ...cidr, communities, origin }];
  });
  return asked.length === 0 ? undefined : advertisements;
}

/** `communities` sorted as text, each once. */
function sortedOnce(communities: readonly Community[]): readonly Community[] {
  const byText = new Map(communities.map((one) => [communityText(one), one]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, community]) => community);
}
