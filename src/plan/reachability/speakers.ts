/** The BGP speakers that the datastore knows, and the sessions between them that come up. */

import { groupBy } from '../../base/group-by.js';
import type { FilterRule } from '../../model/bgp-filter.js';
import type { Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import type { Address } from '../../values/address.js';
import { BGP_PORT } from '../../values/bgp-port.js';
import type { Family } from '../../values/family.js';
import type { RouterId } from '../../values/router-id.js';
import { speakersIn } from '../address-holders.js';
import { makePlan } from '../make-plan.js';
import type { Plan, Session } from '../plan.js';

/** A node or a reflector, in one family. */
export interface Speaker {
  /** A node's name, a reflector's address. */
  readonly name: string;
  readonly address: Address;
  /** The cluster that it reflects for; absent for a node that reflects nothing. */
  readonly clusterId?: string;
  /** Filled in once all speakers are there. */
  readonly links: Link[];
}

/** One end of a session that comes up. */
export interface Link {
  readonly to: Speaker;
  /** AS numbers of both ends on this session; the session is external when they differ. */
  readonly localAsn: number;
  readonly remoteAsn: number;
  /** Whether the other end is our client (RFC 4456). */
  readonly isToClient: boolean;
  /** The rules of BGPFilters on what goes out to the other end, and on what comes in there. */
  readonly exportRules: readonly FilterRule[];
  readonly importRules: readonly FilterRule[];
  /** How often the other end takes its own AS number in a path. */
  readonly allowedOwnAsns: number;
}

/** A speaker with what is planned for it. */
interface PlannedSpeaker {
  readonly speaker: Speaker;
  readonly localAsn: number;
  /** TCP port that it listens on. */
  readonly port: number;
  /** By remote address: speakers at one address differ in their ports. */
  readonly sessions: ReadonlyMap<Address, readonly Session[]>;
}

/** All speakers of `cluster`, and the peers of nodes that are none of them. */
export function speakersOf(
  cluster: Cluster,
  family: Family,
): { readonly speakers: readonly Speaker[]; readonly outsidePeers: readonly Address[] } {
  const planned = new Map<Address, PlannedSpeaker>();
  for (const reflector of cluster.reflectors) {
    planned.set(
      reflector.address,
      planReflectorAt(cluster, family, { ...reflector, name: reflector.address }),
    );
  }
  // An address that is a node's and a reflector's at once can't be both: a node is known to be there.
  for (const node of speakersIn(cluster, family)) {
    const address = node.addresses[family]?.address;
    if (address === undefined) {
      continue;
    }
    // One that both generations know as a reflector has clients by either.
    const isBoth = node.clusterId !== undefined && planned.has(address);
    planned.set(
      address,
      isBoth
        ? planReflectorAt(cluster, family, { name: node.name, address, clusterId: node.clusterId })
        : planNode(cluster, family, { node, address }),
    );
  }
  const outsidePeers = new Set<Address>();
  const rulesOf = rulesIn(cluster, family);
  for (const one of planned.values()) {
    link(one, { planned, outsidePeers, rulesOf });
  }
  return {
    speakers: [...planned.values()].map(({ speaker }) => speaker),
    outsidePeers: [...outsidePeers],
  };
}

/** Nothing about the host matters to its sessions but who it is. */
const ANY_HOST = { acceptsCustomFilters: false, refusedStatements: new Map() } as const;

function planNode(
  cluster: Cluster,
  family: Family,
  { node: { name, clusterId }, address }: { readonly node: Node; readonly address: Address },
): PlannedSpeaker {
  const { plan } = makePlan(cluster, { ...ANY_HOST, role: 'node', nodeName: name });
  const { sessions, localAsn = cluster.defaultAsn.asn } = plan[family];
  const speaker = { name, address, ...(clusterId !== undefined && { clusterId }), links: [] };
  return { speaker, localAsn, ...endsOf(plan, sessions) };
}

function planReflectorAt(
  cluster: Cluster,
  family: Family,
  own: { readonly name: string; readonly address: Address; readonly clusterId?: RouterId },
): PlannedSpeaker {
  const { name, address } = own;
  const host = { ...ANY_HOST, role: 'reflector', nodeName: name, [family]: address } as const;
  const { plan } = makePlan(cluster, host);
  return {
    speaker: { name, address, clusterId: own.clusterId ?? plan.routerId, links: [] },
    localAsn: cluster.defaultAsn.asn,
    ...endsOf(plan, plan[family].sessions),
  };
}

function endsOf(
  { listenPort = BGP_PORT }: Plan,
  sessions: readonly Session[],
): Pick<PlannedSpeaker, 'port' | 'sessions'> {
  return { port: listenPort, sessions: groupBy(sessions, ({ remoteAddress }) => remoteAddress) };
}

type RulesOf = (
  names: readonly string[],
  direction: 'importRules' | 'exportRules',
) => readonly FilterRule[];

/** Gives the rules of filters by their names, in their order. */
function rulesIn({ bgpFilters }: Cluster, family: Family): RulesOf {
  return (names, direction) =>
    names.flatMap((name) =>
      bgpFilters.flatMap((filter) =>
        filter.name === name && filter.family === family ? filter[direction] : [],
      ),
    );
}

/** What sessions are looked for in. */
interface Everybody {
  readonly planned: ReadonlyMap<Address, PlannedSpeaker>;
  readonly outsidePeers: Set<Address>;
  readonly rulesOf: RulesOf;
}

/**
 * A session comes up when both ends want it, agree on each other's AS numbers (RFC 4271 section 6.2), and one of them dials the
 * port that the other listens on. Either both have a password or none (RFC 2385 section 2.0). Whether two are the same isn't known.
 * An end with TTL security drops packets that come from further away, and such as the other end sends with a lower TTL.
 */
function link(one: PlannedSpeaker, { planned, outsidePeers, rulesOf }: Everybody): void {
  const { speaker } = one;
  for (const session of [...one.sessions.values()].flat()) {
    const other = planned.get(session.remoteAddress);
    if (other === undefined) {
      outsidePeers.add(session.remoteAddress);
      continue;
    }
    const localAsn = session.localAsn ?? one.localAsn;
    const back = other.sessions
      .get(speaker.address)
      ?.find(
        (theirs) =>
          theirs.remoteAsn === localAsn &&
          (theirs.localAsn ?? other.localAsn) === session.remoteAsn &&
          (theirs.password === undefined) === (session.password === undefined) &&
          isNearEnough(session, theirs) &&
          isNearEnough(theirs, session) &&
          (dials(session, other) || dials(theirs, one)),
      );
    if (back !== undefined) {
      speaker.links.push({
        to: other.speaker,
        localAsn,
        remoteAsn: session.remoteAsn,
        isToClient: session.isReflectorClient,
        exportRules: rulesOf(session.exportFilters, 'exportRules'),
        importRules: rulesOf(back.importFilters, 'importRules'),
        allowedOwnAsns: back.allowedLocalAsns ?? 0,
      });
    }
  }
}

/** TTL of what BIRD sends with TTL security (RFC 5082 section 3), and with `multihop` alone. */
const SECURE_TTL = 255;
const USUAL_TTL = 64;

/** Whether what the other end sends comes in at the end of `session`, at the lowest distance. */
function isNearEnough({ ttlSecurityHops }: Session, theirs: Session): boolean {
  const sent = theirs.ttlSecurityHops === undefined ? USUAL_TTL : SECURE_TTL;
  return ttlSecurityHops === undefined || sent > SECURE_TTL - ttlSecurityHops;
}

/** Whether `session` dials the port that `to` listens on. */
function dials({ isPassive, remotePort = BGP_PORT }: Session, to: PlannedSpeaker): boolean {
  return !isPassive && remotePort === to.port;
}
