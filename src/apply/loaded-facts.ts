/**
 * What each BIRD process is known to run: the generation that it accepted, and which process it was.
 *
 * Kept on disk, so that a restart of birdkeeper reloads nothing that is loaded, and loads what is not. A fact is written
 * after BIRD confirmed, and names a generation by its number, which is never used twice: a crash at any moment leaves at
 * worst an old fact, and costs one reload that changes nothing. So the file is replaced without waiting for the disk. A
 * backup that is restored would have numbers used twice: so a fact names the mark of its generation, too.
 */

import * as v from 'valibot';

import type { Logger } from '../base/logger.js';
import type { BirdDaemon } from '../render/file-set.js';
import { fileError } from './apply-error.js';
import type { Refusal } from './apply-outcome.js';
import type { BirdProcess } from './bird-process.js';
import { readTextIfThere, replaceFile } from './disk/small-file.js';
import type { OwedReloads } from './soft-configure.js';

const Fact = v.object({
  sequence: v.number(),
  digest: v.string(),
  process: v.optional(v.string()),
  isInProgress: v.boolean(),
  loadedAt: v.number(),
  mark: v.exactOptional(v.string()),
});
const Refused = v.object({
  digest: v.string(),
  process: v.string(),
  until: v.exactOptional(v.number()),
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
  owed: v.exactOptional(
    v.object({ bird: v.exactOptional(v.string()), bird6: v.exactOptional(v.string()) }),
  ),
});

/** How many refusals are remembered; a host that changes between so many bad states has other worries. */
const MAX_REFUSED = 10;

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
  /** Mark of the generation on disk (`Generations.markOf`); absent when it could not be read, or was not kept yet. */
  readonly mark?: string;
}

/** A file set that a running BIRD refused although its parser had accepted it. */
export interface RefusedSet {
  readonly digest: string;
  /** Which BIRD process it was. */
  readonly process: string;
  /**
   * When it is no longer believed, in milliseconds since 1970; absent when neither BIRD nor its parser will change its mind.
   */
  readonly until?: number;
  readonly refusal: Refusal;
}

/** Facts by BIRD process, in memory and on disk. */
export class LoadedFacts {
  readonly #path: string;
  #facts: Readonly<Partial<Record<BirdDaemon, LoadedFact>>> = {};
  #refused: readonly RefusedSet[] = [];
  #owed = new Map<BirdDaemon, string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes in what the last run knew; a file that can't be understood is as good as none, and said. */
  read(logger?: Logger): void {
    const text = readTextIfThere(this.#path);
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), State), text);
    if (!parsed.success && text !== undefined) {
      logger?.warn(
        { file: this.#path },
        'what each BIRD runs cannot be read; all are told to load what stands',
      );
    }
    this.#facts = parsed.success ? parsed.output.loaded : {};
    this.#refused = parsed.success ? parsed.output.refused : [];
    this.#owed = new Map(
      Object.entries((parsed.success && parsed.output.owed) || {}) as [BirdDaemon, string][],
    );
  }

  /** The reloads of filters that BIRD processes are owed. A new one is in the file before it is asked for, or isn't owed. */
  get owed(): OwedReloads {
    return {
      get: (daemon) => this.#owed.get(daemon),
      set: (daemon, process) => {
        if (this.#owed.get(daemon) !== process) {
          this.#noteOwed(daemon, process);
        }
      },
      delete: (daemon) => {
        this.#owed.delete(daemon);
      },
    };
  }

  get(daemon: BirdDaemon): LoadedFact | undefined {
    return this.#facts[daemon];
  }

  /** What was loaded by any process at last, whether that still runs or not; the newest first. */
  get all(): readonly LoadedFact[] {
    return Object.values(this.#facts).sort((a, b) => b.sequence - a.sequence);
  }

  set(daemon: BirdDaemon, fact: LoadedFact): void {
    this.#facts = { ...this.#facts, [daemon]: fact };
    this.#refused = this.#refused.filter(
      ({ digest, refusal }) => digest !== fact.digest || refusal.daemon !== daemon,
    );
  }

  /**
   * Drops facts of generations that are not on disk as they were when they were loaded: a backup has brought folder and
   * facts back, while the BIRD that they are about went on.
   *
   * @param markOf - the mark of a generation; `undefined` when it isn't there
   */
  forgetRestored(markOf: (sequence: number) => string | undefined): void {
    const isOurs = ({ sequence, mark }: LoadedFact): boolean => {
      const now = markOf(sequence);
      return mark === undefined || now === undefined || mark === now;
    };
    const kept = Object.entries(this.#facts).filter(([, fact]) => isOurs(fact));
    this.#facts = Object.fromEntries(kept);
  }

  /** Remembers that a running BIRD refuses a file set. */
  refuse(refused: RefusedSet): void {
    const others = this.#refused.filter(
      ({ digest, refusal }) =>
        digest !== refused.digest || refusal.daemon !== refused.refusal.daemon,
    );
    this.#refused = [...others, refused].slice(-MAX_REFUSED);
  }

  /** Whether any BIRD has refused the file set with this digest, and none of that name has taken it since. */
  isRefused(digest: string): boolean {
    return this.#refused.some((refused) => refused.digest === digest);
  }

  /** Why those of `birds` that still run are known to refuse the file set with this digest. */
  refusalsOf(digest: string, birds: readonly BirdProcess[], nowMs: number): readonly Refusal[] {
    const holds = ({ process, until, refusal: { daemon } }: RefusedSet): boolean =>
      birds.some((bird) => bird.instance.daemon === daemon && bird.isStill(process)) &&
      (until === undefined || nowMs < until);
    return this.#refused
      .filter((refused) => refused.digest === digest && holds(refused))
      .map(({ refusal }) => refusal);
  }

  /** Brings the facts to the file. */
  write(): void {
    const owed = Object.fromEntries(this.#owed);
    const state = { version: 2, loaded: this.#facts, refused: this.#refused, owed };
    replaceFile(this.#path, JSON.stringify(state));
  }

  #noteOwed(daemon: BirdDaemon, process: string): void {
    this.#owed.set(daemon, process);
    try {
      this.write();
    } catch (error) {
      this.#owed.delete(daemon);
      throw fileError(`cannot note in ${this.#path} that ${daemon} is owed a reload`, error);
    }
  }
}
