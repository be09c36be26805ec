/** etcd 3 as a `Datastore`. The loop is in follower.ts, one connection's life in session.ts. */
import {
  DatastoreError,
  type DatastoreListener,
  type Edit,
  type EditableDatastore,
  type EditOutcome,
  type Snapshot,
} from '../datastore.js';
import { commitEdit } from './commit.js';
import { connect } from './connection.js';
import { explainFailure } from './failure.js';
import { atFirstThatWorks, type EndpointChoice } from './first-endpoint.js';
import { Follower, type Sessions } from './follower.js';
import { type KeyRange, keyRangesOf } from './key-range.js';
import { list } from './list.js';
import { type EtcdOptions, type EtcdSettings, withDefaults } from './options.js';
import type { Position } from './position.js';
import { runSession } from './session.js';

/** See the head of this file. */
export class EtcdDatastore implements EditableDatastore {
  readonly description: string;
  readonly #settings: EtcdSettings;
  readonly #ranges: readonly KeyRange[];
  readonly #choice: EndpointChoice;
  #follower: Follower<Position> | undefined;

  constructor(options: EtcdOptions) {
    this.#settings = withDefaults(options);
    this.#ranges = keyRangesOf(options.keyPrefixes);
    this.#choice = { endpoints: options.endpoints, explain: explainFailure };
    this.description = `etcd3 ${options.endpoints.join(',')}`;
  }

  read(): Promise<Snapshot> {
    return atFirstThatWorks(this.#choice, async (endpoint) => {
      const { connection } = await connect(endpoint, this.#ranges, this.#settings);
      try {
        const { header, entries } = await list(connection, this.#ranges, this.#settings.pageSize);
        return { revision: String(header.revision), entries };
      } finally {
        connection.close();
      }
    });
  }

  async commit(edit: Edit): Promise<EditOutcome> {
    const { connection, endpoint } = await atFirstThatWorks(
      { ...this.#choice, preface: 'nothing was changed: ' },
      async (candidate) => ({
        ...(await connect(candidate, this.#ranges, this.#settings)),
        endpoint: candidate,
      }),
    );
    // Not tried again elsewhere when it fails: etcd may have made the change before its answer was lost.
    try {
      return await commitEdit(await connection.etcd3Client(), edit);
    } catch (error) {
      throw commitError(error, endpoint);
    } finally {
      connection.close();
    }
  }

  async follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    if (this.#follower) {
      throw new Error('this datastore is followed already');
    }
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
}

/** What a failed commit means: a refusal changed nothing, of a lost answer nobody knows. */
function commitError(cause: unknown, endpoint: string): DatastoreError {
  const { kind, reason, advice, isRetryable } = explainFailure(cause, endpoint);
  if (kind === 'permission-denied') {
    return new DatastoreError(
      `etcd at ${endpoint} doesn't let our user write; nothing was changed`,
      {
        advice:
          'grant a role with that permission: etcdctl role grant-permission ROLE readwrite --prefix KEY',
        isRetryable,
        cause,
      },
    );
  }
  return new DatastoreError(`${reason}; whether the change was made is not known`, {
    advice: `look whether it was made before you repeat it; ${advice}`,
    isRetryable,
    cause,
  });
}
