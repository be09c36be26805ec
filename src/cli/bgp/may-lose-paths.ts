import type { Cluster } from '../../model/cluster.js';

/** placeholder until the reachability function lands */
export async function mayLosePaths(
  _before: Cluster,
  _after: Cluster,
  _force: boolean,
): Promise<boolean> {
  return true;
}
