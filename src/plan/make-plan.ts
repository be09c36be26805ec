/**
 * The rules in their order: a cluster and a host to a plan. A pure function of both.
 *
 * @scenario policies/log-level-debug
 * @scenario policies/log-level-of-node
 *
 * A `Planner` only remembers what it gave last time, so that what didn't change is the same object again and later
 * stages can skip it. What it gives is what a new one would give.
 */

import type { Problem } from '../base/problem.js';
import type { Cluster } from '../model/cluster.js';
import { FAMILIES, type Family } from '../values/family.js';
import type { Host } from './host.js';
import { type Identity, identify } from './identity.js';
import type { FamilyPlan, PlanResult, Session } from './plan.js';
import { planCustomFilters } from './policies/custom-filters.js';
import { planPools } from './policies/pools.js';
import { planBlocks } from './routes/blocks.js';
import { SessionMerger } from './sessions/merge-sessions.js';
import { type LocalEnd, planMesh } from './sessions/mesh.js';
import { findNodesWithoutAddress } from './sessions/nodes-without-address.js';
import { planPeers } from './sessions/peers.js';
import { planReflector } from './sessions/reflector.js';
import { SessionCache } from './sessions/session-cache.js';

/** Plans for one host after the other, or for one host again and again. */
export class Planner {
  readonly #caches: Readonly<Record<Family, SessionCache>> = {
    ipv4: new SessionCache(),
    ipv6: new SessionCache(),
  };
  readonly #mergers: Readonly<Record<Family, SessionMerger>> = {
    ipv4: new SessionMerger(),
    ipv6: new SessionMerger(),
  };

  /** The plan for `host` in `cluster`, with a problem for each thing asked for that can't be done. */
  plan(cluster: Cluster, host: Host): PlanResult {
    const identity = identify(cluster, host);
    const parts = FAMILIES.map((family) => this.#planFamily(cluster, host, identity, family));
    const [ipv4, ipv6] = parts;
    if (ipv4 === undefined || ipv6 === undefined) {
      throw new Error('there are two address families');
    }
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
        ...parts.flatMap(({ problems }) => problems),
      ],
    };
  }

  #planFamily(
    cluster: Cluster,
    host: Host,
    identity: Identity,
    family: Family,
  ): { readonly plan: FamilyPlan; readonly problems: readonly Problem[] } {
    const address = identity.addresses[family];
    const local = address && { nodeName: host.nodeName, family, address };
    const candidates = local ? this.#planSessions(cluster, host, identity, local) : [];
    const { sessions, problems } = this.#mergers[family].merge(candidates);
    const shared = { family, ...(address && { localAddress: address }), sessions };
    if (host.role === 'reflector') {
      return { plan: { ...shared, blocks: [], pools: [], customFilters: [] }, problems };
    }
    const statements = planCustomFilters(cluster.customFilters, family, host);
    return {
      plan: {
        ...shared,
        localAsn: identity.node?.asn ?? cluster.defaultAsn,
        blocks: planBlocks(cluster.blocks, host.nodeName, family),
        pools: planPools(cluster.pools, family, identity.node?.networks[family]),
        customFilters: statements.accepted,
      },
      problems: [...problems, ...statements.problems],
    };
  }

  #planSessions(cluster: Cluster, host: Host, { node }: Identity, local: LocalEnd): Session[] {
    const cache = this.#caches[local.family];
    if (host.role === 'reflector') {
      return planReflector(cluster, local, cache);
    }
    return [
      ...planMesh(cluster, local, cache),
      ...planPeers('Global', cluster.globalPeers, local, cache),
      ...planPeers('Node', node?.peers ?? [], local, cache),
    ];
  }
}
