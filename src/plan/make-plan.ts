/**
 * The rules in their order: a cluster and a host to a plan.
 *
 * @scenario policies/log-level-debug
 * @scenario policies/log-level-of-node
 */

import type { Problem } from '../base/problem.js';
import { asnOf, type Cluster } from '../model/cluster.js';
import { type Family, perFamily } from '../values/family.js';
import { claimProblems, holdersOf } from './address-holders.js';
import type { Host } from './host.js';
import { type Identity, identify } from './identity.js';
import type { FamilyPlan, PlanResult, Session } from './plan.js';
import { planCustomFilters } from './policies/custom-filters.js';
import { planPools } from './policies/pools.js';
import { planBlocks } from './routes/blocks.js';
import { mismatchesOfNode, mismatchesOfReflector } from './sessions/asn-mismatches.js';
import { SessionIntern } from './sessions/intern-sessions.js';
import { mergeSessions } from './sessions/merge-sessions.js';
import { type LocalEnd, planMesh } from './sessions/mesh.js';
import { findNodesWithoutAddress } from './sessions/nodes-without-address.js';
import { planPeers } from './sessions/peers.js';
import { clientsOf, planReflector } from './sessions/reflector.js';

/** Plans for one host again and again: what `makePlan` gives, with last time's object for each session that is the same. */
export class Planner {
  readonly #interns = perFamily(() => new SessionIntern());

  /** See `makePlan`. */
  plan(cluster: Cluster, host: Host): PlanResult {
    const { plan, problems } = makePlan(cluster, host);
    const { ipv4, ipv6 } = perFamily((family) => ({
      ...plan[family],
      sessions: this.#interns[family].intern(plan[family].sessions),
    }));
    return { plan: { ...plan, ipv4, ipv6 }, problems };
  }
}

/** The plan for `host` in `cluster`, with a problem for each thing asked for that can't be done. A pure function of both. */
export function makePlan(cluster: Cluster, host: Host): PlanResult {
  const identity = identify(cluster, host);
  const { ipv4, ipv6 } = perFamily((family) => planFamily(cluster, host, identity, family));
  return {
    plan: {
      role: host.role,
      routerId: identity.routerId,
      logLevel: identity.node?.logLevel ?? cluster.logLevel,
      ipv4: ipv4.plan,
      ipv6: ipv6.plan,
    },
    problems: [
      ...identity.problems,
      ...findNodesWithoutAddress(cluster, host),
      ...ipv4.problems,
      ...ipv6.problems,
    ],
  };
}

interface PlannedFamily {
  readonly plan: FamilyPlan;
  readonly problems: readonly Problem[];
}

function planFamily(
  cluster: Cluster,
  host: Host,
  identity: Identity,
  family: Family,
): PlannedFamily {
  const address = identity.addresses[family];
  const local = address && { nodeName: host.nodeName, family, address };
  const { sessions, problems } = local
    ? planSessions(cluster, host, identity, local)
    : { sessions: [], problems: [] };
  const shared = { family, ...(address && { localAddress: address }), sessions };
  if (host.role === 'reflector') {
    return { plan: { ...shared, blocks: [], pools: [], customFilters: [] }, problems };
  }
  const statements = planCustomFilters(cluster.customFilters, family, host);
  return {
    plan: {
      ...shared,
      localAsn: asnOf(identity.node ?? {}, cluster).asn,
      blocks: planBlocks(cluster.blocks, host.nodeName, family),
      pools: planPools(cluster.pools, family, identity.node?.networks[family]),
      customFilters: statements.accepted,
    },
    problems: [...problems, ...statements.problems],
  };
}

interface PlannedSessions {
  readonly sessions: readonly Session[];
  readonly problems: readonly Problem[];
}

function planSessions(
  cluster: Cluster,
  { role, nodeName }: Host,
  { node }: Identity,
  local: LocalEnd,
): PlannedSessions {
  const holders = holdersOf(cluster, local.family);
  const isInDatastore = node?.addresses[local.family] !== undefined;
  const claims = claimProblems(cluster, holders, { ...local, isInDatastore });
  if (role === 'reflector') {
    const clients = clientsOf(cluster, holders, local);
    const { sessions, problems } = mergeSessions([], planReflector(cluster, clients, local));
    const mismatches = mismatchesOfReflector(cluster, clients);
    return { sessions, problems: [...claims, ...problems, ...mismatches] };
  }
  const mesh = planMesh(cluster, holders, local);
  const { sessions, problems } = mergeSessions(mesh, planPeers(cluster, local));
  const mismatches = mismatchesOfNode(cluster, { ...node, name: nodeName }, sessions);
  return { sessions, problems: [...claims, ...problems, ...mismatches] };
}
