/** Holds what stands while the datastore asks for the end of much of it (hold-rules.ts), and lets go of it. */

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Host } from '../../plan/host.js';
import type { Plan } from '../../plan/plan.js';
import { withAdditions } from '../../plan/with-additions.js';
import { undoingOf } from './consents.js';
import { type FootingFact, FootingFile } from './footing-file.js';
import { HoldDesk } from './hold-desk.js';
import type { HeldState } from './hold-files.js';
import {
  type Footing,
  isOtherStore,
  type Reason,
  reasonToHold,
  type StoreMark,
} from './hold-rules.js';
import type { JudgedState } from './judged-state.js';
import type { LossLimit } from './losses.js';
import { movedNeighbors } from './moved-sessions.js';

/** What a hold needs. */
export interface HoldOptions {
  readonly stateDir: string;
  readonly host: Pick<Host, 'role' | 'nodeName'>;
  /** How much may be removed at one go; any amount when absent. */
  readonly limit?: LossLimit | undefined;
  /** The neighbors that BIRD has sessions with: all there is to compare with at a first start. */
  readonly running?: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A state that is about to be applied. */
export interface AskedState extends JudgedState {
  readonly plan: Plan;
  /** Digest of the files that it leads to. */
  readonly digest: string;
  /** Why the pass is made: keys, or words. */
  readonly causes: readonly string[];
}

/** A state that is held back, and what BIRD is to run of it meanwhile. */
export interface HeldBack {
  readonly held: HeldState;
  /** What stands, with what is new; absent where only what stands can be had. */
  readonly meanwhile?: Plan;
}

/** How long the datastore has to ask for so many sessions before a state that is nearly whole counts, in milliseconds. */
const STEADY_MS = 600_000;

/** How often a release is looked for while something is held, in milliseconds. */
const LOOK_MS = 500;

/** See the head of this file. */
export class Hold {
  readonly #options: HoldOptions;
  readonly #desk: HoldDesk;
  readonly #footingFile: FootingFile;
  #footing: FootingFact;
  /** Which store is followed now, and how far. */
  #store: StoreMark | undefined;
  /** Whether the store is another one, or an older state of it, than that of the last state that was let through. */
  #isOtherStore = false;
  #held: HeldState | undefined;
  /** Since when what is held was first held, in a former run too. */
  #since: number | undefined;
  /** What brought it about, as far as this run knows. */
  #causes: readonly string[] | undefined;
  /** How many sessions, blocks and pools the datastore asked for last, and since when. */
  #asked = { numbers: '', sinceMs: 0 };
  /** The last plan that was let through; unknown after a start. */
  #plan: Plan | undefined;
  #keeping: Promise<void> = Promise.resolve();
  #isSteadyTold = false;
  #cancelLook: (() => void) | undefined;
  #onDue: () => void = () => {};

  private constructor(options: HoldOptions, file: FootingFile, footing: FootingFact) {
    this.#options = options;
    this.#desk = new HoldDesk(options);
    this.#footingFile = file;
    this.#footing = footing;
    this.#store = footing.store;
  }

  /** Takes up what the last run knew. */
  static async open(options: HoldOptions): Promise<Hold> {
    const file = new FootingFile(options);
    const known = await file.read();
    const sessions = known.isKnown ? undefined : await options.running?.();
    const hold = new Hold(options, file, { ...known.footing, ...(sessions && { sessions }) });
    if (hold.#footing.heldFor !== undefined) {
      const held = await hold.#desk.held();
      hold.#since = held?.since;
    } else {
      // A crash may have left them when it was let go: the release of then must not let the same state through once more.
      await hold.#desk.tell(undefined);
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

  /** Resolves when what stands is known to a next start, too. */
  get kept(): Promise<void> {
    return this.#keeping;
  }

  /** Judges a state before it is applied. One that is not held is what stands from now on. */
  async judge(judged: AskedState): Promise<HeldBack | undefined> {
    const { footing, digest } = judged;
    this.#noteAsked(footing);
    const undoing = undoingOf(judged.consents, judged.valueAt, this.#footing.consent);
    const asked = this.#reasonToHold(footing) && this.#reasonToHold(this.#withMoved(judged));
    const reason =
      asked && undoing ? this.#reasonToHold(judged.footingWith(undoing.values)) && asked : asked;
    const isReleased = reason !== undefined && (await this.#desk.released()) === digest;
    if (isReleased) {
      this.#options.logger.warn(reason, 'an operator lets through what was held back');
    } else if (reason === undefined && asked !== undefined) {
      const fields = { reason: asked.reason, consent: undoing?.consent };
      this.#options.logger.info(fields, 'an operator has said yes to this; it is not held back');
    }
    if (reason !== undefined && !isReleased) {
      return this.#holdBack(judged, reason);
    }
    await this.#letGo(judged, undoing?.consent);
    return undefined;
  }

  /** Ends looking for a release. What is held stays so for the next start. */
  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  #isSteady(): boolean {
    return this.#options.clock.monotonic() - this.#asked.sinceMs >= STEADY_MS;
  }

  #noteAsked({ sessions, blocks, pools }: Footing): void {
    const numbers = [sessions, blocks, pools].map(({ length }) => length).join(' ');
    if (numbers !== this.#asked.numbers) {
      this.#asked = { numbers, sinceMs: this.#options.clock.monotonic() };
      this.#isSteadyTold = false;
    }
  }

  #reasonToHold(footing: Footing): Reason | undefined {
    const { host, limit } = this.#options;
    return reasonToHold(host.nodeName, this.#footing, footing, {
      isOtherStore: this.#isOtherStore,
      heldFor: this.#footing.heldFor,
      isSteady: this.#isSteady(),
      limit,
    });
  }

  /** What `judged` has, and the neighbors that have moved to other addresses in a store that is trusted. */
  #withMoved({ footing, plan }: AskedState): Footing {
    const isDoubted = this.#isOtherStore || this.#footing.heldFor !== undefined;
    return this.#plan === undefined || isDoubted
      ? footing
      : { ...footing, sessions: [...footing.sessions, ...movedNeighbors(this.#plan, plan)] };
  }

  async #holdBack({ plan, digest, causes }: AskedState, reason: Reason): Promise<HeldBack> {
    const { parts = [], ...told } = reason;
    await this.#keep({ ...this.#footing, heldFor: parts });
    this.#since ??= this.#options.clock.now();
    this.#causes ??= causes;
    // What took a part of it away is known by its key; of what is gone as a whole there is none.
    const key = parts.length > 0 ? this.#causes.find((cause) => cause.startsWith('/')) : undefined;
    const held = {
      ...{ ...told, ...(key !== undefined && { key }) },
      ...{ causes: this.#causes, state: digest, since: this.#since },
    };
    await this.#hold(held);
    const meanwhile = this.#plan && parts.length > 0 ? withAdditions(this.#plan, plan) : undefined;
    return { held, ...(meanwhile && { meanwhile }) };
  }

  async #letGo({ footing, plan }: AskedState, consent: string | undefined): Promise<void> {
    const { role, nodeName } = this.#options.host;
    const before = this.#footing;
    const wasHeld = this.#held !== undefined || before.heldFor !== undefined;
    const store = this.#store;
    const counted = consent ?? before.consent;
    this.stop();
    this.#held = undefined;
    this.#since = undefined;
    this.#causes = undefined;
    this.#isOtherStore = false;
    this.#plan = plan;
    const kept = this.#keep({
      ...footing,
      role,
      node: nodeName,
      ...(counted !== undefined && { consent: counted }),
      ...(store && { store }),
    });
    // Of many sessions that is as much work for the disk as their files: BIRD loads meanwhile.
    const isUsual = before.hasOwn === footing.hasOwn && before.hasOthers === footing.hasOthers;
    if (wasHeld || !isUsual) {
      await kept;
    }
    if (wasHeld || !this.#desk.isTold) {
      await this.#desk.tell(undefined);
    }
  }

  #keep(footing: FootingFact): Promise<void> {
    this.#footing = footing;
    this.#keeping = this.#keeping.then(() => this.#footingFile.write(footing));
    return this.#keeping;
  }

  async #hold(held: HeldState): Promise<void> {
    const isNews = held.state !== this.#held?.state || held.reason !== this.#held.reason;
    this.#held = held;
    if (isNews) {
      await this.#desk.tell(held);
    }
    this.#cancelLook ??= this.#options.clock.after(LOOK_MS, () => void this.#look());
  }

  /** Looks for a release, and for the end of what changes. */
  async #look(): Promise<void> {
    if (!this.#desk.isTold) {
      await this.#desk.tell(this.#held);
    }
    const isReleased = (await this.#desk.released()) === this.#held?.state;
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
}
