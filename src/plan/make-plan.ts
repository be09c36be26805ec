/**
 * The rules in their order: a cluster and a host to a plan.
 *
 * @scenario policies/log-level-debug
 * @scenario policies/log-level-of-node
 */

import type { Problem } from '../base/problem.js';
import { asnOf, type Cluster, isKnownSpeaker } from '../model/cluster.js';
import { isOfKeys } from '../model/peering.js';
import { type Family, perFamily } from '../values/family.js';
import { claimProblems, speakersIn } from './address-holders.js';
import { listenPortOf, planExtras } from './extras.js';
import { generationProblems } from './generations.js';
import type { Host } from './host.js';
import { type Identity, identify } from './identity.js';
import type { FamilyExtras, FamilyPlan, PlanResult, Session, StaticRoute } from './plan.js';
import { planCustomFilters } from './policies/custom-filters.js';
import { type PoolRules, planPools } from './policies/pools.js';
import { type BlockRules, planBlocks } from './routes/blocks.js';
import { planGateways } from './routes/gateways.js';
import { oneForEachPrefix } from './routes/static-routes.js';
import { mismatchesOfNode, mismatchesOfReflector } from './sessions/asn-mismatches.js';
import { MeshIntern, type MeshSessions, SessionIntern } from './sessions/intern-sessions.js';
import { mergeSessions, withoutNeighborsOf } from './sessions/merge-sessions.js';
import { type LocalEnd, type MeshRule, meshRuleOf } from './sessions/mesh.js';
import { findNodesWithoutAddress } from './sessions/nodes-without-address.js';
import { findPeeringProblems } from './sessions/peering-problems.js';
import { planNodeReflector, planPeers } from './sessions/peers.js';
import { clientsOf, contradictionsAbout, planReflector } from './sessions/reflector.js';
import { sessionOf } from './sessions/session-of.js';
import type { AskedSession } from './sessions/terms.js';

/** What makes the sessions of one family: those of the mesh, and all others. */
interface SessionMakers {
  mesh(rule: MeshRule): MeshSessions;
  others(asked: Iterable<AskedSession>): readonly Session[];
}

const MAKE_ANEW = perFamily(
  (): SessionMakers => ({
    mesh: (rule) => new MeshIntern().intern(rule),
    others: (asked) => Array.from(asked, sessionOf),
  }),
);

/** Plans for one host again and again: what `makePlan` gives, with last time's object for each session that is the same. */
export class Planner {
  readonly #makers = perFamily((): SessionMakers => {
    const [mesh, others] = [new MeshIntern(), new SessionIntern()];
    return { mesh: (rule) => mesh.intern(rule), others: (asked) => others.intern(asked) };
  });

  /** See `makePlan`. */
  plan(cluster: Cluster, host: Host): PlanResult {
    return makePlan(cluster, host, this.#makers);
  }
}

/**
 * The plan for `host` in `cluster`, with a problem for each thing asked for that can't be done. A pure function of both.
 *
 * @param makers - what makes sessions of what the rules ask for; all new ones unless told
 */
export function makePlan(cluster: Cluster, host: Host, makers = MAKE_ANEW): PlanResult {
  const identity = identify(cluster, host);
  const { ipv4, ipv6 } = perFamily((family) =>
    planFamily({ cluster, host, identity, makers: makers[family] }, family),
  );
  return {
    plan: {
      role: host.role,
      routerId: identity.routerId,
      logLevel: identity.node?.logLevel ?? cluster.logLevel,
      generation: cluster.generation ?? 'v1',
      ...listenPortOf(cluster, identity.node),
      ipv4: ipv4.plan,
      ipv6: ipv6.plan,
    },
    problems: [
      ...generationProblems(cluster),
      ...identity.problems,
      ...findNodesWithoutAddress(cluster, host, identity.node),
      ...findPeeringProblems(cluster, host, identity.node),
      ...ipv4.problems,
      ...ipv6.problems,
    ],
  };
}

/** What a family is planned from. */
interface PlanInput {
  readonly cluster: Cluster;
  readonly host: Host;
  readonly identity: Identity;
  readonly makers: SessionMakers;
}

interface PlannedFamily {
  readonly plan: FamilyPlan;
  readonly problems: readonly Problem[];
}

function planFamily(input: PlanInput, family: Family): PlannedFamily {
  const { cluster, host, identity } = input;
  const address = identity.addresses[family];
  const local = address && speaks(input) && { nodeName: host.nodeName, family, address };
  const { sessions, problems } = local
    ? planSessions(input, local)
    : { sessions: [], problems: [] };
  const gateways = planGateways(host.role === 'node' ? sessions : []);
  const extras = withGateways(planExtras(input, family), gateways.routes);
  const shared = { family, extras, ...(address && { localAddress: address }), sessions };
  if (host.role === 'reflector') {
    return { plan: { ...shared, blocks: [], pools: [], customFilters: [] }, problems };
  }
  const statements = planCustomFilters(cluster.customFilters, family, host, cluster.generation);
  const blocks = planBlocks(cluster.blocks, blockRulesOf(input, extras, family));
  const pools = planPools(cluster.pools, poolRulesOf(input, family));
  return {
    plan: {
      ...shared,
      localAsn: asnOf(identity.node ?? {}, cluster).asn,
      blocks: blocks.blocks,
      pools: pools.pools,
      customFilters: statements.accepted,
    },
    problems: [
      ...problems,
      ...gateways.problems,
      ...blocks.problems,
      ...pools.problems,
      ...statements.problems,
    ],
  };
}

/** Whether it is known as what this host speaks. A reflector that is no node goes by the AS numbers of peerings. */
function speaks({ cluster, host: { role }, identity: { node } }: PlanInput): boolean {
  return (role === 'reflector' && node === undefined) || isKnownSpeaker(node ?? {}, cluster);
}

function blockRulesOf(
  { cluster: { generation = 'v1' }, host, identity: { node } }: PlanInput,
  { staticRoutes }: FamilyExtras,
  family: Family,
): BlockRules {
  return {
    nodeName: host.nodeName,
    family,
    generation,
    podPrefixes: (host.usesPodPrefixes && node?.podPrefixes) || [],
    routed: new Set(staticRoutes.map(({ prefix }) => prefix)),
  };
}

function poolRulesOf({ cluster, identity }: PlanInput, family: Family): PoolRules {
  return {
    family,
    network: identity.node?.networks[family],
    clusterRoutes: cluster.generation === 'v3' ? cluster.bgp.clusterRoutes : undefined,
    isSpoken: identity.addresses[family] !== undefined,
  };
}

/**
 * `extras` with the ways to peers that are reached by a gateway. A reflector has no static routes. A peer at the address of a
 * service stays in reach: the session would be lost without its way, and the service has other nodes.
 */
function withGateways(extras: FamilyExtras, gateways: readonly StaticRoute[]): FamilyExtras {
  return gateways.length === 0
    ? extras
    : { ...extras, staticRoutes: oneForEachPrefix([...gateways, ...extras.staticRoutes]) };
}

interface PlannedSessions {
  readonly sessions: readonly Session[];
  readonly problems: readonly Problem[];
}

function planSessions(
  { cluster, host: { role, nodeName }, identity: { node }, makers }: PlanInput,
  local: LocalEnd,
): PlannedSessions {
  if (role === 'reflector') {
    const claims = claimProblems(cluster, local, node === undefined ? cluster.nodes : []);
    // Peerings of Calico 3 with a reflector that is among the nodes are its own way back already.
    const peerings = node ? cluster.peerings.filter(isOfKeys) : cluster.peerings;
    const clients = clientsOf({ ...cluster, peerings }, speakersIn(cluster, local.family), local);
    const asked = [
      ...(node === undefined ? [] : planNodeReflector(cluster, { ...local, node })),
      ...planReflector(cluster, clients, local),
    ];
    const { sessions, problems } = mergeSessions([], makers.others(asked.values()));
    const others = [
      ...mismatchesOfReflector(cluster, clients, sessions),
      ...contradictionsAbout(cluster, local),
    ];
    return { sessions, problems: [...claims, ...problems, ...others] };
  }
  const rule = meshRuleOf(cluster, local, node);
  const mesh = makers.mesh(rule);
  const isInDatastore = node?.addresses[local.family] !== undefined;
  // Whoever has this host's address has no mesh session: not all of 5,000 nodes are looked at, which costs a pass 0.5 ms.
  const others = () => (rule.nodes.length > 0 ? mesh.left() : cluster.nodes);
  const claims = claimProblems(cluster, local, isInDatastore ? [] : others());
  const asked = makers.others(planPeers(cluster, { ...local, node }));
  // What the mesh may not open yet, no other record opens either.
  const [first, further] =
    rule.whyWithheld !== undefined
      ? [[], withoutNeighborsOf(mesh.sessions, asked)]
      : [mesh.sessions, asked];
  const { sessions, problems } = mergeSessions(first, further);
  // The mesh's sessions stand first, and have the AS numbers of their nodes.
  const byPeerings = sessions.slice(first.length);
  const own = { ...node, name: nodeName, address: local.address };
  const mismatches = mismatchesOfNode(cluster, own, byPeerings);
  return { sessions, problems: [...claims, ...problems, ...mismatches] };
}
