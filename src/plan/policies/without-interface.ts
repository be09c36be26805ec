import type { FilterRule } from '../plan.js';

/**
 * What is left of a rule where a BIRD doesn't know by which interface a route goes out, undefined where nothing is: one that rejects
 * does so whatever the interface is, since what is learnt may pass no rule that asks for what isn't known.
 */
export function withoutInterface({ interface: name, ...rule }: FilterRule): FilterRule | undefined {
  return name === undefined || rule.action === 'reject' ? rule : undefined;
}
