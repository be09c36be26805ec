import type { Logger } from '../../base/logger.js';
import { type Change, DatastoreError, type DatastoreListener } from '../datastore.js';
import type { FileEntries, FileReader } from './file-reader.js';

/** What a `FileFollower` needs. */
export interface FileFollowerOptions {
  readonly path: string;
  readonly reader: FileReader;
  readonly listener: DatastoreListener;
  readonly logger: Logger;
  /** Nothing is told after it aborts. */
  readonly signal: AbortSignal;
}

/** Reads a file again and again, and tells a listener what is different. */
export class FileFollower {
  readonly #options: FileFollowerOptions;
  /** What the listener knows; undefined before the first snapshot. */
  #known: ReadonlyMap<string, string> | undefined;
  #stateTold: 'none' | 'synced' | 'lost' = 'none';
  #lostReason = '';

  constructor(options: FileFollowerOptions) {
    this.#options = options;
  }

  /** Whether the last read failed. */
  get isLost(): boolean {
    return this.#stateTold === 'lost';
  }

  /** Reads the file, and tells what came of it. Resolves to true when the file had been lost and can be read again. */
  async update(): Promise<boolean> {
    const { reader, signal } = this.#options;
    const wasLost = this.isLost;
    try {
      const read = await reader.read();
      if (signal.aborted) {
        return false;
      }
      this.#tellEntries(read);
      this.#tellSynced();
    } catch (error) {
      if (!(error instanceof DatastoreError)) {
        throw error;
      }
      if (!signal.aborted) {
        this.#tellLost(error);
      }
    }
    return wasLost && !this.isLost;
  }

  #tellEntries({ revision, entries }: FileEntries): void {
    const { listener } = this.#options;
    const known = this.#known;
    this.#known = entries;
    listener.heard();
    if (known === undefined) {
      // Nothing here could wait for the listener. It is guarded, so that its promise never rejects.
      void listener.snapshot({
        revision,
        entries: [...entries].map(([key, value]) => ({ key, value })),
      });
      return;
    }
    const changes = changesBetween(known, entries);
    if (changes.length > 0) {
      listener.changes(changes, revision);
    }
  }

  #tellSynced(): void {
    if (this.#stateTold === 'synced') {
      return;
    }
    const { logger, path, listener } = this.#options;
    logger.info(
      { path },
      this.isLost ? 'the datastore file is back' : 'following the datastore file',
    );
    this.#stateTold = 'synced';
    listener.state({ kind: 'synced' });
  }

  #tellLost({ message, advice }: DatastoreError): void {
    if (this.isLost && this.#lostReason === message) {
      return;
    }
    const { logger, path, listener } = this.#options;
    logger.warn(
      { path, reason: message, advice },
      "can't use the datastore file; going on with what is known, and trying again",
    );
    this.#stateTold = 'lost';
    this.#lostReason = message;
    listener.state({ kind: 'lost', reason: message, advice });
  }
}

/** What makes `after` of `before`, sorted by key. */
function changesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Change[] {
  const changes: Change[] = [];
  for (const [key, value] of after) {
    if (before.get(key) !== value) {
      changes.push({ kind: 'put', key, value });
    }
  }
  for (const key of before.keys()) {
    if (!after.has(key)) {
      changes.push({ kind: 'delete', key });
    }
  }
  return changes.sort((a, b) => (a.key < b.key ? -1 : 1));
}
