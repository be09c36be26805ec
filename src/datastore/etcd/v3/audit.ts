/**
 * Does etcd hold what we applied? All values are listed and compared.
 *
 * - After each resumption. A store that was restored from a backup, or wiped, and then written past the revision that we
 *   had, can answer with the same cluster ID, Raft term and number of keys, and even with the same key at each revision.
 *   Nothing that etcd tells of its history shows that; equal values at one revision, and a watch from there on, are the
 *   proof that nothing is missing.
 * - Now and then in a store that is written to, for what etcd never sends (etcd-io/etcd issue 18089: a delete around a
 *   compaction) and for a store that was replaced behind a proxy that kept our connection.
 *
 * For 15,000 keys (5,000 hosts) the list costs etcd 15 to 26 ms of a core and 1.2 MB; comparing takes us 3 to 9 ms. So after an
 * outage all hosts spread it as spread.ts says: over 150 s there, and at once in a small cluster. The changes of the watch
 * don't wait for it. Later audits come twelve times as rarely: at that size at most half an hour apart.
 */
import { delay } from '../../../base/clock.js';
import { ResyncNeeded } from '../resync-needed.js';
import { spreadMsOf } from '../spread.js';
import type { EtcdConnection } from './connection.js';
import { type Listing, list } from './list.js';
import type { Etcd3Settings } from './options.js';
import type { Position } from './position.js';
import type { RangeProgress } from './range-progress.js';

/** What an audit works on. */
export interface AuditContext {
  readonly connection: EtcdConnection;
  readonly position: Position;
  readonly settings: Etcd3Settings;
  readonly signal: AbortSignal;
}

/** A difference is real when the watch brings nothing for so many times `inFlightMs`. */
const QUIET_WAITS = 3;
/** Or when it is still there after so many: a watch that is behind moves, and catches up. */
const MAX_WAITS = 60;

/** The later audits are so many times as rare as one after an outage: they cost etcd little. */
const RARER = 12;

/** Plans the audit that a resumption needs, unless an earlier one has planned it already. */
export function planAuditOfResumed(position: Position, settings: Etcd3Settings): void {
  if (position.auditedRevision === undefined) {
    return;
  }
  position.auditedRevision = undefined;
  position.auditAt = settings.clock.monotonic() + spreadMsOf(position.keys) * Math.random();
}

/** Plans the next audit of a store that is as it should be. */
function planNextAudit(position: Position, { clock, auditMs }: Etcd3Settings): void {
  const everyMs = Math.max(auditMs, spreadMsOf(position.keys) * RARER);
  position.auditAt = clock.monotonic() + everyMs * (0.5 + Math.random() / 2);
}

/**
 * Audits whenever that is due; never resolves.
 *
 * @throws {ResyncNeeded} when etcd holds something else than what was applied
 * @throws {ServiceError} when etcd doesn't answer
 */
export async function auditWhenDue(context: AuditContext): Promise<never> {
  const { position, settings, signal } = context;
  for (;;) {
    await delay(settings.clock, position.auditAt - settings.clock.monotonic(), signal);
    signal.throwIfAborted();
    const { revision } = position.floor;
    if (position.auditedRevision === undefined || position.auditedRevision < revision) {
      await audit(context);
      position.auditedRevision = revision;
    }
    planNextAudit(position, settings);
  }
}

/**
 * One audit. The store may be written to meanwhile: keys that change while it goes on are left out, for the watch tells them.
 */
async function audit(context: AuditContext): Promise<void> {
  const { connection, position, settings } = context;
  const { floor } = position;
  const noted = position.ranges.map((progress) => ({ progress, changed: progress.noteChanges() }));
  try {
    const ranges = position.ranges.map(({ range }) => range);
    const listing = await list(connection, ranges, settings.pageSize);
    const doubt = position.doubt(listing.header, floor);
    if (doubt !== undefined) {
      throw new ResyncNeeded(doubt);
    }
    for (const { progress, changed } of noted) {
      await auditRange(context, { progress, changed, listing });
    }
  } finally {
    for (const { progress } of noted) {
      progress.forgetChanges();
    }
  }
}

interface RangeAudit {
  readonly progress: RangeProgress;
  readonly changed: ReadonlySet<string>;
  readonly listing: Listing;
}

/** Changes in flight make differences, too; they go as the changes arrive. */
async function auditRange(
  { settings, signal }: AuditContext,
  { progress, changed, listing }: RangeAudit,
): Promise<void> {
  const entries = listing.ranges.get(progress.range) ?? [];
  let key = progress.firstDifference(entries, changed);
  for (let waits = 1, quiet = 0; key !== undefined; waits++) {
    const known = changed.size;
    await delay(settings.clock, settings.inFlightMs, signal);
    signal.throwIfAborted();
    quiet = changed.size === known ? quiet + 1 : 0;
    key = progress.firstDifference(entries, changed);
    if (key !== undefined && (quiet >= QUIET_WAITS || waits >= MAX_WAITS)) {
      throw new ResyncNeeded(`etcd holds another value of ${key} than the watch left`);
    }
  }
  // Nothing up to the revision of the listing is left to come. So a quiet range doesn't fall behind etcd's compaction.
  if (changed.size === 0) {
    progress.nextRevision = Math.max(progress.nextRevision, listing.header.revision + 1);
  }
}

/**
 * Throws unless the store has, at the revision up to which a range was applied, as many keys as we have.
 *
 * The first thing that is asked when a watch is to be resumed. All hosts ask it at once when etcd comes back, so it reads no
 * values (3 ms for 15,000 keys). It finds most stores that were replaced, before a change of theirs is applied.
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
