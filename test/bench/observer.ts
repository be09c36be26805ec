/**
 * Watches from outside what birdkeeper does: when another generation of files became current, and when BIRD began and
 * ended to load it.
 *
 * A change of files is told by inotify; while somebody waits, files and BIRD's log are also looked at every
 * millisecond, so a time is late by a millisecond at most (if the machine has a processor to spare).
 */
import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import { BirdLog } from './bird-log.js';

/** One load of the configuration by BIRD. */
interface Reload {
  /** How many generations had been seen when it began: it loads the last of these. */
  readonly generation: number;
  /** On the clock of `performance.now()`; `undefined` while it goes on. */
  doneMs: number | undefined;
}

/** A generation of files that holds what was waited for. */
export interface Sighting {
  /** Its number, counted from 1. */
  readonly generation: number;
  /** When it became current, on the clock of `performance.now()`. */
  readonly atMs: number;
}

/** What is watched. */
export interface ObserverOptions {
  /** The configuration that BIRD reads, at its fixed path. */
  readonly configFile: string;
  /** Folders that change when the configuration does. */
  readonly folders: readonly string[];
  readonly birdLogFile: string;
}

const TIMEOUT_MS = 60_000;

/** See the head of this file. */
export class Observer {
  readonly #reloads: Reload[] = [];
  readonly #configFile: string;
  readonly #watchers: readonly FSWatcher[];
  readonly #log: BirdLog;
  #identity: string;
  #generation = 0;
  #changedMs = 0;
  #wake: () => void = () => {};
  #isGoing: () => boolean = () => true;

  constructor({ configFile, folders, birdLogFile }: ObserverOptions) {
    this.#configFile = configFile;
    this.#identity = identityOf(configFile);
    this.#log = new BirdLog(birdLogFile);
    this.#watchers = folders.map((folder) =>
      watch(folder, () => {
        this.#look();
        this.#wake();
      }),
    );
  }

  /** The configuration's text; empty when there is none. */
  text(): string {
    try {
      return readFileSync(this.#configFile, 'latin1');
    } catch {
      return '';
    }
  }

  /** How many loads have begun so far. */
  reloadCount(): number {
    this.#look();
    return this.#reloads.length;
  }

  /** From now on waiting ends with an error as soon as `isGoing` says no. */
  waitOnlyWhile(isGoing: () => boolean): void {
    this.#isGoing = isGoing;
  }

  /** Waits for a generation whose text is accepted by `holds`; the current one, if it is. */
  async fileThat(what: string, holds: (text: string) => boolean): Promise<Sighting> {
    let judged = -1;
    return this.#until(what, () => {
      if (judged === this.#generation) {
        return undefined;
      }
      // Before reading: what comes meanwhile is judged again.
      judged = this.#generation;
      const sighting = { generation: this.#generation, atMs: this.#changedMs };
      return holds(this.text()) ? sighting : undefined;
    });
  }

  /** Waits until BIRD has loaded a generation (or a later one); gives the time. */
  async loaded({ generation }: Sighting): Promise<number> {
    return this.#until(`BIRD to load generation ${generation}`, () => {
      const isIt = (reload: Reload): boolean =>
        reload.generation >= generation && reload.doneMs !== undefined;
      return this.#reloads.find(isIt)?.doneMs;
    });
  }

  /** Waits for the end of the load that is the next after `count` of them; gives the time. */
  async reloadDone(count: number): Promise<number> {
    return this.#until('BIRD to reconfigure', () => this.#reloads[count]?.doneMs);
  }

  close(): void {
    for (const watcher of this.#watchers) {
      watcher.close();
    }
    this.#log.close();
  }

  async #until<T>(what: string, check: () => T | undefined): Promise<T> {
    const deadlineMs = performance.now() + TIMEOUT_MS;
    for (;;) {
      this.#look();
      const value = check();
      if (value !== undefined) {
        return value;
      }
      if (!this.#isGoing()) {
        throw new Error(`birdkeeper ended; still waiting for ${what}`);
      }
      if (performance.now() > deadlineMs) {
        throw new Error(`timed out after ${TIMEOUT_MS} ms waiting for ${what}`);
      }
      await this.#nextLook();
    }
  }

  #nextLook(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The files before the log: a load that is seen to begin is then never older than the files that it reads. */
  #look(): void {
    const identity = identityOf(this.#configFile);
    if (identity !== this.#identity) {
      this.#identity = identity;
      this.#generation += 1;
      this.#changedMs = performance.now();
    }
    for (const event of this.#log.read()) {
      if (event === 'begun') {
        this.#reloads.push({ generation: this.#generation, doneMs: undefined });
        continue;
      }
      const reload = this.#reloads.find(({ doneMs }) => doneMs === undefined);
      if (reload) {
        reload.doneMs = performance.now();
      }
    }
  }
}

/** Differs whenever another file is reached at `path`, also through symbolic links; empty when there is none. */
function identityOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.mtimeMs}`;
}
