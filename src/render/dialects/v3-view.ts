/**
 * What templates see of one address family by the rules of Calico 3.
 *
 * @scenario v3/pools
 * @scenario v3/settings
 */

import type { FamilyExtras, FamilyPlan, Plan } from '../../plan/plan.js';
import { TUNNEL_INTERFACE } from '../../plan/plan.js';
import { verbatim } from '../guard.js';
import type { TunnelMethod } from './dialect.js';
import { type FamilyView, familyViewOf } from './family-view.js';
import {
  type FilterKnowledge,
  type FilterView,
  filterViewsOf,
  HIGHEST_PREFERENCE,
  type RuleView,
} from './filter-view.js';
import { type PolicyView, policiesOf, type SessionView, sessionViewsOf } from './session-view.js';

/** The fields of a family that only the rules of Calico 3 have. */
interface V3Fields extends Omit<FamilyExtras, 'filters' | 'advertisements'> {
  readonly listenPort?: number;
  readonly sessions: readonly SessionView[];
  readonly pools: readonly PoolView[];
  readonly tunnelInterface: string;
  /** Whether there are static routes of any kind. */
  readonly hasStatics: boolean;
  readonly advertisements: readonly object[];
  /** Local preferences of the metrics 0 and `normalPriority`. */
  readonly highestPreference: number;
  readonly normalPreference: number;
  readonly filters: readonly FilterView[];
  /** With what an accepted route is run through at the end, if anything. */
  readonly imports: readonly (PolicyView & Pick<RuleView, 'tunnelFunction'>)[];
  readonly exports: readonly PolicyView[];
}

/** A pool. At most one of the four is true. */
type PoolView = FamilyPlan['pools'][number] & {
  readonly tunnelInterface: string;
  readonly isByFelix: boolean;
  readonly hasTunnelAttribute: boolean;
  readonly isTunneledOnImport: boolean;
  readonly lacksTunnel: boolean;
};

/** The view of a family for the templates in `v3/`. */
export type V3FamilyView = Omit<FamilyView, keyof V3Fields> & V3Fields;

/** What of a BIRD its text depends on. */
interface Abilities extends FilterKnowledge {
  readonly method: TunnelMethod;
  /** End of the names of functions and filters, where one BIRD has both families. */
  readonly suffix: '' | '6';
  /** Whether BIRD wants to be told that a password is for TCP MD5. */
  readonly namesAuthentication: boolean;
}

/** The view of `part` of `plan` for such a BIRD. */
export function v3ViewOf(
  plan: Plan,
  part: FamilyPlan,
  { method, suffix, namesAuthentication, ...knowledge }: Abilities,
): V3FamilyView {
  const shared = familyViewOf(plan, part, method);
  const { extras, blocks } = part;
  const tunnelFunction = shared.tunnelsOnImport ? verbatim(`calico_tunnel${suffix}`) : undefined;
  const filters = filterViewsOf(extras.filters, tunnelFunction, knowledge);
  const { localAsn, localAddress } = part;
  const tellsOwnAsn = !knowledge.pathHasOwnAsn;
  const family = { localAsn, localAddress, suffix, namesAuthentication, tellsOwnAsn };
  const sessions = sessionViewsOf(family, part.sessions);
  return {
    ...shared,
    ...extras,
    suffix: verbatim(suffix),
    ...(plan.listenPort !== undefined && { listenPort: plan.listenPort }),
    bindsAddress: extras.bindsAddress && part.localAddress !== undefined,
    sessions: sessions.map(({ view }) => view),
    pools: part.pools.map((pool) => poolViewOf(pool, method)),
    tunnelInterface: TUNNEL_INTERFACE,
    hasStatics: blocks.some(({ isBlackholed }) => isBlackholed) || extras.staticRoutes.length > 0,
    advertisements: extras.advertisements.map(({ prefix, origin, communities }) => ({
      prefix,
      origin,
      communities: communities.map(({ kind, parts }) => ({
        isStandard: kind === 'standard',
        parts,
      })),
    })),
    highestPreference: HIGHEST_PREFERENCE,
    normalPreference: HIGHEST_PREFERENCE - extras.normalPriority,
    filters,
    imports: policiesOf(family, sessions, 'import', filters).map((policy) => ({
      ...policy,
      tunnelFunction,
    })),
    exports: policiesOf(family, sessions, 'export', filters),
  };
}

function poolViewOf(pool: FamilyPlan['pools'][number], method: TunnelMethod): PoolView {
  const { isTunneled } = pool;
  return {
    ...pool,
    tunnelInterface: TUNNEL_INTERFACE,
    isByFelix: pool.programmedBy !== 'bird',
    hasTunnelAttribute: isTunneled && method === 'kernel-attribute',
    isTunneledOnImport: isTunneled && method === 'on-link-import',
    lacksTunnel: isTunneled && method === 'none',
  };
}
