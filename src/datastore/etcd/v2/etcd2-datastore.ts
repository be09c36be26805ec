/** etcd's v2 API as an `EditableDatastore`. The loop is in ../follower.ts, the use of one endpoint is in session.ts. */
import {
  DatastoreError,
  type DatastoreListener,
  type Edit,
  type EditableDatastore,
  type EditOutcome,
  type Snapshot,
} from '../../datastore.js';
import { OneAtATime } from '../../one-at-a-time.js';
import { atFirstThatWorks } from '../first-endpoint.js';
import { Follower, type Sessions } from '../follower.js';
import { spreadMsOf } from '../spread.js';
import { Etcd2Client } from './client.js';
import { compare, refuseUnfitKeys, write } from './edit.js';
import { explainEtcd2Failure } from './failure.js';
import type { Known } from './known.js';
import { directoriesOf, list } from './list.js';
import { type Etcd2Options, type Etcd2Settings, withDefaults } from './options.js';
import { runSession } from './session.js';

/** See the head of this file. */
export class Etcd2Datastore implements EditableDatastore {
  readonly description: string;
  readonly #settings: Etcd2Settings;
  readonly #directories: readonly string[];
  readonly #following = new OneAtATime('this datastore is followed already');

  constructor(options: Etcd2Options) {
    this.#settings = withDefaults(options);
    this.#directories = directoriesOf(options.keyPrefixes);
    this.description = `etcd2 ${options.endpoints.join(',')}`;
  }

  read(): Promise<Snapshot> {
    return this.#firstAnswer('', async (client) => {
      const { entries, head, isConsistent } = await list(client, this.#directories);
      if (!isConsistent) {
        throw new DatastoreError('the keys change faster than they can be read', {
          advice: 'try again when fewer keys are written',
          isRetryable: true,
        });
      }
      return async () => ({ revision: String(head.index), storeId: head.clusterId, entries });
    });
  }

  follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    const [settings, directories] = [this.#settings, this.#directories];
    const sessions: Sessions<Known> = {
      run: (context, resumeFrom) => runSession({ ...context, directories, settings }, resumeFrom),
      explain: explainEtcd2Failure,
      spreadMs: ({ keys }) => spreadMsOf(keys),
    };
    return this.#following.run(() => new Follower(settings, sessions, { listener, signal }).run());
  }

  async commit(edit: Edit): Promise<EditOutcome> {
    refuseUnfitKeys(edit);
    return this.#firstAnswer<EditOutcome>('nothing was changed: ', async (client, endpoint) => {
      const steps = await compare(client, edit);
      return async () => (steps === undefined ? 'overtaken' : write(client, endpoint, steps));
    });
  }

  /**
   * Asks one endpoint after the other until one answers, and goes on with that one: what `ask` gives is run once, since
   * a write may have been made although its answer is lost.
   */
  async #firstAnswer<T>(
    what: string,
    ask: (client: Etcd2Client, endpoint: string) => Promise<() => Promise<T>>,
  ): Promise<T> {
    const choice = {
      endpoints: this.#settings.endpoints,
      explain: explainEtcd2Failure,
      preface: what,
    };
    const { client, goOn } = await atFirstThatWorks(choice, async (endpoint) => {
      const candidate = await Etcd2Client.open(endpoint, this.#settings);
      try {
        return { client: candidate, goOn: await ask(candidate, endpoint) };
      } catch (error) {
        candidate.close();
        throw error;
      }
    });
    try {
      return await goOn();
    } finally {
      client.close();
    }
  }
}
