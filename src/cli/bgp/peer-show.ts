/** How `bgp peer show` shows peers: those of Calico 2 as calicoctl did (v0.23), BGPPeers of Calico 3 each with what it says. */

import type { Cluster, Generation } from '../../model/cluster.js';
import { nodeNamed } from '../../model/cluster.js';
import { isPeeringOf, type Peering } from '../../model/peering.js';
import { type Address, familyOf } from '../../values/address.js';
import { FAMILY_LABELS, type Family } from '../../values/family.js';
import { generationOfPeering, peersIn, type StandingPeer } from '../../verbs/standing.js';
import { tableOf } from '../table.js';

/** Which peers are shown. */
export interface Which {
  readonly families: readonly Family[];
  /** Those of this node alone; without it global ones, and all of Calico 3. */
  readonly nodeName?: string;
}

/** Tables, with a sentence in the place of an empty one. */
export function peersAsText(
  cluster: Cluster,
  generations: readonly Generation[],
  which: Which,
): string {
  return generations
    .map((one) => (one === 'v1' ? tablesOfKeys(cluster, which) : tableOfResources(cluster, which)))
    .join('\n');
}

/** A list of records. */
export function peersAsJson(
  cluster: Cluster,
  generations: readonly Generation[],
  which: Which,
): string {
  const records = generations.flatMap((one) =>
    one === 'v1' ? recordsOfKeys(cluster, which) : resourcesOf(cluster, which).map(recordOf),
  );
  return JSON.stringify(records, undefined, 2);
}

function keysOf(cluster: Cluster, family: Family, { nodeName }: Which): readonly StandingPeer[] {
  return peersIn(cluster, 'v1', nodeName).filter(({ address }) => familyOf(address) === family);
}

function tablesOfKeys(cluster: Cluster, which: Which): string {
  const isOfNode = which.nodeName !== undefined;
  return which.families
    .map((family) => {
      const rows = keysOf(cluster, family, which).map(({ address, asn }) => [address, String(asn)]);
      const ip = FAMILY_LABELS[family];
      if (rows.length === 0) {
        return isOfNode
          ? `No ${ip} BGP Peers defined for this node.\n`
          : `No global ${ip} BGP Peers defined.\n`;
      }
      return tableOf([`${isOfNode ? 'Node specific' : 'Global'} ${ip} BGP Peer`, 'AS Num'], rows);
    })
    .join('\n');
}

function recordsOfKeys(cluster: Cluster, which: Which): readonly object[] {
  const { families, nodeName } = which;
  return families.flatMap((family) =>
    keysOf(cluster, family, which).map(({ address, asn, origin }) => ({
      ip: address,
      as: asn,
      scope: nodeName === undefined ? 'global' : 'node',
      ...(nodeName !== undefined && { node: nodeName }),
      key: origin,
    })),
  );
}

/** The BGPPeers by name. Those whose other ends are nodes or workloads have both families. */
function resourcesOf(cluster: Cluster, { families, nodeName }: Which): readonly Peering[] {
  const node =
    nodeName === undefined ? undefined : (nodeNamed(cluster, nodeName) ?? { name: nodeName });
  return cluster.peerings
    .filter((peering) => generationOfPeering(peering) === 'v3')
    .filter(
      ({ remote }) => remote.kind !== 'address' || families.includes(familyOf(remote.address)),
    )
    .filter(
      (peering) =>
        node === undefined || (peering.scope.kind !== 'all-nodes' && isPeeringOf(peering, node)),
    );
}

function tableOfResources(cluster: Cluster, which: Which): string {
  const rows = resourcesOf(cluster, which).map((peering) => [
    nameOf(peering),
    scopeText(peering),
    remoteText(peering),
    asnText(peering),
  ]);
  return rows.length === 0
    ? `No BGPPeers defined${which.nodeName === undefined ? '' : ' for this node'}.\n`
    : tableOf(['BGPPeer', 'Of', 'Peer', 'AS Num'], rows);
}

function nameOf({ origin }: Peering): string {
  return origin.slice(origin.lastIndexOf('/') + 1);
}

function scopeText({ scope }: Peering): string {
  switch (scope.kind) {
    case 'all-nodes':
      return 'all nodes';
    case 'node':
      return `node ${scope.nodeName}`;
    case 'selector':
      return `nodes ${scope.selector.text}`;
  }
}

function remoteText({ remote }: Peering): string {
  switch (remote.kind) {
    case 'address':
      return withPort(remote);
    case 'nodes':
      return `nodes ${remote.selector.text}`;
    case 'workloads':
      return 'workloads of the node';
  }
}

function withPort({
  address,
  port,
}: {
  readonly address: Address;
  readonly port?: number;
}): string {
  return port === undefined ? address : `${address} port ${port}`;
}

function asnText({ remote, terms: { localAsn } }: Peering): string {
  const theirs = remote.kind === 'nodes' ? 'its own' : String(remote.asn);
  return localAsn === undefined ? theirs : `${theirs} (we are ${localAsn})`;
}

function recordOf(peering: Peering): object {
  const { remote, scope, origin } = peering;
  const { localAsn } = peering.terms;
  return {
    name: nameOf(peering),
    ...(remote.kind === 'address' && { ip: remote.address }),
    ...(remote.kind === 'address' && remote.port !== undefined && { port: remote.port }),
    ...(remote.kind === 'nodes' && { peerSelector: remote.selector.text }),
    ...(remote.kind === 'workloads' && { workloads: true }),
    ...(remote.kind !== 'nodes' && { as: remote.asn }),
    ...(localAsn !== undefined && { localAs: localAsn }),
    scope: scope.kind === 'all-nodes' ? 'global' : scope.kind,
    ...(scope.kind === 'node' && { node: scope.nodeName }),
    ...(scope.kind === 'selector' && { nodeSelector: scope.selector.text }),
    key: origin,
  };
}
