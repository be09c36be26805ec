/**
 * What templates see of a BGPFilter: its two functions, with conditions and operations ready to print.
 *
 * @scenario v3/filters
 */

import type Handlebars from 'handlebars';

import type { BgpFilter, FilterOperation, FilterRule } from '../../plan/plan.js';
import type { Community } from '../../values/community.js';
import { verbatim } from '../guard.js';
import { filterSymbol } from '../syntax/symbol.js';

/** Calico tells a metric as a local preference, counted down from here: the lowest metric is preferred. */
export const HIGHEST_PREFERENCE = 2 ** 31 - 1;

/** What a filter is run on. */
export type FilterDirection = 'import' | 'export';

/** One function in BIRD: the rules of a filter in one direction. */
export interface FilterView {
  /** The BGPFilter that it is of. */
  readonly name: string;
  readonly direction: FilterDirection;
  readonly origin: string;
  readonly symbol: Handlebars.SafeString;
  /** Whether it has to be told if the peer is in our own AS. */
  readonly takesKind: boolean;
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
): readonly FilterView[] {
  return filters.flatMap((filter) => [
    ...viewOf(filter, 'import', filter.importRules, tunnelFunction),
    ...viewOf(filter, 'export', filter.exportRules, undefined),
  ]);
}

function viewOf(
  { name, family, origin }: BgpFilter,
  direction: FilterDirection,
  rules: readonly FilterRule[],
  tunnelFunction: Handlebars.SafeString | undefined,
): readonly FilterView[] {
  if (rules.length === 0) {
    return [];
  }
  const end = `${direction}FilterV${family === 'ipv6' ? 6 : 4}`;
  return [
    {
      ...{ name, direction, origin },
      symbol: verbatim(filterSymbol(name, end)),
      takesKind: rules.some(({ peerType }) => peerType !== undefined),
      rules: rules.map((rule) => ({
        conditions: conditionsOf(rule),
        operations: rule.operations.map(operationOf),
        isAccept: rule.action === 'accept',
        tunnelFunction,
      })),
    },
  ];
}

/** An object with one field for each thing that must hold. */
function conditionsOf(rule: FilterRule): readonly object[] {
  const { peerType, prefix, isFromPeers, community, asPathPrefix, priority } = rule;
  return [
    ...(peerType === undefined
      ? []
      : [{ [peerType === 'internal' ? 'isSameAs' : 'isOtherAs']: true }]),
    ...(prefix === undefined ? [] : [prefixCondition(prefix)]),
    ...(isFromPeers ? [{ isFromPeers }] : []),
    ...(rule.interface === undefined ? [] : [{ interface: rule.interface }]),
    ...(community === undefined ? [] : [byKind(community, 'standardCommunity', 'largeCommunity')]),
    ...(asPathPrefix === undefined ? [] : [{ asPathPrefix }]),
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
