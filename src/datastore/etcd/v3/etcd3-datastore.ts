/** etcd's v3 API as an `EditableDatastore`. The loop is in ../follower.ts, one connection's life in session.ts. */
import {
  DatastoreError,
  type DatastoreListener,
  type Edit,
  type EditableDatastore,
  type EditOutcome,
  type Snapshot,
} from '../../datastore.js';
import { OneAtATime } from '../../one-at-a-time.js';
import { explainFailure } from '../failure.js';
import { atFirstThatWorks, type EndpointChoice } from '../first-endpoint.js';
import { Follower, type Sessions } from '../follower.js';
import { spreadMsOf } from '../spread.js';
import { commitEdit } from './commit.js';
import { connect } from './connection.js';
import { type KeyRange, keyRangesOf } from './key-range.js';
import { entriesOf, list } from './list.js';
import { type Etcd3Options, type Etcd3Settings, withDefaults } from './options.js';
import { Patience } from './patience.js';
import type { Position } from './position.js';
import { runSession } from './session.js';

/** See the head of this file. */
export class Etcd3Datastore implements EditableDatastore {
  readonly description: string;
  readonly #settings: Etcd3Settings;
  readonly #ranges: readonly KeyRange[];
  readonly #choice: EndpointChoice;
  readonly #following = new OneAtATime('this datastore is followed already');

  constructor(options: Etcd3Options) {
    this.#settings = withDefaults(options);
    this.#ranges = keyRangesOf(options.keyPrefixes);
    this.#choice = { endpoints: options.endpoints, explain: explainFailure };
    this.description = `etcd3 ${options.endpoints.join(',')}`;
  }

  read(): Promise<Snapshot> {
    return atFirstThatWorks(this.#choice, async (endpoint) => {
      const { connection } = await connect(endpoint, this.#ranges, this.#settings);
      try {
        const listing = await list(connection, this.#ranges, this.#settings.pageSize);
        const { revision, clusterId } = listing.header;
        return { revision: String(revision), storeId: clusterId, entries: entriesOf(listing) };
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
      return await commitEdit(connection, this.#ranges, edit);
    } catch (error) {
      throw error instanceof DatastoreError ? error : commitError(error, endpoint);
    } finally {
      connection.close();
    }
  }

  follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    const [settings, ranges] = [this.#settings, this.#ranges];
    const patience = new Patience(settings);
    const sessions: Sessions<Position> = {
      run: (context, resumeFrom) =>
        runSession({ ...context, ranges, patience, settings: patience.settings }, resumeFrom),
      explain: explainFailure,
      spreadMs: ({ keys }) => spreadMsOf(keys),
    };
    return this.#following.run(() => new Follower(settings, sessions, { listener, signal }).run());
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
  if (kind === 'too-large') {
    return new DatastoreError(`${reason}; nothing was changed`, { advice, isRetryable, cause });
  }
  return new DatastoreError(`${reason}; whether the change was made is not known`, {
    advice: `look whether it was made before you repeat it; ${advice}`,
    isRetryable,
    cause,
  });
}
