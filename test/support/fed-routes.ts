/**
 * Routes that are fed to a BIRD, made of what its plan speaks of: in and beside of each prefix that a pool, a filter or a service has,
 * each plain and with whatever a filter asks for. So whatever a rule decides, some route shows it.
 */
import type { FamilyPlan, FilterRule } from '../../src/plan/plan.js';

/** A route of another speaker, with the statements by which it gets its attributes. */
export interface FedRoute {
  readonly prefix: string;
  /** In BIRD's words; empty for a plain route. */
  readonly attributes: string;
}

/** Interfaces with routes of the kernel: of a workload, and those of Felix. */
export const INTERFACES = ['cali1', 'vxlan.calico', 'bpfin.cali', 'tunl0'] as const;

/** A next hop of no subnet of ours, by family; the kernel reaches it. */
export const FAR = { ipv4: '198.51.100.9', ipv6: '2001:db8:9::9' } as const;

/** Metric of a route that is preferred to the usual one. */
const PREFERRED = 512;

/** What `ip route add` is told on the host: in each pool a route of each interface, one that is preferred, and one in no pool. */
export function kernelRoutes(part: FamilyPlan): readonly string[] {
  const bits = part.family === 'ipv4' ? 32 : 128;
  const inPools = part.pools.flatMap(({ prefix }) => {
    const host = (number: number) => `${addressIn(prefix, number)}/${bits}`;
    return [
      ...INTERFACES.map((device, index) => `${host(11 + index)} dev ${device}`),
      `${host(19)} dev cali1 metric ${PREFERRED}`,
    ];
  });
  return [
    ...inPools,
    part.family === 'ipv4' ? '203.0.113.250/32 dev cali1' : '2001:db8:3::200/128 dev cali1',
  ];
}

/** What speaker number `speaker`, counted from 1, tells of. */
export function fedRoutes(part: FamilyPlan, speaker: number): readonly FedRoute[] {
  const variants = variantsOf(part);
  const routes = areasOf(part).flatMap((area, place): readonly FedRoute[] => [
    ...(place % 2 === speaker % 2 ? [{ prefix: area, attributes: '' }] : []),
    ...(isRoomy(area)
      ? variants.map((attributes, index) => ({
          prefix: subnetIn(area, 16 * speaker + index),
          attributes,
        }))
      : []),
  ]);
  return [...new Map(routes.map((route) => [route.prefix, route])).values()];
}

/** Prefixes that matter, and one that none speaks of. */
function areasOf({ family, pools, extras, blocks }: FamilyPlan): readonly string[] {
  const ofRules = extras.filters
    .flatMap(({ importRules, exportRules }) => [...importRules, ...exportRules])
    .flatMap(({ prefix }) => (prefix ? [prefix.prefix] : []));
  return [
    ...new Set([
      ...pools.map(({ prefix }) => prefix),
      ...ofRules,
      ...extras.unprogrammed,
      ...extras.transitRanges,
      ...extras.advertisements.map(({ prefix }) => prefix),
      ...blocks.map(({ prefix }) => prefix),
      family === 'ipv4' ? '203.0.113.0/24' : '2001:db8:3::/64',
    ]),
  ];
}

/** Attributes: none, a far next hop, and for each rule all that it asks for beside the prefix. */
function variantsOf({ family, extras, localAsn }: FamilyPlan): readonly string[] {
  const rules = extras.filters.flatMap(({ importRules, exportRules }) => [
    ...importRules,
    ...exportRules,
  ]);
  const ofRules = rules
    .map((rule) => attributesFor(rule, localAsn))
    .filter((attributes) => attributes !== '');
  const preferred = `bgp_local_pref = ${2 ** 31 - 1 - PREFERRED};`;
  return [...new Set(['', `bgp_next_hop = ${FAR[family]};`, preferred, ...ofRules])].slice(0, 15);
}

/** @param ownAsn - of the host, which takes no path that has it */
function attributesFor(
  { community, asPathPrefix, priority }: FilterRule,
  ownAsn: number | undefined,
): string {
  const path = (asPathPrefix ?? []).filter((asn) => asn !== ownAsn).toReversed();
  return [
    ...(community === undefined
      ? []
      : [
          `bgp_${community.kind === 'large' ? 'large_' : ''}community.add((${community.parts.join(', ')}));`,
        ]),
    ...path.map((asn) => `bgp_path.prepend(${asn});`),
    ...(priority === undefined ? [] : [`bgp_local_pref = ${2 ** 31 - 1 - priority};`]),
  ].join(' ');
}

function isRoomy(area: string): boolean {
  return Number(area.split('/')[1]) <= (area.includes(':') ? 116 : 24);
}

/** A few addresses of `area`, no two of which overlap for different numbers. */
function subnetIn(area: string, number: number): string {
  return area.includes(':')
    ? `${addressIn(area, 0x800 + number)}/128`
    : `${addressIn(area, 128 + number)}/32`;
}

/** An address in a prefix. @param number - what is added to its last part */
function addressIn(prefix: string, number: number): string {
  const [base = ''] = prefix.split('/');
  if (base.includes(':')) {
    return `${base.replace(/::$/, '::')}${number.toString(16)}`;
  }
  const [a, b, c, d] = base.split('.').map(Number);
  return [a, b, c, (d ?? 0) + number].join('.');
}
