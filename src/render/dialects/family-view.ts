/**
 * What templates see of one address family. Plain data with ready-made decisions; described for people who override
 * templates in docs/templates.md.
 */

import type { Problem } from '../../base/problem.js';
import type { FamilyPlan, Plan, Session } from '../../plan/plan.js';
import { TUNNEL_INTERFACE } from '../../plan/plan.js';
import { verbatim } from '../guard.js';
import type { TunnelMethod } from './dialect.js';

/** One address family of a plan, for a template. */
export interface FamilyView {
  readonly family: 'ipv4' | 'ipv6';
  readonly familyLabel: 'IPv4' | 'IPv6';
  readonly isIpv6: boolean;
  /** 1 for IPv4, 2 for IPv6: number in the names of protocols where one BIRD has both. */
  readonly ordinal: 1 | 2;
  /** Empty for IPv4, `6` for IPv6: end of the names of functions and filters where one BIRD has both. */
  readonly suffix: object;
  readonly routerId: string;
  /** Log level `info`: BIRD logs state changes of protocols. */
  readonly logsStates: boolean;
  /** Log level `debug`: BIRD logs everything about protocols. */
  readonly logsAll: boolean;
  /** Absent when this host doesn't speak the family; then there are no sessions. */
  readonly localAddress?: string;
  readonly localAsn?: number;
  readonly sessions: readonly Session[];
  readonly blocks: FamilyPlan['blocks'];
  readonly pools: readonly (FamilyPlan['pools'][number] & { readonly tunnelInterface: string })[];
  readonly customFilters: readonly CustomFilterView[];
  /** Whether any pool is tunneled, and how this BIRD does it. At most one of the three is true. */
  readonly tunnelsInKernelFilter: boolean;
  readonly tunnelsOnImport: boolean;
  readonly cannotTunnel: boolean;
}

/** Raw statements of an operator, judged before. */
interface CustomFilterView {
  readonly name: string;
  readonly origin: string;
  readonly statements: object;
}

/** The view of `part` of `plan` for a BIRD that tunnels by `method`. */
export function familyViewOf(plan: Plan, part: FamilyPlan, method: TunnelMethod): FamilyView {
  const isIpv6 = part.family === 'ipv6';
  const hasTunnels = part.pools.some(({ isTunneled }) => isTunneled);
  return {
    family: part.family,
    familyLabel: isIpv6 ? 'IPv6' : 'IPv4',
    isIpv6,
    ordinal: isIpv6 ? 2 : 1,
    suffix: verbatim(isIpv6 ? '6' : ''),
    routerId: plan.routerId,
    logsStates: plan.logLevel === 'info',
    logsAll: plan.logLevel === 'debug',
    ...(part.localAddress !== undefined && { localAddress: part.localAddress }),
    ...(part.localAsn !== undefined && { localAsn: part.localAsn }),
    sessions: part.sessions,
    blocks: part.blocks,
    pools: part.pools.map((pool) => ({ ...pool, tunnelInterface: TUNNEL_INTERFACE })),
    customFilters: part.customFilters.map((filter) => ({
      name: filter.name,
      origin: filter.origin,
      statements: verbatim(filter.statements),
    })),
    tunnelsInKernelFilter: method === 'kernel-attribute',
    tunnelsOnImport: hasTunnels && method === 'on-link-import',
    cannotTunnel: hasTunnels && method === 'none',
  };
}

/** A problem for each tunneled pool of `plan` when this BIRD can't tunnel; `advice` says what to do about it. */
export function tunnelProblems(plan: Plan, method: TunnelMethod, advice: string): Problem[] {
  if (method !== 'none') {
    return [];
  }
  return plan.ipv4.pools
    .filter(({ isTunneled }) => isTunneled)
    .map(({ prefix, origin }) => ({
      code: 'unsupported-by-bird',
      key: origin,
      path: 'ipip',
      reason: `the pool ${prefix} asks for IPIP, which this BIRD cannot set up`,
      action: `left routes that would need the tunnel out of the kernel, rather than send them without it; ${advice}`,
    }));
}

/** Whether a family has anything to do on this host. */
export function isUsed({ localAddress, blocks }: FamilyPlan): boolean {
  return localAddress !== undefined || blocks.length > 0;
}
