/** Holds what stands while the datastore lost what it came from (hold-rules.ts), and lets go of it. */

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Host } from '../../plan/host.js';
import type { KeptFile } from '../kept-file.js';
import { type FootingFact, footingFile, type HeldState, HoldFiles } from './hold-files.js';
import { type Footing, type Reason, reasonToHold } from './hold-rules.js';

/** What a hold needs. */
export interface HoldOptions {
  readonly stateDir: string;
  readonly host: Pick<Host, 'role' | 'nodeName'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long the datastore has to be left alone before a state that is nearly whole again counts, in milliseconds. */
const STILL_MS = 30_000;

/** How often a release is looked for while something is held, in milliseconds. */
const LOOK_MS = 500;

/** See the head of this file. */
export class Hold {
  readonly #options: HoldOptions;
  readonly #files: HoldFiles;
  readonly #footingFile: KeptFile<FootingFact>;
  #footing: FootingFact;
  #held: HeldState | undefined;
  #changedMs: number;
  #isStillTold = false;
  #cancelLook: (() => void) | undefined;
  #unreadable = '';
  #onDue: () => void = () => {};

  private constructor(options: HoldOptions, file: KeptFile<FootingFact>, footing: FootingFact) {
    this.#options = options;
    this.#files = new HoldFiles(options.stateDir);
    this.#footingFile = file;
    this.#footing = footing;
    this.#changedMs = options.clock.monotonic();
  }

  /** Takes up what the last run knew. */
  static async open(options: HoldOptions): Promise<Hold> {
    const { stateDir, host, logger } = options;
    const file = footingFile(stateDir, host, logger);
    return new Hold(options, file, await knownOf(file, host));
  }

  /** What is held back now. */
  get held(): HeldState | undefined {
    return this.#held;
  }

  /** Has `onDue` told when another pass would decide otherwise. */
  watch(onDue: () => void): void {
    this.#onDue = onDue;
  }

  /** The datastore changed. */
  noteChange(): void {
    this.#changedMs = this.#options.clock.monotonic();
    this.#isStillTold = false;
  }

  /**
   * Judges a state before it is applied. One that is not held is what stands from now on.
   *
   * @param state - digest of the files that it leads to
   */
  async judge(now: Footing, state: string): Promise<HeldState | undefined> {
    const { host, clock, logger } = this.#options;
    const { isHeld } = this.#footing;
    const reason = reasonToHold(host.nodeName, this.#footing, now, {
      isHeld,
      isStill: this.#isStill(),
    });
    const isReleased = reason !== undefined && (await this.#released()) === state;
    if (isReleased) {
      logger.warn(reason, 'an operator lets through what was held back');
    }
    if (reason === undefined || isReleased) {
      await this.#letGo(now);
      return undefined;
    }
    await this.#footingFile.write({ ...this.#footing, isHeld: true });
    this.#footing = { ...this.#footing, isHeld: true };
    await this.#hold({ ...reason, state, since: this.#held?.since ?? clock.now() });
    return this.#held;
  }

  /** Ends looking for a release. What is held stays so for the next start. */
  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  #isStill(): boolean {
    return this.#options.clock.monotonic() - this.#changedMs >= STILL_MS;
  }

  async #letGo(now: Footing): Promise<void> {
    const { role, nodeName } = this.#options.host;
    const wasHeld = this.#held !== undefined || this.#footing.isHeld;
    this.stop();
    this.#held = undefined;
    this.#footing = { ...now, role, node: nodeName, isHeld: false };
    await this.#footingFile.write(this.#footing);
    if (wasHeld) {
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
    const { clock } = this.#options;
    const isReleased = (await this.#released()) === this.#held?.state;
    const hasBecomeStill = !this.#isStillTold && this.#isStill();
    if (this.#cancelLook === undefined) {
      return;
    }
    this.#cancelLook = clock.after(LOOK_MS, () => void this.#look());
    if (isReleased || hasBecomeStill) {
      this.#isStillTold = hasBecomeStill;
      this.#onDue();
    }
  }

  async #tell(held: HeldState | undefined): Promise<void> {
    try {
      await this.#files.tellHeld(held);
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'cannot write to the state directory what is held back; `birdkeeper release` would not find it',
      );
    }
  }

  async #released(): Promise<string | undefined> {
    try {
      return await this.#files.released();
    } catch (error) {
      const text = String(error);
      if (text !== this.#unreadable) {
        this.#options.logger.warn({ err: error }, "an operator's release cannot be read");
      }
      this.#unreadable = text;
      return undefined;
    }
  }
}

/** Why a daemon with this state directory would hold back a state; `undefined` when it wouldn't. Reads only. */
export async function wouldHold(
  { stateDir, host, logger }: Omit<HoldOptions, 'clock'>,
  now: Footing,
): Promise<Reason | undefined> {
  const footing = await knownOf(footingFile(stateDir, host, logger), host);
  return reasonToHold(host.nodeName, footing, now, { isHeld: footing.isHeld, isStill: false });
}

/** What is kept of `host`; what is kept of another one is of no use. */
async function knownOf(
  file: KeptFile<FootingFact>,
  { role, nodeName }: HoldOptions['host'],
): Promise<FootingFact> {
  const known = await file.read();
  return known.role === role && known.node === nodeName ? known : file.none;
}
