/**
 * Raw statements of an operator in the export filter (Calico up to 2.6; lost in 3).
 *
 * @scenario policies/custom-filters
 * @scenario policies/custom-filters-off
 * @scenario policies/custom-filters-refused
 */

import type { Problem } from '../../base/problem.js';
import type { Generation } from '../../model/cluster.js';
import type { CustomFilter } from '../../model/custom-filter.js';
import type { Family } from '../../values/family.js';
import type { Host } from '../host.js';
import type { PlannedStatements } from '../plan.js';

/** The statements of `family` that may join the configuration, and a problem for each that may not. */
export function planCustomFilters(
  filters: readonly CustomFilter[],
  family: Family,
  host: Pick<Host, 'acceptsCustomFilters' | 'refusedStatements'>,
  generation: Generation = 'v1',
): { readonly accepted: readonly PlannedStatements[]; readonly problems: readonly Problem[] } {
  const accepted: PlannedStatements[] = [];
  const problems: Problem[] = [];
  for (const { name, statements, origin, ...filter } of filters) {
    if (filter.family !== family) {
      continue;
    }
    const refusal = generation === 'v3' ? OF_CALICO_2 : refusalOf(origin, host);
    if (refusal === undefined) {
      accepted.push({ name, statements, origin });
    } else {
      problems.push({ code: 'custom-filter-refused', key: origin, ...refusal });
    }
  }
  return { accepted, problems };
}

/** Calico 3 has no place for them: its filters are BGPFilters. */
const OF_CALICO_2 = {
  reason: 'by the rules of Calico 3 there are no raw BIRD statements',
  action: 'left the statements out; make a BGPFilter of them',
};

function refusalOf(
  origin: string,
  {
    acceptsCustomFilters,
    refusedStatements,
  }: Pick<Host, 'acceptsCustomFilters' | 'refusedStatements'>,
): Pick<Problem, 'reason' | 'action'> | undefined {
  if (!acceptsCustomFilters) {
    return {
      reason: 'raw BIRD statements from this datastore are not taken in',
      action:
        'left the statements out; set --custom-filters on if everybody who can write to the datastore may change BIRD',
    };
  }
  const why = refusedStatements.get(origin);
  return why === undefined
    ? undefined
    : { reason: `BIRD refuses the statements: ${why}`, action: 'left the statements out' };
}
