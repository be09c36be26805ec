import type { FamilyPlan } from '../plan/plan.js';
import { showTerms } from '../plan/sessions/terms.js';
import { communityText } from '../values/community.js';
import { FAMILIES, FAMILY_LABELS } from '../values/family.js';
import { type Explained, type Explanation, NOTHING, type Reason } from './explanation.js';

/** What comes of the record at `key`. */
export function explainKey(explained: Explained, key: string): Explanation {
  const { cluster, plan, problems } = explained;
  const texts = [
    ...settingsOf(cluster, key),
    ...FAMILIES.flatMap((family) => thingsOf(plan[family], key)),
  ];
  const asks = cluster.peerings.some(({ origin }) => origin === key);
  return {
    subject: key,
    ...NOTHING,
    facts: [
      ...texts.map((text): Reason => ({ text })),
      ...(asks && texts.length === 0 ? [{ text: 'a peering that makes no session here' }] : []),
    ],
    problems: problems.filter((problem) => problem.key === key),
  };
}

function settingsOf(
  { nodes, defaultAsn, meshOrigin, isMeshEnabled, reflectors }: Explained['cluster'],
  key: string,
): readonly string[] {
  return [
    ...(defaultAsn.origin === key
      ? [`AS ${defaultAsn.asn} of nodes that have none of their own`]
      : []),
    ...(meshOrigin === key ? [`the mesh is ${isMeshEnabled ? 'on' : 'off'}`] : []),
    ...nodes.flatMap(({ name, addresses, asn }) => [
      ...FAMILIES.flatMap((family) => {
        const at = addresses[family];
        return at?.origin === key
          ? [`${FAMILY_LABELS[family]} address ${at.address} of the node ${name}`]
          : [];
      }),
      ...(asn?.origin === key ? [`AS ${asn.asn} of the node ${name}`] : []),
    ]),
    ...reflectors
      .filter(({ origin }) => origin === key)
      .map(({ address }) => `the route reflector ${address}`),
  ];
}

/** What a family of the plan has of the key. */
function thingsOf({ sessions, blocks, pools, customFilters, extras }: FamilyPlan, key: string) {
  const of = <T extends { readonly origin: string }>(
    things: readonly T[],
    say: (one: T) => string,
  ) => things.filter(({ origin }) => origin === key).map(say);
  return [
    ...of(sessions, (session) => `session ${session.protocolName}: ${showTerms(session)}`),
    ...of(blocks, ({ prefix }) => `block ${prefix} of this node`),
    ...of(pools, ({ prefix }) => `pool ${prefix}`),
    ...of(customFilters, ({ name }) => `raw statements ${name} on what is told to peers`),
    ...of(extras.filters, ({ name, family }) => `BGPFilter ${name}, ${FAMILY_LABELS[family]}`),
    ...of(
      extras.advertisements,
      ({ prefix, communities }) =>
        `communities ${communities.map(communityText).join(', ')} on what is told of ${prefix}`,
    ),
    ...of(extras.staticRoutes, ({ prefix }) => `static route ${prefix}`),
  ];
}
