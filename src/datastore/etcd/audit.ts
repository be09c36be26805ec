/**
 * Does etcd hold what we applied? A safety net for events that etcd itself never sends (etcd-io/etcd issue 18089: a
 * delete around a compaction) and for stores that were replaced behind our back.
 */
import { delay } from '../../base/clock.js';
import type { EtcdConnection } from './connection.js';
import type { EtcdSettings } from './options.js';
import type { RangeProgress } from './position.js';
import { ResyncNeeded } from './resync-needed.js';

/** Changes in flight disagree too; they arrive between two tries. */
const TRIES = 3;

/** What an audit needs. */
export interface AuditContext {
  readonly connection: EtcdConnection;
  readonly settings: EtcdSettings;
  readonly signal: AbortSignal;
}

/**
 * What was missed in one range, as a sentence; undefined when nothing was. A newer key is none that was missed as
 * long as the watch moves: it may be about to bring it.
 *
 * When etcd has no key that is newer than what was applied, and as many keys as we have, then its keys are ours: each
 * is as it was then, so they are a part of what we have, and a part of the same size is the whole. So the watch may
 * resume after the revision of the answer, and a quiet range doesn't fall behind etcd's compaction.
 */
export async function auditRange(
  { connection, settings, signal }: AuditContext,
  progress: RangeProgress,
): Promise<string | undefined> {
  let missed: string | undefined;
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    if (tries > 0) {
      await delay(settings.clock, settings.auditRetryMs, signal);
    }
    const next = progress.nextRevision;
    const { header, entries, count } = await connection.range({
      ...progress.range,
      minModRevision: next,
      keysOnly: true,
      limit: 1,
    });
    const hasMoved = progress.nextRevision !== next;
    if (entries.length === 0 && count === progress.count) {
      if (!hasMoved) {
        progress.nextRevision = header.revision + 1;
      }
      return undefined;
    }
    if (entries.length > 0 && hasMoved) {
      return undefined;
    }
    missed = entries.length > 0 ? newerKey(progress) : wrongCount(progress, count);
  }
  return missed;
}

/**
 * Throws unless the store has, at the revision up to which a range was applied, as many keys as we have.
 *
 * For the resumption of a watch: a store that was wiped and filled again while we were away can have the same cluster
 * ID, the same Raft term and a higher revision. Unlike an audit it costs etcd no reading of values, since all hosts
 * ask at once when etcd comes back.
 *
 * @throws {ResyncNeeded} when the counts differ
 * @throws {ServiceError} also when that revision is compacted; a watch couldn't resume from there either
 */
export async function verifyCount(
  connection: EtcdConnection,
  { range, nextRevision, count }: RangeProgress,
): Promise<void> {
  const answer = await connection.range({ ...range, revision: nextRevision - 1, countOnly: true });
  if (answer.count === count) {
    return;
  }
  throw new ResyncNeeded(
    `${range.keyPrefix} has ${answer.count} keys in etcd at a revision where it had ${count}`,
  );
}

function newerKey({ range }: RangeProgress): string {
  return `the watch of ${range.keyPrefix} is behind what etcd holds`;
}

function wrongCount({ range, count }: RangeProgress, actual: number): string {
  return `${range.keyPrefix} has ${actual} keys in etcd where the watch left ${count}`;
}
