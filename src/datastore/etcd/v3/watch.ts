/**
 * The watch of all key ranges: one etcd3 watcher a range, all on one stream, used until the first failure.
 *
 * - No watcher is ever resumed by etcd3 itself, see connection.ts.
 * - Listeners are attached in the turn that makes the watcher: `create()` swallows the first error, and an error
 *   without a listener blocks all later watches of the client.
 * - A transaction over several ranges arrives as one message a range; see gatherer.ts.
 */
import type { Etcd3, IEvent, IWatchResponse, Watcher } from 'etcd3';
import type { Clock } from '../../../base/clock.js';
import type { Change } from '../../datastore.js';
import { ResyncNeeded } from '../resync-needed.js';
import { Gatherer } from './gatherer.js';
import type { ResponseHeader } from './messages.js';
import type { Floor, Position } from './position.js';
import type { RangeProgress } from './range-progress.js';

/** What a watch tells, and what it needs. */
export interface WatchOptions {
  readonly client: Etcd3;
  /** Moved on with each change that is told. */
  readonly position: Position;
  /** The watch must be established within this. */
  readonly signMs: number;
  readonly clock: Clock;
  /** All watchers stand: from here on every change is told. */
  onEstablished(): void;
  onHeard(): void;
  /** Changes in the order of their revisions, and the revision of the last. */
  onChanges(changes: readonly Change[], revision: number, late: 'late' | undefined): void;
}

/** See the head of this file. */
export class Watch {
  /** Rejects when the watch ends, for whatever reason; never resolves. */
  readonly ended: Promise<never>;
  readonly #options: WatchOptions;
  readonly #watchers: readonly Watcher[];
  readonly #cancelDeadline: () => void;
  /**
   * What the store had reached before we asked for the watch. Not what is known when the confirmation comes: a change
   * of another range may overtake it.
   */
  readonly #floor: Floor;
  readonly #gatherer: Gatherer;
  readonly #established = new Set<RangeProgress>();
  #reject: (error: unknown) => void = () => {};
  #isOver = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#floor = options.position.floor;
    this.#gatherer = new Gatherer((...told) => options.onChanges(...told));
    this.ended = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Whoever waits for it sees the rejection; without this Node.js complains when it comes before that.
    this.ended.catch(() => {});
    this.#cancelDeadline = options.clock.after(options.signMs, () =>
      this.#end(new Error('etcd did not confirm the watch in time')),
    );
    this.#watchers = options.position.ranges.map((progress) => this.#watch(progress));
  }

  /** Stops telling. The stream itself ends with its connection. */
  close(): void {
    this.#end(new Error('closed by us'));
  }

  #watch(progress: RangeProgress): Watcher {
    const { key, rangeEnd } = progress.range;
    const watcher = this.#options.client
      .watch()
      .inRange({ start: key, end: rangeEnd })
      .startRevision(String(progress.nextRevision))
      .watcher();
    watcher.on('connected', (response) => this.#onConnected(progress, response));
    watcher.on('data', (response) => this.#onData(progress, response));
    // Compacted, not permitted, or a token that has expired. Whichever, what came between is not known.
    watcher.on('error', (error) => this.#end(new ResyncNeeded('etcd ended the watch', error)));
    watcher.on('disconnected', (error) => this.#end(error));
    watcher.on('end', () => this.#end(new Error('etcd ended the watch')));
    return watcher;
  }

  #onConnected(progress: RangeProgress, response: IWatchResponse): void {
    if (this.#isOver) {
      return;
    }
    const { position } = this.#options;
    const doubt = position.doubt(headerOf(response), this.#floor);
    if (doubt !== undefined) {
      this.#end(new ResyncNeeded(doubt));
      return;
    }
    this.#options.onHeard();
    this.#established.add(progress);
    if (this.#established.size < position.ranges.length) {
      return;
    }
    this.#cancelDeadline();
    this.#options.onEstablished();
  }

  #onData(progress: RangeProgress, response: IWatchResponse): void {
    if (this.#isOver) {
      return;
    }
    const doubt = this.#options.position.doubt(headerOf(response));
    if (doubt !== undefined) {
      this.#end(new ResyncNeeded(doubt));
      return;
    }
    this.#options.onHeard();
    for (const event of response.events) {
      const revision = Number(event.kv.mod_revision);
      if (revision < progress.nextRevision) {
        continue;
      }
      const change = changeOf(event);
      progress.apply(change, keysAddedBy(event));
      this.#gatherer.add(revision, change);
    }
    const last = response.events.at(-1);
    if (last === undefined) {
      return;
    }
    // After the loop: the changes of one transaction share their revision.
    progress.nextRevision = Math.max(progress.nextRevision, Number(last.kv.mod_revision) + 1);
  }

  #end(error: unknown): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#cancelDeadline();
    // What is gathered counts as applied for the position, so it has to be told.
    this.#gatherer.flush();
    // Without this etcd3 would go on making streams for them. It may never settle, so nobody waits for it.
    for (const watcher of this.#watchers) {
      watcher.cancel().catch(() => {});
    }
    this.#reject(error);
  }
}

function headerOf({ header }: IWatchResponse): ResponseHeader {
  return {
    clusterId: header.cluster_id,
    revision: Number(header.revision),
    raftTerm: Number(header.raft_term),
  };
}

function changeOf({ type, kv }: IEvent): Change {
  const key = kv.key.toString('utf8');
  return type === 'Delete'
    ? { kind: 'delete', key }
    : { kind: 'put', key, value: kv.value.toString('utf8') };
}

/** What an event does to the number of keys. A key's version is 1 when it was created, and counts its puts. */
function keysAddedBy({ type, kv }: IEvent): -1 | 0 | 1 {
  if (type === 'Delete') {
    return -1;
  }
  return kv.version === '1' ? 1 : 0;
}
