/**
 * Where Calico keeps what in etcd.
 *
 * The "v1" keys are those that calico/node up to 2.6 wrote and that its confd templates read: `/calico/bgp/v1` holds BGP's
 * configuration, `/calico/v1/ipam` the pools. Calico 3 keeps resources below `/calico/resources/v3`. In both,
 * `/calico/ipam/v2` says which node owns which block. Anything else below these is not ours and is ignored without a word.
 *
 * @scenario decode/foreign-keys
 */

import type { Family } from '../values/family.js';
import { RESOURCE_PLURALS, type ResourcePlural } from './resources/resource.js';

/** Below it is all of BGP's configuration. */
export const BGP = '/calico/bgp/v1/';
/** Below it is what Calico says of each node for BGP. */
export const NODES = `${BGP}host/`;
/** birdkeeper's own key, in the midst of what every host follows anyway. Calico reads nothing there. */
export const CONSENTS = `${BGP}birdkeeper/consents`;
const RESOURCES = '/calico/resources/v3/projectcalico.org/';
const POOLS = '/calico/v1/ipam/';
const BLOCK_AFFINITIES = '/calico/ipam/v2/host/';

/** The role of a host: a Calico node, or a route reflector outside of the nodes. */
export type Role = 'node' | 'reflector';

/**
 * The key prefixes that a host has to follow. A node needs only its own blocks: what 4,999 other nodes own is
 * theirs to announce, and would be most of what etcd sends. Of Calico 3 only the kinds that are read are followed, and nothing in
 * etcd's v2 API, where Calico 3 never wrote.
 */
export function keyPrefixesOf(
  role: Role,
  nodeName: string,
  hasResources = true,
): readonly string[] {
  const ofBoth = clusterKeyPrefixes(hasResources);
  return role === 'reflector' ? ofBoth : [...ofBoth, POOLS, `${BLOCK_AFFINITIES}${nodeName}/`];
}

/** The key prefixes of what the whole cluster shares: who peers with whom, and what they may tell each other. */
export function clusterKeyPrefixes(hasResources: boolean): readonly string[] {
  return [BGP, ...(hasResources ? RESOURCE_PLURALS.map(resourcesBelow) : [])];
}

/** Below it are the resources of one kind. */
export function resourcesBelow(plural: ResourcePlural): string {
  return `${RESOURCES}${plural}/`;
}

/** What a key is about, from its path alone. Parts that hold addresses and names are still unchecked text. */
export type KeyRef =
  | { readonly kind: 'default-asn' }
  | { readonly kind: 'mesh' }
  | { readonly kind: 'log-level'; readonly nodeName?: string }
  | { readonly kind: 'node-address'; readonly nodeName: string; readonly family: Family }
  | { readonly kind: 'node-asn'; readonly nodeName: string }
  | { readonly kind: 'node-network'; readonly nodeName: string; readonly family: Family }
  | {
      readonly kind: 'peer';
      readonly nodeName?: string;
      readonly family: Family;
      readonly address: string;
    }
  | { readonly kind: 'reflector'; readonly family: Family; readonly address: string }
  | { readonly kind: 'pool'; readonly family: Family }
  | {
      readonly kind: 'block';
      readonly nodeName: string;
      readonly family: Family;
      readonly prefix: string;
    }
  | { readonly kind: 'custom-filter'; readonly family: Family; readonly name: string }
  /** What operators said yes to. */
  | { readonly kind: 'consents' }
  | { readonly kind: 'resource'; readonly plural: ResourcePlural; readonly name: string };

/** What `key` is about, or `undefined` when it is none of ours. */
export function parseKey(key: string): KeyRef | undefined {
  if (key === CONSENTS) {
    return { kind: 'consents' };
  }
  if (key.startsWith(BGP)) {
    return parseBgpKey(key.slice(BGP.length).split('/'));
  }
  if (key.startsWith(POOLS)) {
    const [version, pool, name, ...rest] = key.slice(POOLS.length).split('/');
    const family = familyOfVersion(version);
    return family && pool === 'pool' && name && rest.length === 0
      ? { kind: 'pool', family }
      : undefined;
  }
  if (key.startsWith(BLOCK_AFFINITIES)) {
    return parseBlockKey(key.slice(BLOCK_AFFINITIES.length).split('/'));
  }
  return key.startsWith(RESOURCES) ? parseResourceKey(key.slice(RESOURCES.length)) : undefined;
}

function parseResourceKey(path: string): KeyRef | undefined {
  const [area, name, ...rest] = path.split('/');
  const plural = RESOURCE_PLURALS.find((one) => one === area);
  return plural && name && rest.length === 0 ? { kind: 'resource', plural, name } : undefined;
}

function parseBgpKey(parts: readonly string[]): KeyRef | undefined {
  const [area, first, ...rest] = parts;
  switch (area) {
    case 'global':
      return first === undefined ? undefined : parseGlobalKey([first, ...rest]);
    case 'host':
      return first ? parseHostKey(first, rest) : undefined;
    case 'rr_v4':
    case 'rr_v6':
      return first && rest.length === 0
        ? { kind: 'reflector', family: area === 'rr_v4' ? 'ipv4' : 'ipv6', address: first }
        : undefined;
    default:
      return undefined;
  }
}

function parseGlobalKey(parts: readonly string[]): KeyRef | undefined {
  switch (parts.length === 1 ? parts[0] : undefined) {
    case 'as_num':
      return { kind: 'default-asn' };
    case 'node_mesh':
      return { kind: 'mesh' };
    case 'loglevel':
      return { kind: 'log-level' };
  }
  const [area, second, name, ...rest] = parts;
  if (area === 'custom_filters') {
    const family = familyOfVersion(second);
    return family && name && rest.length === 0
      ? { kind: 'custom-filter', family, name }
      : undefined;
  }
  return name === undefined ? parsePeerKey(area, second) : undefined;
}

function parseHostKey(nodeName: string, parts: readonly string[]): KeyRef | undefined {
  switch (parts.length === 1 ? parts[0] : undefined) {
    case 'ip_addr_v4':
      return { kind: 'node-address', nodeName, family: 'ipv4' };
    case 'ip_addr_v6':
      return { kind: 'node-address', nodeName, family: 'ipv6' };
    case 'as_num':
      return { kind: 'node-asn', nodeName };
    case 'network_v4':
      return { kind: 'node-network', nodeName, family: 'ipv4' };
    case 'network_v6':
      return { kind: 'node-network', nodeName, family: 'ipv6' };
    case 'loglevel':
      return { kind: 'log-level', nodeName };
  }
  const [area, address, ...rest] = parts;
  const peer = rest.length === 0 ? parsePeerKey(area, address) : undefined;
  return peer && { ...peer, nodeName };
}

function parsePeerKey(
  area: string | undefined,
  address: string | undefined,
): Extract<KeyRef, { kind: 'peer' }> | undefined {
  if ((area !== 'peer_v4' && area !== 'peer_v6') || !address) {
    return undefined;
  }
  return { kind: 'peer', family: area === 'peer_v4' ? 'ipv4' : 'ipv6', address };
}

function parseBlockKey(parts: readonly string[]): KeyRef | undefined {
  const [nodeName, version, area, prefix, ...rest] = parts;
  if (!nodeName || area !== 'block' || !prefix || rest.length > 0) {
    return undefined;
  }
  const family = version === 'ipv4' || version === 'ipv6' ? version : undefined;
  // The slash of a prefix would be a folder in the key, so Calico writes a dash.
  return family && { kind: 'block', nodeName, family, prefix: prefix.replace(/-(?=\d+$)/, '/') };
}

function familyOfVersion(version: string | undefined): Family | undefined {
  return version === 'v4' ? 'ipv4' : version === 'v6' ? 'ipv6' : undefined;
}
