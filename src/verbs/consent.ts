/** What a verb leaves in the datastore beside its changes, so that no host takes them for a fault. */

import type { Change } from '../datastore/datastore.js';
import { consentsEntry, digestOf } from '../decode/records/consents.js';
import type { Cluster } from '../model/cluster.js';
import type { Consent } from '../model/consent.js';
import type { StoreView } from './store-view.js';

/**
 * The operator's consent to `changes`, as a change of its own; none where they end no session.
 *
 * @param after - the view as it will be
 */
export function consentTo(
  { cluster, snapshot }: StoreView,
  changes: readonly Change[],
  after: StoreView,
  birth: Pick<Consent, 'id' | 'at'>,
): readonly Change[] {
  if (!mayEndSessions(cluster, after.cluster)) {
    return [];
  }
  const values = new Map(snapshot.entries.map(({ key, value }) => [key, value]));
  const consent: Consent = {
    ...birth,
    changes: changes.map((change) => ({
      key: change.key,
      before: values.get(change.key),
      after: change.kind === 'put' ? digestOf(change.value) : undefined,
    })),
  };
  return [{ kind: 'put', ...consentsEntry([...cluster.consents, consent]) }];
}

/** Whether there may be a host that has a session now and none with the same neighbor afterwards. */
function mayEndSessions(before: Cluster, after: Cluster): boolean {
  const recordsOf = ({ nodes, peerings, reflectors }: Cluster): readonly string[] =>
    [...nodes, ...peerings, ...reflectors].map((record) => JSON.stringify(record));
  const kept = new Set(recordsOf(after));
  return (
    (before.isMeshEnabled && !after.isMeshEnabled) ||
    recordsOf(before).some((record) => !kept.has(record))
  );
}
