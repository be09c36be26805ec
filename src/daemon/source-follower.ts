import type { Problem } from '../base/problem.js';
import type { Sources } from '../datastore/sources/sources.js';
import type { DecodedStore } from '../decode/decoded-store.js';

/** What a follower works on. */
export interface SourceFollowerParts {
  /** Read once already, so that a start has what it needs at once. */
  readonly sources: Sources;
  readonly store: DecodedStore;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
}

/** Takes what stands in files beside the datastore into the store. */
export class SourceFollower {
  readonly #parts: SourceFollowerParts;
  readonly #end = new AbortController();
  #following: Promise<void> | undefined;

  constructor(parts: SourceFollowerParts) {
    this.#parts = parts;
  }

  /** Those that are missing or can't be read. */
  problems(): readonly Problem[] {
    return this.#parts.sources.problems();
  }

  /**
   * Begins to follow them.
   *
   * @param onRead - told after each read which keys changed
   */
  start(onRead: (keys: readonly string[]) => void): void {
    const { sources, store, fatal } = this.#parts;
    const take = (): void => onRead(store.replaceFiles(sources.entries(), sources.unknown()));
    take();
    this.#following = sources.follow(take, this.#end.signal).catch(fatal);
  }

  /** Ends following; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#following;
  }
}
