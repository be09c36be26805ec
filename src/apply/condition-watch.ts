/**
 * Asks a BIRD now and then how it does, for what nobody would notice otherwise: sessions that have no listening socket, and graceful
 * restart recovery. It is asked a second after it came or loaded something, and once a minute; every second while there is something
 * of the kind. `show protocols` costs BIRD one line for each session: 5,000 cost birdkeeper 60 ms, so that many loads lead to two
 * questions a minute.
 */

import { type Clock, delay } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { BirdInstance } from './bird-instance.js';
import { BirdSocketError, ControlClient } from './birdc/control-client.js';
import { sessionsWithoutSocket } from './birdc/show-protocols.js';
import { statusOf } from './birdc/show-status.js';
import { ListenAgain } from './port/listen-again.js';
import { PortHolders } from './port/port-holders.js';
import { holdersText } from './port/port-texts.js';

/** What is out of the ordinary with a BIRD; what is absent isn't. */
export interface BirdCondition {
  /** Graceful restart recovery runs. */
  readonly recovery?: {
    /** How many sessions it waits for; BIRD 2 and 3 count a session once for each address family. */
    readonly waitingFor: number;
    /** When BIRD gives up on them, in milliseconds since 1970. */
    readonly endsBy: number;
  };
  /** BIRD could not open its listening socket, and ended sessions for that. */
  readonly portTaken?: {
    readonly count: number;
    /** The first of them. */
    readonly sessions: readonly string[];
    /** Who has the port, in words. */
    readonly holder: string;
  };
}

/** What a watch needs. */
export interface ConditionWatchOptions {
  readonly bird: Pick<BirdInstance, 'daemon' | 'socketPath'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isUp: () => boolean;
  /** Told when something of the kind comes or goes. */
  readonly onChange: () => void;
}

/** How long between two looks while all is well. */
const CALM_MS = 60_000;
/** How long at least between two looks on account of loads. */
const SPACING_MS = 30_000;
/** How long after BIRD came or loaded something, and how long between two looks while something is wrong. */
const SOON_MS = 1_000;
/** What BIRD may take to answer. */
const TIMEOUT_MS = 5_000;
/** So many sessions are named. */
const MAX_SESSIONS = 20;

/** See the head of this file. */
export class ConditionWatch {
  readonly #options: ConditionWatchOptions;
  readonly #end = new AbortController();
  readonly #holders: PortHolders;
  readonly #listenAgain: ListenAgain;
  #condition: BirdCondition = {};
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** When the look that follows a load is, or was. */
  #loadedMs = Number.NEGATIVE_INFINITY;
  /** When the next look is due, in monotonic milliseconds. */
  #dueMs = 0;
  #pause = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ConditionWatchOptions) {
    const { bird, clock, logger } = options;
    this.#options = options;
    this.#holders = new PortHolders(bird.socketPath);
    this.#listenAgain = new ListenAgain({ daemon: bird.daemon, clock, logger });
  }

  /** How BIRD was at the last look. */
  get current(): BirdCondition {
    return this.#condition;
  }

  start(): void {
    this.#looking = this.#run();
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#pause.abort();
    await this.#looking;
  }

  /** BIRD came, went or was replaced: what was known is void. */
  restarted(): void {
    this.#forget();
    // Not at once: what reads the datastore and loads its first generation goes first, and sessions need a moment to fail.
    this.#lookBy(this.#options.clock.monotonic() + SOON_MS);
  }

  /** BIRD has loaded something. Many loads in a row lead to few questions. */
  loaded(): void {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs >= this.#loadedMs) {
      this.#loadedMs = Math.max(nowMs + SOON_MS, this.#loadedMs + SPACING_MS);
      this.#lookBy(this.#loadedMs);
    }
  }

  #lookBy(dueMs: number): void {
    if (dueMs < this.#dueMs) {
      this.#dueMs = dueMs;
      this.#pause.abort();
    }
  }

  #forget(): void {
    const before = this.#condition;
    this.#condition = {};
    if (Object.keys(before).length > 0) {
      this.#options.onChange();
    }
  }

  async #run(): Promise<void> {
    const { clock, isUp } = this.#options;
    while (!this.#end.signal.aborted) {
      const waitMs = this.#dueMs - clock.monotonic();
      if (waitMs > 0) {
        this.#pause = new AbortController();
        await delay(clock, waitMs, this.#pause.signal);
        continue;
      }
      this.#lookedMs = clock.monotonic();
      this.#dueMs = this.#lookedMs + CALM_MS;
      if (isUp()) {
        await this.#look();
      } else {
        // A look may have been under way when it went.
        this.#forget();
      }
      if (Object.keys(this.#condition).length > 0) {
        this.#lookBy(this.#lookedMs + SOON_MS);
      }
    }
  }

  async #look(): Promise<void> {
    const { bird, clock } = this.#options;
    try {
      const options = { socketPath: bird.socketPath, clock, timeoutMs: TIMEOUT_MS };
      const client = await ControlClient.connect(options);
      try {
        await this.#ask(client);
      } finally {
        client.close();
      }
    } catch (error) {
      if (!(error instanceof BirdSocketError)) {
        throw error;
      }
      // That it is away, or busy, is told elsewhere.
    }
  }

  async #ask(client: ControlClient): Promise<void> {
    const { recovery } = statusOf(await client.query('show status'));
    const sessions = sessionsWithoutSocket(await client.query('show protocols')).map(
      ({ name }) => name,
    );
    const holders = sessions.length === 0 ? [] : await this.#holders.current();
    const endsBy = this.#options.clock.now() + 1000 * (recovery?.secondsLeft ?? 0);
    this.#change({
      ...(recovery && { recovery: { waitingFor: recovery.waitingFor, endsBy } }),
      ...(sessions.length > 0 && {
        portTaken: {
          count: sessions.length,
          sessions: sessions.slice(0, MAX_SESSIONS),
          holder: holdersText(holders),
        },
      }),
    });
    await this.#listenAgain.step(
      client,
      sessions,
      holders.length === 0 ? '' : holdersText(holders),
    );
  }

  #change(now: BirdCondition): void {
    const before = this.#condition;
    this.#condition = now;
    this.#tellRecovery(before, now);
    const isOther = before.portTaken?.holder !== now.portTaken?.holder;
    if (isOther || (before.recovery === undefined) !== (now.recovery === undefined)) {
      this.#options.onChange();
    }
  }

  #tellRecovery(before: BirdCondition, { recovery }: BirdCondition): void {
    const { bird, logger } = this.#options;
    const { daemon } = bird;
    if (recovery !== undefined && before.recovery === undefined) {
      const { waitingFor, endsBy } = recovery;
      logger.warn(
        { daemon, waitingFor, until: new Date(endsBy).toISOString() },
        'graceful restart recovery is running: BIRD holds new routes back until its neighbors have answered',
      );
    } else if (recovery === undefined && before.recovery !== undefined) {
      logger.info({ daemon }, 'graceful restart recovery is over');
    }
  }
}
