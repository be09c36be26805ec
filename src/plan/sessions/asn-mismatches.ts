/**
 * Sessions between a node and a reflector that never come up, since the two are not in one AS.
 *
 * A client of a reflector is internal (RFC 4456), so the peering's AS number is that of both ends to the reflector. The node goes
 * by its own number, or the cluster's. Where these differ, each end sends NOTIFICATION "Bad Peer AS" (RFC 4271 section 6.2), and
 * neither says so to anybody but its log.
 *
 * @scenario reflector/node-as-differs
 * @scenario peers/reflector-in-another-as
 */

import { groupBy } from '../../base/group-by.js';
import type { Problem } from '../../base/problem.js';
import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Node, SourcedAsn } from '../../model/node.js';
import type { Peering } from '../../model/peering.js';
import type { Session } from '../plan.js';
import type { Client } from './reflector.js';

/** More AS numbers than these say less than their count. */
const MAX_NAMED = 3;

/** On a node: a problem for each of its `sessions` with a reflector of the datastore in whose AS it is not. */
export function mismatchesOfNode(
  cluster: Cluster,
  own: { readonly name: string } & Pick<Node, 'asn'>,
  sessions: readonly Session[],
): readonly Problem[] {
  if (cluster.reflectors.length === 0) {
    return [];
  }
  const reflectors = new Set(cluster.reflectors.map(({ address }) => address));
  const withReflectors = sessions.filter(({ remoteAddress }) => reflectors.has(remoteAddress));
  return withReflectors.flatMap(({ origin }) => {
    const peering = cluster.peerings.find((one) => one.origin === origin);
    return peering === undefined ? [] : mismatchOf(peering, [own], cluster);
  });
}

/** On a reflector: a problem for each peering by which some of `clients` are its clients and not in its AS. */
export function mismatchesOfReflector(
  cluster: Cluster,
  clients: readonly Client[],
): readonly Problem[] {
  const byPeering = groupBy(clients, ({ peering }) => peering);
  return [...byPeering].flatMap(([peering, ofIt]) =>
    mismatchOf(
      peering,
      ofIt.map(({ node }) => node),
      cluster,
    ),
  );
}

function mismatchOf(
  { remote, asn, origin }: Peering,
  nodes: readonly ({ readonly name: string } & Pick<Node, 'asn'>)[],
  cluster: Cluster,
): readonly Problem[] {
  const strangers = nodes
    .map((node) => ({ name: node.name, own: asnOf(node, cluster) }))
    .filter(({ own }) => own.asn !== asn);
  if (strangers.length === 0) {
    return [];
  }
  const groups = [...groupBy(strangers, ({ own }) => own.origin).values()];
  const named = groups.slice(0, MAX_NAMED).map((group) => describe(group));
  const more = groups.length > MAX_NAMED ? [`${groups.length - MAX_NAMED} more are in others`] : [];
  return [
    {
      code: 'as-number-mismatch',
      key: origin,
      path: 'as_num',
      reason: `it puts the reflector ${remote.address} and its clients into AS ${asn}, but ${[...named, ...more].join(', ')}: these sessions never come up`,
      action:
        'planned the sessions as they are asked for; give the peering and the nodes the same AS number',
    },
  ];
}

function describe(group: readonly { readonly name: string; readonly own: SourcedAsn }[]): string {
  const [first] = group;
  const { asn, origin = "Calico's default" } = first?.own ?? { asn: 0 };
  const who = group.length === 1 ? `node ${first?.name} is` : `${group.length} nodes are`;
  return `${who} in AS ${asn} (${origin})`;
}
