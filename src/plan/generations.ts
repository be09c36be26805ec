import type { Problem } from '../base/problem.js';
import type { Cluster } from '../model/cluster.js';

const BOTH: Problem = {
  code: 'both-generations',
  key: '/calico/bgp/v1',
  reason: 'keys of Calico 2 and resources of Calico 3 stand beside each other',
  action:
    'the cluster goes by the rules of Calico 3, and where both speak of one setting, node property or pool Calico 3 counts; remove the old keys once nobody needs them',
};
const NONE: Problem = {
  code: 'no-calico-data',
  key: '/calico',
  reason: 'the datastore holds nothing that Calico has written about BGP',
  action:
    'nothing is planned from it; look whether it is the right datastore, and whether this user may read it',
};

/** What is to be told about who wrote the data of `cluster`: one problem, however many keys there are. */
export function generationProblems({
  generation,
  isMixed,
}: Pick<Cluster, 'generation' | 'isMixed'>): readonly Problem[] {
  return generation === undefined ? [NONE] : isMixed ? [BOTH] : [];
}
