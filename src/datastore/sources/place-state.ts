import type { Problem } from '../../base/problem.js';
import { keyOfFile, type Place, type PlaceEntries, SourceError } from './place.js';

/** Also over a restart. At a first start nothing is known of it. */
const STANDS = 'went on with what it said last, if that is known';

/** A place with what is known of it. */
export class PlaceState {
  readonly place: Place;
  #entries: PlaceEntries | undefined;
  #problem: Problem | undefined;
  #isAway = false;

  constructor(place: Place) {
    this.place = place;
  }

  /** What it said when it could last be read; undefined before the first time. */
  get entries(): PlaceEntries | undefined {
    return this.#entries;
  }

  /** What is wrong with it as a whole. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Whether it is missing or can't be read: then it is looked at more often. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Reads it anew. A place that can't be read, or is missing and must not be, keeps what it said. */
  async read(): Promise<void> {
    try {
      const entries = await this.place.read();
      this.#isAway = entries === undefined;
      const isLost = entries === undefined && !this.place.isOptional;
      this.#entries = isLost ? this.#entries : (entries ?? new Map());
      this.#problem = isLost ? this.#missing() : undefined;
    } catch (error) {
      if (!(error instanceof SourceError)) {
        throw error;
      }
      this.#isAway = true;
      this.#problem = this.#unreadable(error);
    }
  }

  #missing(): Problem {
    const { setting, path } = this.place;
    return {
      code: 'source-missing',
      key: keyOfFile(this.place, path),
      reason: 'there is no such file or folder',
      action: `${STANDS}; create it, or correct --${setting}`,
    };
  }

  #unreadable({ message, advice }: SourceError): Problem {
    return {
      code: 'source-unreadable',
      key: keyOfFile(this.place, this.place.path),
      reason: message,
      action: `${STANDS}; ${advice}`,
    };
  }
}
