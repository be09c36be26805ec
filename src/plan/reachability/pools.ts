import type { Cluster } from '../../model/cluster.js';
import type { Family } from '../../values/family.js';
import { EVERYTHING, type Prefix } from '../../values/prefix.js';

/** The pools of which nodes tell each other routes; where none is known, all addresses count as one. */
export function poolsOf({ pools }: Pick<Cluster, 'pools'>, family: Family): readonly Prefix[] {
  const exported = pools
    .filter((pool) => pool.family === family && !pool.isExportDisabled)
    .map(({ prefix }) => prefix);
  return exported.length === 0 ? [EVERYTHING[family]] : [...new Set(exported)];
}
