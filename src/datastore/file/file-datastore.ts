/**
 * A YAML file as a `Datastore`: no server is needed. See parse-entries.ts for its form.
 *
 * The file may be missing, and may be replaced while it is followed. What can't be read leaves the last good contents
 * in force, and is told as `lost` until it is mended.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type {
  DatastoreListener,
  Edit,
  EditableDatastore,
  EditOutcome,
  Snapshot,
} from '../datastore.js';
import { FileWatch } from '../file-watch.js';
import { ListenerGuard } from '../listener-guard.js';
import { OneAtATime } from '../one-at-a-time.js';
import { commitToFile } from './file-editor.js';
import { FileFollower } from './file-follower.js';
import { FileReader } from './file-reader.js';

/** What a `FileDatastore` needs. */
export interface FileOptions {
  readonly path: string;
  readonly keyPrefixes: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** The file is read this often without any sign of a change, in milliseconds; 30 s unless told. */
  readonly rereadMs?: number;
  /** And this often while it can't be read; 1 s unless told. */
  readonly retryMs?: number;
}

/** See the head of this file. */
export class FileDatastore implements EditableDatastore {
  readonly description: string;
  readonly #options: FileOptions;
  readonly #reader: FileReader;
  readonly #following = new OneAtATime('this datastore is followed already');

  constructor(options: FileOptions) {
    this.#options = options;
    this.#reader = new FileReader(options);
    this.description = `file ${options.path}`;
  }

  async read(): Promise<Snapshot> {
    const { revision, entries } = await this.#reader.read();
    return { revision, entries: [...entries].map(([key, value]) => ({ key, value })) };
  }

  commit(edit: Edit): Promise<EditOutcome> {
    return commitToFile(this.#options.path, edit);
  }

  follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    return this.#following.run(() => this.#follow(listener, signal));
  }

  async #follow(listener: DatastoreListener, signal: AbortSignal): Promise<void> {
    const { path, clock, logger, rereadMs = 30_000, retryMs = 1_000 } = this.#options;
    const fault = new AbortController();
    const end = AbortSignal.any([signal, fault.signal]);
    const guard = new ListenerGuard({ listener, signal, onFault: () => fault.abort() });
    const watch = new FileWatch({ path, clock, settleMs: 50, settleMaxMs: 500 });
    const follower = new FileFollower({
      path,
      reader: this.#reader,
      listener: guard.listener,
      logger,
      signal: end,
    });
    guard.listener.state({ kind: 'connecting' });
    try {
      // Before the first read, so that no change falls between the two.
      await watch.arm();
      while (!end.aborted) {
        const hasComeBack = await follower.update();
        // A watch of a file in a folder that wasn't there never tells anything.
        if (hasComeBack) {
          await watch.arm();
          await follower.update();
        }
        await watch.changed(follower.isLost ? retryMs : rereadMs, end);
      }
    } finally {
      await watch.close();
    }
    guard.throwFault();
  }
}
