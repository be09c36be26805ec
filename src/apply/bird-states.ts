/** What each BIRD process of this host runs: the one place that knows. Everybody who shows it asks here, at that moment. */

import type { BirdDaemon } from '../render/file-set.js';
import type { BirdProcess } from './bird-process.js';
import type { BirdCondition } from './condition-watch.js';
import type { Generation } from './disk/generation-folders.js';
import type { LoadedFact, LoadedFacts } from './loaded-facts.js';

/** One BIRD process. Times are milliseconds since 1970. */
export interface BirdState extends BirdCondition {
  readonly daemon: BirdDaemon;
  /** Whether it answers on its control socket, and since when that is so. */
  readonly isUp: boolean;
  readonly since: number;
  /** Whether the configuration has anything for it to do; `bird6` of a host without IPv6 may stay away. */
  readonly isNeeded: boolean;
  /** What the process that is there now has confirmed to run; absent when it is away, or has not confirmed anything. */
  readonly loaded?: LoadedGeneration;
}

/** A generation as one BIRD process runs it. */
export interface LoadedGeneration {
  readonly sequence: number;
  readonly digest: string;
  /** When BIRD confirmed it. */
  readonly at: number;
  /** BIRD runs it, and some protocols are still going down or up. */
  readonly isInProgress: boolean;
}

/** What stands on disk, and what BIRD runs. */
export interface ApplierState {
  /** The good generation that stands on disk; absent while there is none. */
  readonly generation?: {
    readonly sequence: number;
    readonly digest: string;
    /** When the last of the BIRD processes that are needed confirmed to run it; absent while one of them doesn't. */
    readonly loadedAt?: number;
  };
  readonly birds: readonly BirdState[];
  /** A generation that BIRD undoes at `until`, in milliseconds since 1970, unless it is confirmed before. */
  readonly trial?: { readonly sequence: number; readonly until: number };
  /** A generation that failed its trial: what it is of isn't tried again before something else was applied. */
  readonly quarantine?: {
    readonly sequence: number;
    readonly reason: string;
    readonly since: number;
  };
}

/** See the head of this file. */
export class BirdStates {
  readonly #birds: readonly BirdProcess[];
  readonly #facts: LoadedFacts;

  constructor(birds: readonly BirdProcess[], facts: LoadedFacts) {
    this.#birds = birds;
    this.#facts = facts;
  }

  /** The BIRD processes that `generation` concerns and that are not known to run it. */
  notLoaded(generation: Generation): readonly BirdProcess[] {
    return this.#birds.filter(
      (bird) =>
        isNeeded(bird, generation) && this.#loadedBy(bird)?.sequence !== generation.sequence,
    );
  }

  /** Whether any BIRD process is known to run `generation`. */
  isRun({ sequence }: Generation): boolean {
    return this.#birds.some((bird) => this.#loadedBy(bird)?.sequence === sequence);
  }

  /** How it is now, with `standing` on disk. */
  current(standing: Generation | undefined): ApplierState {
    const birds = this.#birds.map((bird) => this.#stateOf(bird, standing));
    if (standing === undefined) {
      return { birds };
    }
    const { sequence, fileSet } = standing;
    const loaded = birds.flatMap(({ isNeeded, loaded }) => (isNeeded ? [loaded] : []));
    const isLoaded = loaded.length > 0 && loaded.every((one) => one?.sequence === sequence);
    const loadedAt = Math.max(...loaded.map((one) => one?.at ?? 0));
    return {
      generation: { sequence, digest: fileSet.digest, ...(isLoaded && { loadedAt }) },
      birds,
    };
  }

  #stateOf(bird: BirdProcess, standing: Generation | undefined): BirdState {
    const { isUp, sinceMs: since } = bird.presence;
    const { daemon } = bird.instance;
    const fact = this.#loadedBy(bird);
    return {
      daemon,
      isUp,
      since,
      isNeeded: isNeeded(bird, standing),
      ...bird.condition,
      ...(fact && { loaded: loadedOf(fact) }),
    };
  }

  /** What the process that is there now is known to run. */
  #loadedBy(bird: BirdProcess): LoadedFact | undefined {
    const fact = this.#facts.get(bird.instance.daemon);
    return fact !== undefined && bird.isStill(fact.process) ? fact : undefined;
  }
}

function loadedOf({ sequence, digest, loadedAt: at, isInProgress }: LoadedFact): LoadedGeneration {
  return { sequence, digest, at, isInProgress };
}

/** A process that would have nothing to do may be left out of a host (bird6 without IPv6). */
function isNeeded(bird: BirdProcess, generation: Generation | undefined): boolean {
  const { daemon } = bird.instance;
  const main = generation?.fileSet.mainFiles.find((file) => file.daemon === daemon);
  const isThere = (): boolean => bird.identify() !== undefined;
  if (generation === undefined) {
    return daemon === 'bird' || isThere();
  }
  return main !== undefined && (!main.isOptional || isThere());
}
