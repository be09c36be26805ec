/** Calico's Node: where a host's BGP speaker is, its AS, labels and role. */

import { ok, type Result } from '../../base/result.js';
import type { Fact } from '../../model/fact.js';
import { type Address, parseAddress, parseSpeakerAddress } from '../../values/address.js';
import { FAMILIES, FAMILY_LABELS, type Family, perFamily } from '../../values/family.js';
import { parseNodeName } from '../../values/node-name.js';
import { type Prefix, parsePrefix, prefixOf } from '../../values/prefix.js';
import { parseRouterId } from '../../values/router-id.js';
import type { Faults, Fields } from './fields.js';
import { ASN, NODE_NAME, PREFIX, text } from './schemas.js';

const ADDRESS = perFamily((family) => text((value) => parseAddress(value, family)));

/**
 * What the Node says. A family without address says so, whatever older keys have. Where its AS number, labels or role can't be read,
 * its sessions would be other than what is meant, and it says that it is in doubt.
 */
export function decodeNode(resource: Fields, _origin: string, faults: Faults): readonly Fact[] {
  const nodeName = resource.at('metadata').readNeeded('name', NODE_NAME);
  if (nodeName === undefined) {
    return [];
  }
  const spec = resource.at('spec');
  const bgp = spec.at('bgp');
  // Of Felix and the orchestrator.
  spec.pass(
    ...['addresses', 'orchRefs', 'ipv4VXLANTunnelAddr', 'ipv6VXLANTunnelAddr'],
    ...['vxlanTunnelMACAddr', 'vxlanTunnelMACAddrV6'],
  );
  bgp.pass('ipv4IPIPTunnelAddr');
  const asn = bgp.readGrave('asNumber', ASN);
  const clusterId = bgp.readGrave('routeReflectorClusterID', CLUSTER_ID);
  // Own properties, whatever their names: `fromEntries` defines them.
  const labels = Object.fromEntries(resource.at('metadata').at('labels').all(TEXT));
  const isInDoubt = faults.isGrave;
  const wireguard = spec.at('wireguard');
  const prefixes = resource
    .at('status')
    .values('podCIDRs', PREFIX)
    .map(({ prefix }) => prefix);
  return [
    ...(isInDoubt ? [{ kind: 'node-doubt', nodeName } as const] : []),
    { kind: 'node-labels', nodeName, labels },
    ...FAMILIES.flatMap((family) => addressFacts(bgp, nodeName, family)),
    ...(asn === undefined ? [] : [{ kind: 'node-asn', nodeName, asn } as const]),
    ...(clusterId === undefined ? [] : [{ kind: 'node-cluster-id', nodeName, clusterId } as const]),
    ...FAMILIES.flatMap((family) => wireguardFacts(wireguard, nodeName, family)),
    ...(prefixes.length === 0 ? [] : [{ kind: 'node-pod-prefixes', nodeName, prefixes } as const]),
  ];
}

/** What a Node called `name` says of which nothing can be read. */
export function closedNode(name: string): readonly Fact[] {
  const nodeName = parseNodeName(name);
  return nodeName.ok ? [{ kind: 'node-doubt', nodeName: nodeName.value }] : [];
}

const TEXT = text(ok);
const CLUSTER_ID = text(parseRouterId);

function addressFacts(bgp: Fields, nodeName: string, family: Family): readonly Fact[] {
  const address = bgp.readGrave(`${family}Address`, INTERFACE[family]);
  return address === undefined
    ? [{ kind: 'node-address', nodeName, family }]
    : [
        { kind: 'node-address', nodeName, family, address: address.address },
        { kind: 'node-network', nodeName, family, network: address.network },
      ];
}

/** `ADDRESS/LENGTH`; an address alone is in a network of its own. */
const INTERFACE = perFamily((family) =>
  text((value): Result<{ readonly address: Address; readonly network: Prefix }> => {
    const [host = ''] = value.split('/');
    const address = parseSpeakerAddress(host, family);
    if (!address.ok) {
      return address;
    }
    const network = value.includes('/') ? parsePrefix(value, family) : ok(prefixOf(address.value));
    return network.ok ? ok({ address: address.value, network: network.value }) : network;
  }),
);

function wireguardFacts(wireguard: Fields, nodeName: string, family: Family): readonly Fact[] {
  const address = wireguard.read(`interface${FAMILY_LABELS[family]}Address`, ADDRESS[family]);
  return address === undefined
    ? []
    : [{ kind: 'node-wireguard-address', nodeName, family, address }];
}
