/**
 * What each BIRD process is known to run: the generation that it accepted, and which process it was.
 *
 * Kept on disk, so that a restart of birdkeeper reloads nothing that is loaded, and loads what is not. A fact is written
 * after BIRD confirmed, and names a generation by its number, which is never used twice: a crash at any moment leaves at
 * worst an old fact, and costs one reload that changes nothing. So the file is replaced without waiting for the disk.
 */

import * as v from 'valibot';

import type { BirdDaemon } from '../render/file-set.js';
import type { Refusal } from './apply-outcome.js';
import type { BirdProcess } from './bird-process.js';
import { readTextIfThere, replaceFile } from './disk/small-file.js';

const Fact = v.object({
  sequence: v.number(),
  digest: v.string(),
  process: v.optional(v.string()),
  isInProgress: v.boolean(),
  loadedAt: v.number(),
});
const Refused = v.object({
  digest: v.string(),
  process: v.string(),
  at: v.number(),
  refusal: v.object({
    daemon: v.picklist(['bird', 'bird6']),
    file: v.string(),
    line: v.number(),
    column: v.exactOptional(v.number()),
    message: v.string(),
    text: v.exactOptional(v.string()),
  }),
});
const State = v.object({
  version: v.literal(2),
  loaded: v.object({ bird: v.exactOptional(Fact), bird6: v.exactOptional(Fact) }),
  refused: v.array(Refused),
});

/** How many refusals are remembered; a host that changes between so many bad states has other worries. */
const MAX_REFUSED = 10;

/** That BIRD can't open a file is no verdict on the text: rights can be given while text and process stay the same. */
const CANNOT_READ = /Unable to open|Permission denied|No such file/;
/** How long such a refusal is believed. */
const CANNOT_READ_MS = 60_000;

/** One fact. */
export interface LoadedFact {
  readonly sequence: number;
  /** Digest of that generation's file set. */
  readonly digest: string;
  /** Which BIRD process it was; `undefined` when it had no control socket to know it by. */
  readonly process?: string | undefined;
  /** BIRD said that some protocols were still going down or up. */
  readonly isInProgress: boolean;
  /** Milliseconds since 1970. */
  readonly loadedAt: number;
}

/** A file set that a running BIRD refused although its parser had accepted it: neither of the two will change its mind. */
export interface RefusedSet {
  readonly digest: string;
  /** Which BIRD process it was. */
  readonly process: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly refusal: Refusal;
}

/** Facts by BIRD process, in memory and on disk. */
export class LoadedFacts {
  readonly #path: string;
  #facts: Readonly<Partial<Record<BirdDaemon, LoadedFact>>> = {};
  #refused: readonly RefusedSet[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes in what the last run knew; a file that can't be understood is as good as none. */
  read(): void {
    const text = readTextIfThere(this.#path);
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), State), text);
    this.#facts = parsed.success ? parsed.output.loaded : {};
    this.#refused = parsed.success ? parsed.output.refused : [];
  }

  get(daemon: BirdDaemon): LoadedFact | undefined {
    return this.#facts[daemon];
  }

  /** The highest generation that any fact names; 0 without facts. */
  get usedSequence(): number {
    return Math.max(0, ...Object.values(this.#facts).map(({ sequence }) => sequence));
  }

  set(daemon: BirdDaemon, fact: LoadedFact): void {
    this.#facts = { ...this.#facts, [daemon]: fact };
  }

  /** Remembers that a running BIRD refuses a file set. */
  refuse(refused: RefusedSet): void {
    const others = this.#refused.filter(
      ({ digest, refusal }) =>
        digest !== refused.digest || refusal.daemon !== refused.refusal.daemon,
    );
    this.#refused = [...others, refused].slice(-MAX_REFUSED);
  }

  /** Why those of `birds` that still run are known to refuse the file set with this digest. */
  refusalsOf(digest: string, birds: readonly BirdProcess[], nowMs: number): readonly Refusal[] {
    const holds = ({ process, at, refusal: { daemon, message } }: RefusedSet): boolean =>
      birds.some((bird) => bird.instance.daemon === daemon && bird.isStill(process)) &&
      (nowMs < at + CANNOT_READ_MS || !CANNOT_READ.test(message));
    return this.#refused
      .filter((refused) => refused.digest === digest && holds(refused))
      .map(({ refusal }) => refusal);
  }

  /** Brings the facts to the file. */
  write(): void {
    const state = { version: 2, loaded: this.#facts, refused: this.#refused };
    replaceFile(this.#path, JSON.stringify(state));
  }
}
