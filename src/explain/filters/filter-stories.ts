/** What the filters of a plan do with a prefix. */

import { familyOfPrefix, type Prefix } from '../../values/prefix.js';
import type { Explained, FilterStory } from '../explanation.js';
import { bgpFilterStatements } from './bgp-filters.js';
import { exportStatements } from './export-statements.js';
import { type KernelRules, kernelStatements } from './kernel-statements.js';
import { decide, type Route, type Statement } from './route.js';
import { type SessionGroup, sessionGroups } from './session-groups.js';

/**
 * What is told of `prefix` to peers, taken from them, and what of it reaches the kernel: as the plan's own black hole where there is
 * one, else as a route of which no more is known.
 */
export function filterStories(
  { plan, problems }: Explained,
  prefix: Prefix,
): readonly FilterStory[] {
  const part = plan[familyOfPrefix(prefix)];
  const isBlackHole =
    part.blocks.some((block) => block.isBlackholed && block.prefix === prefix) ||
    part.extras.staticRoutes.some((route) => route.via === undefined && route.prefix === prefix);
  const route: Route = { prefix, from: isBlackHole ? 'black-hole' : 'anywhere' };
  const learnt: Route = { prefix, from: 'peer' };
  const unsupported: ReadonlySet<string> = new Set(
    problems.filter(({ code }) => code === 'unsupported-by-bird').map(({ key }) => key),
  );
  return [
    ...sessionGroups(part, 'export').map((group) => ({
      filter: 'export' as const,
      ...storyOf(exportStatements(plan, part, group, route), route, group),
    })),
    ...sessionGroups(part, 'import').map((group) => ({
      filter: 'import' as const,
      ...storyOf(importStatements(part.extras, group, learnt, unsupported), learnt, group),
    })),
    ...(plan.role === 'reflector'
      ? []
      : [kernelStory({ part, lacksTunnel: unsupported }, isBlackHole ? route : learnt)]),
  ];
}

function kernelStory(rules: KernelRules, route: Route): FilterStory {
  return { filter: 'kernel', ...storyOf(kernelStatements(rules, route), route) };
}

function storyOf(
  statements: readonly Statement[],
  { from }: Route,
  { names }: Pick<SessionGroup, 'names'> = { names: [] },
): Omit<FilterStory, 'filter'> {
  return { route: from, sessions: names, decisions: decide(statements) };
}

function importStatements(
  { filters, normalPriority }: Explained['plan']['ipv4']['extras'],
  { isInternal, importFilters: names }: SessionGroup,
  route: Route,
  lacksInterface: ReadonlySet<string>,
): readonly Statement[] {
  const use = { direction: 'import', names, isInternal, normalPriority, lacksInterface } as const;
  return [
    ...bgpFilterStatements(filters, use, route),
    { action: 'accept', text: 'whatever a peer tells is taken', holds: true },
  ];
}
