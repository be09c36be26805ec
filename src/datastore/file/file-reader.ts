import { readFile } from 'node:fs/promises';
import type { Logger } from '../../base/logger.js';
import { DatastoreError } from '../datastore.js';
import { type FileContents, parseEntries } from './parse-entries.js';

/** The entries of one read of the file, sorted by key. */
export interface FileEntries {
  /** The count of this read, as text. */
  readonly revision: string;
  readonly entries: ReadonlyMap<string, string>;
}

/** Reads a datastore file: its entries below the key prefixes. */
export class FileReader {
  readonly #options: {
    readonly path: string;
    readonly keyPrefixes: readonly string[];
    readonly logger: Logger;
  };
  readonly #reportedResources = new Set<string>();
  #reads = 0;

  constructor(options: {
    readonly path: string;
    readonly keyPrefixes: readonly string[];
    readonly logger: Logger;
  }) {
    this.#options = options;
  }

  /** @throws {DatastoreError} when the file can't be read, or isn't what it should be */
  async read(): Promise<FileEntries> {
    const { path, keyPrefixes } = this.#options;
    const parsed = parseEntries(await readText(path));
    if (!parsed.ok) {
      throw new DatastoreError(`${path}:${parsed.reason}`, {
        advice: 'mend the file; until then what was read before stays in force',
        isRetryable: false,
      });
    }
    this.#reportResources(parsed.value);
    const entries = [...parsed.value.entries]
      .filter(([key]) => keyPrefixes.some((keyPrefix) => key.startsWith(keyPrefix)))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    this.#reads++;
    return { revision: String(this.#reads), entries: new Map(entries) };
  }

  #reportResources({ ignoredResources }: FileContents): void {
    const { path, logger } = this.#options;
    for (const resource of ignoredResources) {
      if (this.#reportedResources.has(resource)) {
        continue;
      }
      this.#reportedResources.add(resource);
      const advice = 'write its content as keys of Calico v1; resources are not read yet';
      logger.warn(
        { path, resource, advice },
        'ignoring a Calico v3 resource in the datastore file',
      );
    }
  }
}

/** The text of a datastore file. @throws {DatastoreError} */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatastoreError(`can't read the datastore file ${path}: ${reason}`, {
      advice: 'create the file, let birdkeeper read it, or correct --file',
      isRetryable: true,
      cause: error,
    });
  }
}
