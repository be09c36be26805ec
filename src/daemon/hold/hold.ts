/** Holds what stands while the datastore lost what it came from (hold-rules.ts), and lets go of it. */

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Host } from '../../plan/host.js';
import { type FootingFact, FootingFile } from './footing-file.js';
import { type HeldState, HoldFiles } from './hold-files.js';
import { type Footing, isOtherStore, reasonToHold, type StoreMark } from './hold-rules.js';

/** What a hold needs. */
export interface HoldOptions {
  readonly stateDir: string;
  readonly host: Pick<Host, 'role' | 'nodeName'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long the datastore has to ask for so many sessions before a state that is nearly whole counts, in milliseconds. */
const STEADY_MS = 600_000;

/** How often a release is looked for while something is held, in milliseconds. */
const LOOK_MS = 500;

/** See the head of this file. */
export class Hold {
  readonly #options: HoldOptions;
  readonly #files: HoldFiles;
  readonly #footingFile: FootingFile;
  #footing: FootingFact;
  /** Which store is followed now, and how far. */
  #store: StoreMark | undefined;
  /** Whether the store is another one, or an older state of it, than that of the last state that was let through. */
  #isOtherStore = false;
  #held: HeldState | undefined;
  #isHeldTold = true;
  /** Since when what is held was first held, in a former run too. */
  #since: number | undefined;
  /** How many sessions the datastore asked for last, and since when. */
  #asked = { sessions: -1, sinceMs: 0 };
  #isSteadyTold = false;
  #cancelLook: (() => void) | undefined;
  #lastError = '';
  #onDue: () => void = () => {};

  private constructor(options: HoldOptions, file: FootingFile, footing: FootingFact) {
    this.#options = options;
    this.#files = new HoldFiles(options.stateDir);
    this.#footingFile = file;
    this.#footing = footing;
    this.#store = footing.store;
  }

  /** Takes up what the last run knew. */
  static async open(options: HoldOptions): Promise<Hold> {
    const file = new FootingFile(options);
    const hold = new Hold(options, file, await file.read());
    if (hold.#footing.isHeld) {
      const held = await hold.#orSaid(() => hold.#files.held(), CANNOT_READ_HELD);
      hold.#since = held?.since;
    } else {
      // A crash may have left them when it was let go: the release of then must not let the same state through once more.
      await hold.#tell(undefined);
    }
    return hold;
  }

  /** What is held back now. */
  get held(): HeldState | undefined {
    return this.#held;
  }

  /** Has `onDue` told when another pass would decide otherwise. */
  watch(onDue: () => void): void {
    this.#onDue = onDue;
  }

  /** A whole snapshot came of this store; `undefined` when it doesn't say which it is. */
  noteSnapshot(store: StoreMark | undefined): void {
    this.#isOtherStore ||= isOtherStore(this.#store, store);
    this.#store = store;
  }

  /** The store that is followed has got so far. */
  noteRevision(revision: number): void {
    this.#store = this.#store && { ...this.#store, revision };
  }

  /**
   * Judges a state before it is applied. One that is not held is what stands from now on.
   *
   * @param state - digest of the files that it leads to
   */
  async judge(now: Footing, state: string): Promise<HeldState | undefined> {
    const { host, clock, logger } = this.#options;
    if (now.sessions !== this.#asked.sessions) {
      this.#asked = { sessions: now.sessions, sinceMs: clock.monotonic() };
      this.#isSteadyTold = false;
    }
    const reason = reasonToHold(host.nodeName, this.#footing, now, {
      isDoubted: this.#footing.isHeld || this.#isOtherStore,
      isSteady: this.#isSteady(),
    });
    const isReleased = reason !== undefined && (await this.#released()) === state;
    if (isReleased) {
      logger.warn(reason, 'an operator lets through what was held back');
    }
    if (reason === undefined || isReleased) {
      await this.#letGo(now);
      return undefined;
    }
    this.#footing = { ...this.#footing, isHeld: true };
    await this.#footingFile.write(this.#footing);
    this.#since ??= clock.now();
    await this.#hold({ ...reason, state, since: this.#since });
    return this.#held;
  }

  /** Ends looking for a release. What is held stays so for the next start. */
  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  #isSteady(): boolean {
    return this.#options.clock.monotonic() - this.#asked.sinceMs >= STEADY_MS;
  }

  async #letGo(now: Footing): Promise<void> {
    const { role, nodeName } = this.#options.host;
    const wasHeld = this.#held !== undefined || this.#footing.isHeld;
    const store = this.#store;
    this.stop();
    this.#held = undefined;
    this.#since = undefined;
    this.#isOtherStore = false;
    this.#footing = { ...now, role, node: nodeName, isHeld: false, ...(store && { store }) };
    await this.#footingFile.write(this.#footing);
    if (wasHeld || !this.#isHeldTold) {
      await this.#tell(undefined);
    }
  }

  async #hold(held: HeldState): Promise<void> {
    const isNews = held.state !== this.#held?.state || held.reason !== this.#held.reason;
    this.#held = held;
    if (isNews) {
      await this.#tell(held);
    }
    this.#cancelLook ??= this.#options.clock.after(LOOK_MS, () => void this.#look());
  }

  /** Looks for a release, and for the end of what changes. */
  async #look(): Promise<void> {
    if (!this.#isHeldTold) {
      await this.#tell(this.#held);
    }
    const isReleased = (await this.#released()) === this.#held?.state;
    const isNewlySteady = !this.#isSteadyTold && this.#isSteady();
    if (this.#cancelLook === undefined) {
      return;
    }
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => void this.#look());
    if (isReleased || isNewlySteady) {
      this.#isSteadyTold = isNewlySteady;
      this.#onDue();
    }
  }

  async #tell(held: HeldState | undefined): Promise<void> {
    this.#isHeldTold =
      (await this.#orSaid(async () => {
        await this.#files.tellHeld(held);
        return true;
      }, CANNOT_WRITE_HELD)) ?? false;
  }

  #released(): Promise<string | undefined> {
    return this.#orSaid(() => this.#files.released(), "an operator's release cannot be read");
  }

  /** What `work` gives; an error is said, once while it stays the same. */
  async #orSaid<T>(work: () => Promise<T>, message: string): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const text = `${message}: ${error}`;
      if (text !== this.#lastError) {
        this.#options.logger.warn({ err: error }, message);
      }
      this.#lastError = text;
      return undefined;
    }
  }
}

const CANNOT_READ_HELD = 'what a former run held back cannot be read; it is judged anew';
const CANNOT_WRITE_HELD =
  'cannot write to the state directory what is held back, and trying again; until then `birdkeeper release` does not find it';
