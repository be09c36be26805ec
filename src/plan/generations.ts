/** What is told of who wrote the data of a cluster: one problem, however many keys there are. */

import type { Problem } from '../base/problem.js';
import type { Cluster } from '../model/cluster.js';

/** More names of keys say less. */
const MAX_NAMED = 3;

const NONE: Problem = {
  code: 'no-calico-data',
  key: 'datastore',
  reason: 'it holds nothing that Calico has written about BGP',
  action:
    'nothing is planned from it; look whether it is the right datastore, and whether this user may read it',
};

/** See the head of this file. */
export function generationProblems({
  generation,
  mixed,
}: Pick<Cluster, 'generation' | 'mixed'>): readonly Problem[] {
  if (mixed !== undefined) {
    return [bothOf(mixed)];
  }
  return generation === undefined ? [NONE] : [];
}

/** The key that is named is of the generation with fewer keys: what is left over, or has strayed in. */
function bothOf({ v1, v3 }: NonNullable<Cluster['mixed']>): Problem {
  const [key = ''] = v3.length < v1.length ? v3 : v1;
  return {
    code: 'both-generations',
    key,
    reason: `keys of Calico 2 (${listed(v1)}) and resources of Calico 3 (${listed(v3)}) stand beside each other`,
    action:
      'followed the rules of Calico 3 for the whole cluster, since the old ones have no place for what a resource may ask for; where both speak of one setting, node property, pool or neighbor the resource counts. Remove the keys of Calico 2 once all nodes run Calico 3; remove the resources if they run Calico 2',
  };
}

/** Without a count: another number of keys is no other problem. */
function listed(keys: readonly string[]): string {
  const named = keys.slice(0, MAX_NAMED).join(', ');
  return keys.length > MAX_NAMED ? `${named} and more` : named;
}
