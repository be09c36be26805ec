/** etcd 3 as a `Datastore`. The loop is in follower.ts, one connection's life in session.ts. */
import {
  type Datastore,
  DatastoreError,
  type DatastoreListener,
  type Snapshot,
} from '../datastore.js';
import { connect } from './connection.js';
import { type EtcdFailure, explainFailure } from './failure.js';
import { Follower, type Sessions } from './follower.js';
import { type KeyRange, keyRangesOf } from './key-range.js';
import { list } from './list.js';
import { type EtcdOptions, type EtcdSettings, withDefaults } from './options.js';
import type { Position } from './position.js';
import { runSession } from './session.js';

/** See the head of this file. */
export class EtcdDatastore implements Datastore {
  readonly description: string;
  readonly #settings: EtcdSettings;
  readonly #ranges: readonly KeyRange[];
  #follower: Follower<Position> | undefined;

  constructor(options: EtcdOptions) {
    this.#settings = withDefaults(options);
    this.#ranges = keyRangesOf(options.keyPrefixes);
    this.description = `etcd3 ${options.endpoints.join(',')}`;
  }

  async read(): Promise<Snapshot> {
    const failures: EtcdFailure[] = [];
    let cause: unknown;
    for (const endpoint of this.#settings.endpoints) {
      try {
        return await this.#readFrom(endpoint);
      } catch (error) {
        cause = error;
        failures.push(explainFailure(error, endpoint));
      }
    }
    throw new DatastoreError(failures.map(({ reason }) => reason).join('; '), {
      advice: failures.at(-1)?.advice ?? 'give --etcd-endpoints',
      isRetryable: failures.some(({ isRetryable }) => isRetryable),
      cause,
    });
  }

  async follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    if (this.#follower) throw new Error('this datastore is followed already');
    const [settings, ranges] = [this.#settings, this.#ranges];
    const sessions: Sessions<Position> = {
      run: (context, resumeFrom) => runSession({ ...context, ranges, settings }, resumeFrom),
      explain: explainFailure,
    };
    this.#follower = new Follower(settings, sessions, { listener, signal });
    try {
      await this.#follower.run();
    } finally {
      this.#follower = undefined;
    }
  }

  resync(): void {
    this.#follower?.resync();
  }

  async #readFrom(endpoint: string): Promise<Snapshot> {
    const { connection } = await connect(endpoint, this.#ranges, this.#settings);
    try {
      const { header, entries } = await list(connection, this.#ranges, this.#settings.pageSize);
      return { revision: String(header.revision), entries };
    } finally {
      connection.close();
    }
  }
}
