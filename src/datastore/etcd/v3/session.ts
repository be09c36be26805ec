/** One connection's life as a follower: connect, list unless we can carry on, watch and probe until it ends. */

import type { FollowContext } from '../follower.js';
import { ResyncNeeded } from '../resync-needed.js';
import { auditWhenDue, planAuditOfResumed, verifyCount } from './audit.js';
import { type Connected, connect, type EtcdConnection } from './connection.js';
import type { KeyRange } from './key-range.js';
import { entriesOf, list } from './list.js';
import type { Etcd3Settings } from './options.js';
import type { Patience } from './patience.js';
import { Position } from './position.js';
import { Prober } from './probe.js';
import { Watch } from './watch.js';

/** What a session needs, and whom it tells. */
export interface SessionContext extends FollowContext<Position> {
  readonly ranges: readonly KeyRange[];
  readonly settings: Etcd3Settings;
  readonly patience: Patience;
}

/**
 * Follows etcd over one connection until that fails. Never resolves.
 *
 * @param resumeFrom - where an earlier session got to
 * @throws {ResyncNeeded} when that, or what this session saw, can't be carried on from
 * @throws whatever ends the connection; see `explainFailure`
 */
export async function runSession(
  context: SessionContext,
  resumeFrom: Position | undefined,
): Promise<never> {
  const { endpoint, ranges, settings, signal } = context;
  const connected = await connect(endpoint, ranges, settings, signal);
  const { connection } = connected;
  try {
    context.listener.heard();
    if (resumeFrom) {
      await verifyStore(connected, resumeFrom);
      planAuditOfResumed(resumeFrom, settings);
    }
    const position = resumeFrom ?? (await takeSnapshot(context, connection));
    return await watchAndProbe(context, connection, { position, resumed: !!resumeFrom });
  } catch (error) {
    context.patience.endedBy(error);
    throw error;
  } finally {
    connection.close();
  }
}

/** Throws unless etcd may be the store that `position` is about; an audit is the proof. */
async function verifyStore({ connection, greeting }: Connected, position: Position): Promise<void> {
  const doubt = position.doubt(greeting, position.floor);
  if (doubt !== undefined) {
    throw new ResyncNeeded(doubt);
  }
  await Promise.all(position.ranges.map((progress) => verifyCount(connection, progress)));
}

async function takeSnapshot(
  { ranges, settings, listener, onPosition }: SessionContext,
  connection: EtcdConnection,
): Promise<Position> {
  const listing = await list(connection, ranges, settings.pageSize);
  const position = new Position(listing);
  listener.heard();
  await listener.snapshot({
    revision: String(listing.header.revision),
    storeId: listing.header.clusterId,
    entries: entriesOf(listing),
  });
  onPosition(position);
  return position;
}

async function watchAndProbe(
  { settings, patience, listener, signal, onSynced }: SessionContext,
  connection: EtcdConnection,
  { position, resumed }: { readonly position: Position; readonly resumed: boolean },
): Promise<never> {
  const onHeard = () => listener.heard();
  const prober = new Prober({ connection, position, settings, patience, onHeard });
  let isEstablished = (): void => {};
  const established = new Promise<void>((resolve) => {
    isEstablished = resolve;
  });
  const watch = new Watch({
    client: await connection.etcd3Client(),
    position,
    signMs: patience.signMs,
    clock: settings.clock,
    onEstablished: () => {
      isEstablished();
      onSynced({ resumed, revision: position.floor.revision });
    },
    onHeard: () => {
      prober.heard();
      listener.heard();
    },
    onChanges: (changes, revision, late) => listener.changes(changes, String(revision), late),
  });
  const ending = new AbortController();
  const beside = AbortSignal.any([signal, ending.signal]);
  try {
    return await Promise.race([
      watch.ended,
      prober.run(beside),
      established.then(() => auditWhenDue({ connection, position, settings, signal: beside })),
    ]);
  } finally {
    ending.abort();
    watch.close();
  }
}
