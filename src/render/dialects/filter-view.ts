/**
 * What templates see of a BGPFilter: its two functions, with conditions and operations ready to print.
 *
 * @scenario v3/filters
 * @scenario v3/interfaces
 */

import type Handlebars from 'handlebars';

import type { Problem } from '../../base/problem.js';
import type { BgpFilter, FilterOperation, FilterRule } from '../../plan/plan.js';
import { withoutInterface } from '../../plan/policies/without-interface.js';
import type { Community } from '../../values/community.js';
import { verbatim } from '../guard.js';
import { filterSymbol } from '../syntax/symbol.js';

/** Calico tells a metric as a local preference, counted down from here: the lowest metric is preferred. */
export const HIGHEST_PREFERENCE = 2 ** 31 - 1;

/** What a filter is run on. */
export type FilterDirection = 'import' | 'export';

/** What a BIRD knows of a route when it runs a filter on it. */
export interface FilterKnowledge {
  /** Whether the path of what is told to another AS has our own AS number in front already: BIRD 1 puts it there before the filter. */
  readonly pathHasOwnAsn: boolean;
  /** Whether what is learnt has its interface: BIRD 3 looks it up after the filter. */
  readonly knowsInterfaceOnImport: boolean;
}

/** One function in BIRD: the rules of a filter in one direction. */
export interface FilterView {
  /** The BGPFilter that it is of. */
  readonly name: string;
  readonly direction: FilterDirection;
  readonly origin: string;
  readonly symbol: Handlebars.SafeString;
  /** Whether it has to be told if the peer is in our own AS. */
  readonly takesKind: boolean;
  /** Whether it has to be told our own AS number, too: as it compares paths that don't have it yet. */
  readonly takesOwnAsn: boolean;
  readonly rules: readonly RuleView[];
}

/** A rule, as its conditions, its operations and its end. */
export interface RuleView {
  readonly conditions: readonly object[];
  readonly operations: readonly object[];
  readonly isAccept: boolean;
  /** What an accepted route is run through at the end, if anything. */
  readonly tunnelFunction: Handlebars.SafeString | undefined;
}

/** The functions of `filters`, each only if it has rules. `tunnelFunction` is for what is learnt. */
export function filterViewsOf(
  filters: readonly BgpFilter[],
  tunnelFunction: Handlebars.SafeString | undefined,
  knowledge: FilterKnowledge,
): readonly FilterView[] {
  return filters.flatMap((filter) => [
    ...viewOf(filter, 'import', tunnelFunction, knowledge),
    ...viewOf(filter, 'export', undefined, knowledge),
  ]);
}

/** Rules of `filters` on what is learnt that go by its interface, which this BIRD doesn't know then: a problem for each filter. */
export function interfaceProblems(
  filters: readonly BgpFilter[],
  { knowsInterfaceOnImport }: FilterKnowledge,
): readonly Problem[] {
  return knowsInterfaceOnImport
    ? []
    : filters
        .filter(({ importRules }) => importRules.some((rule) => rule.interface !== undefined))
        .map(({ family, origin }) => ({
          code: 'unsupported-by-bird',
          key: origin,
          path: `spec.import${VERSIONS[family]}`,
          reason: 'it goes by the interface of what is learnt, which this BIRD looks up afterwards',
          action:
            'a rule that rejects by interface rejects whatever the interface is, and one that accepts is left out; use BIRD 2, or rules by prefix or community',
        }));
}

const VERSIONS = { ipv4: 'V4', ipv6: 'V6' } as const;

function viewOf(
  { name, family, origin, importRules, exportRules }: BgpFilter,
  direction: FilterDirection,
  tunnelFunction: Handlebars.SafeString | undefined,
  knowledge: FilterKnowledge,
): readonly FilterView[] {
  const isExport = direction === 'export';
  if ((isExport ? exportRules : importRules).length === 0) {
    return [];
  }
  const learntRules = knowledge.knowsInterfaceOnImport
    ? importRules
    : importRules.flatMap((rule) => withoutInterface(rule) ?? []);
  const rules = isExport ? exportRules : learntRules;
  const lacksOwnAsn = isExport && !knowledge.pathHasOwnAsn;
  const takesOwnAsn = lacksOwnAsn && rules.some(({ asPathPrefix }) => asPathPrefix !== undefined);
  const end = `${direction}Filter${VERSIONS[family]}`;
  return [
    {
      ...{ name, direction, origin },
      symbol: verbatim(filterSymbol(name, end)),
      takesKind: takesOwnAsn || rules.some(({ peerType }) => peerType !== undefined),
      takesOwnAsn,
      rules: rules.map((rule) => ({
        conditions: conditionsOf(rule, lacksOwnAsn),
        operations: rule.operations.map(operationOf),
        isAccept: rule.action === 'accept',
        tunnelFunction,
      })),
    },
  ];
}

/** An object with one field for each thing that must hold. */
function conditionsOf(rule: FilterRule, lacksOwnAsn: boolean): readonly object[] {
  const { peerType, prefix, isFromPeers, community, asPathPrefix, priority } = rule;
  return [
    ...(peerType === undefined
      ? []
      : [{ [peerType === 'internal' ? 'isSameAs' : 'isOtherAs']: true }]),
    ...(prefix === undefined ? [] : [prefixCondition(prefix)]),
    ...(isFromPeers ? [{ isFromPeers }] : []),
    ...(rule.interface === undefined ? [] : [{ interface: rule.interface }]),
    ...(community === undefined ? [] : [byKind(community, 'standardCommunity', 'largeCommunity')]),
    ...(asPathPrefix === undefined ? [] : [pathCondition(asPathPrefix, lacksOwnAsn)]),
    ...(priority === undefined ? [] : [{ preference: preferenceOf(priority) }]),
  ];
}

function prefixCondition({ prefix, operator, length }: NonNullable<FilterRule['prefix']>): object {
  const lengths = length && { prefix, ...length };
  switch (operator) {
    case 'equal':
      return { equals: prefix };
    case 'not-equal':
      return { differs: prefix };
    case 'in':
      return lengths ? { hasLength: lengths } : { isInside: prefix };
    case 'not-in':
      return lengths ? { lacksLength: lengths } : { isOutside: prefix };
  }
}

/** Of a path that will yet get our own AS number in front, that is compared by itself. */
function pathCondition(asPathPrefix: readonly number[], lacksOwnAsn: boolean): object {
  const [first, ...rest] = asPathPrefix;
  return { path: { lacksOwnAsn, whole: asPathPrefix, first, rest } };
}

function operationOf(operation: FilterOperation): object {
  switch (operation.kind) {
    case 'add-community':
      return byKind(operation.community, 'addsStandard', 'addsLarge');
    case 'prepend-as-path':
      // Each one is put before all others, so the last one comes first.
      return { prepends: operation.asns.toReversed() };
    case 'set-priority':
      return { setsPreference: preferenceOf(operation.priority) };
  }
}

function byKind({ kind, parts }: Community, standard: string, large: string): object {
  return { [kind === 'standard' ? standard : large]: parts };
}

/** The local preference that a metric is told as. An object: a template takes 0 for nothing. */
function preferenceOf(priority: number): { readonly value: number } {
  return { value: HIGHEST_PREFERENCE - priority };
}
