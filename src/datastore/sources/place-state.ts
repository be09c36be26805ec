import type { Problem } from '../../base/problem.js';
import { keyOfFile, type Place, type PlaceEntries, SourceError } from './place.js';

/** A place with what is known of it. */
export class PlaceState {
  readonly place: Place;
  #entries: PlaceEntries | undefined;
  #problem: Problem | undefined;
  #failure: SourceError | undefined;
  #isAway = false;

  constructor(place: Place) {
    this.place = place;
  }

  /** What it said when it was last read; undefined before the first time. */
  get entries(): PlaceEntries | undefined {
    return this.#entries;
  }

  /** What is wrong with it as a whole. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Why it can't be read, if that is so. */
  get failure(): SourceError | undefined {
    return this.#failure;
  }

  /** Whether it is missing or can't be read: then it is looked at more often. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Reads it anew. A place that can't be read keeps what it said. */
  async read(): Promise<void> {
    try {
      const entries = await this.place.read();
      this.#entries = entries ?? new Map();
      this.#failure = undefined;
      this.#isAway = entries === undefined;
      this.#problem = this.#isAway && !this.place.isOptional ? this.#missing() : undefined;
    } catch (error) {
      if (!(error instanceof SourceError)) {
        throw error;
      }
      this.#isAway = true;
      this.#failure = error;
      this.#problem = this.#unreadable(error);
    }
  }

  #missing(): Problem {
    const { setting, path } = this.place;
    return {
      code: 'source-missing',
      key: keyOfFile(this.place, path),
      reason: 'there is no such file or folder',
      action: `went on as if it were empty; create it, or correct --${setting}`,
    };
  }

  #unreadable({ message, advice }: SourceError): Problem {
    return {
      code: 'source-unreadable',
      key: keyOfFile(this.place, this.place.path),
      reason: message,
      action: `${this.#entries === undefined ? 'waits for it with everything' : 'kept what it said before'}; ${advice}`,
    };
  }
}
