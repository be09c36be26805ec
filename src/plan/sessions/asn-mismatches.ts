/**
 * Sessions that never come up, since a peering gives one of its ends another AS than it is in. Of both ends the datastore knows the
 * AS where these are a node and a reflector, or two nodes; of any other peer it knows none.
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
import { asnOf, type Cluster, isKnownSpeaker } from '../../model/cluster.js';
import type { Node, SourcedAsn } from '../../model/node.js';
import {
  type AddressPeering,
  isOfKeys,
  isPeeringOf,
  isPeeringWith,
  isWithAddress,
  type Peering,
} from '../../model/peering.js';
import type { Address } from '../../values/address.js';
import type { Session } from '../plan.js';
import { type Client, originOf } from './reflector.js';

/** More AS numbers than these say less than their count. */
const MAX_NAMED = 3;

/** A node by name, with the AS number that it has of its own. */
type NodeAsn = { readonly name: string } & Pick<Node, 'asn'>;

/** A node as the end of sessions that is planned for. */
type OwnEnd = NodeAsn & { readonly address: Address };

/**
 * On a node: a problem for each of `sessions`, those that peerings ask for, with a reflector of the datastore in whose AS `own`
 * is not, or with another node that is in another AS than the peering says. Where that node's AS can't be read, nothing is known.
 */
export function mismatchesOfNode(
  cluster: Cluster,
  own: OwnEnd,
  sessions: readonly Session[],
): readonly Problem[] {
  if (sessions.length === 0) {
    return [];
  }
  const reflectors = new Set(cluster.reflectors.map(({ address }) => address));
  const peerings = new Map(cluster.peerings.filter(isWithAddress).map((one) => [one.origin, one]));
  return sessions.flatMap(({ origin, remoteAddress, family }) => {
    const peering = peerings.get(origin);
    // On the way back of a peering, and by a selector, each end is known by its own AS.
    if (peering?.remote.address !== remoteAddress) {
      return [];
    }
    if (reflectors.has(remoteAddress)) {
      return mismatchOf(peering, [shownBy(own, peering)], cluster);
    }
    // The first by name is the one that holds it (address-holders.ts).
    const remote = cluster.nodes.find((node) => node.addresses[family]?.address === remoteAddress);
    return remote === undefined ||
      !isKnownSpeaker(remote, cluster) ||
      showsItselfAs(remote, peering.remote.asn, { cluster, to: own })
      ? []
      : mismatchWithNode(peering, remote, cluster);
  });
}

/** `node` as it shows itself by its own `peering`: in the AS that this gives it, if any (`localASNumber`). */
function shownBy({ name, asn }: NodeAsn, { terms: { localAsn }, origin }: Peering): NodeAsn {
  const shown = localAsn === undefined ? asn : { asn: localAsn, origin };
  return { name, ...(shown && { asn: shown }) };
}

/** Whether a peering of `node` shows it as one in AS `asn` to the other end. */
function showsItselfAs(
  node: Node,
  asn: number,
  { cluster: { peerings }, to }: { readonly cluster: Cluster; readonly to: OwnEnd },
): boolean {
  return peerings.some(
    (peering) =>
      peering.terms.localAsn === asn &&
      isPeeringWith(peering, to.address) &&
      isPeeringOf(peering, node),
  );
}

/** Where in its value a peering says the AS number. */
function fieldOf(peering: AddressPeering): string {
  return isOfKeys(peering) ? 'as_num' : 'spec.asNumber';
}

function mismatchWithNode(
  peering: AddressPeering,
  node: NodeAsn,
  cluster: Cluster,
): readonly Problem[] {
  const { address, asn } = peering.remote;
  const own = asnOf(node, cluster);
  return own.asn === asn
    ? []
    : [
        {
          code: 'as-number-mismatch',
          key: peering.origin,
          path: fieldOf(peering),
          reason: `it puts ${address} into AS ${asn}, but ${describe([{ name: node.name, own }])}: this session never comes up`,
          action:
            'planned the session as it is asked for; give the peering the AS number of the node',
        },
      ];
}

/**
 * On a reflector: a problem for each peering by which some of `clients` are its clients and not in its AS. A client that has its
 * session by another peering is none by this one.
 */
export function mismatchesOfReflector(
  cluster: Cluster,
  clients: readonly Client[],
  sessions: readonly Session[],
): readonly Problem[] {
  const strangers = clients.filter(
    ({ node, peering }) => asnOf(shownBy(node, peering), cluster).asn !== peering.remote.asn,
  );
  if (strangers.length === 0) {
    return [];
  }
  const origins = new Map(sessions.map(({ remoteAddress, origin }) => [remoteAddress, origin]));
  const planned = strangers.filter((client) => origins.get(client.at.address) === originOf(client));
  return [...groupBy(planned, ({ peering }) => peering)].flatMap(([peering, ofIt]) =>
    mismatchOf(
      peering,
      ofIt.map(({ node }) => shownBy(node, peering)),
      cluster,
    ),
  );
}

function mismatchOf(
  peering: AddressPeering,
  nodes: readonly NodeAsn[],
  cluster: Cluster,
): readonly Problem[] {
  const { address, asn } = peering.remote;
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
      key: peering.origin,
      path: fieldOf(peering),
      reason: `it puts the reflector ${address} and its clients into AS ${asn}, but ${[...named, ...more].join(', ')}: these sessions never come up`,
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
