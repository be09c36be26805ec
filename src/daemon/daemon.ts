/**
 * The daemon: every part wired, started and stopped in order. One instance lives from a start or SIGHUP to the next; what
 * must outlive it is on disk.
 */

import type { Disturbance } from '../apply/applier.js';
import type { DatastoreListener } from '../datastore/datastore.js';
import { type Plan, TUNNEL_INTERFACE } from '../plan/plan.js';
import { Causes, type PassFacts } from './causes.js';
import { ChangeTimer } from './change-timer.js';
import { listenerOf } from './datastore-listener.js';
import type { DialectWatch } from './dialect-watch.js';
import type { EarlyFollower } from './early-follower.js';
import { hostProblems } from './host-problems.js';
import { KnownPlans } from './known-plans.js';
import { fateOf, outcomeOf, type PassReport, plannedFor } from './pass-outcome.js';
import { PassTeller, type TellerParts } from './pass-teller.js';
import { pinStatusOf } from './pin/pin-status.js';
import type { PinWatch } from './pin/pin-watch.js';
import type { Progress } from './progress.js';
import { type PassParts, reconcile, reload } from './reconcile.js';
import type { SourceFollower } from './source-follower.js';
import { type PassVerdict, Trigger, type TriggerTimes } from './trigger.js';
import { TunnelWatch } from './tunnel-watch.js';

/** Everything that a daemon is made of, ready to start. */
export interface DaemonParts extends PassParts, TellerParts {
  readonly follower: EarlyFollower;
  /** Files beside the datastore. */
  readonly sources: SourceFollower;
  readonly dialectWatch: DialectWatch;
  readonly pinWatch: PinWatch;
  readonly progress: Progress;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
  readonly times: TriggerTimes;
}

/** See the head of this file. */
export class Daemon {
  readonly #parts: DaemonParts;
  readonly #trigger: Trigger;
  readonly #tunnelWatch: TunnelWatch;
  readonly #teller: PassTeller;
  readonly #causes = new Causes();
  readonly #changeTimer = new ChangeTimer();
  /** Whether the store holds a whole snapshot of the datastore. */
  #hasSnapshot = false;
  /** Whether the state that the pass in hand works on was half of a revision. */
  #isTorn = false;
  readonly #plans = new KnownPlans();
  /** What BIRD was last known to run; undefined after a start. */
  #plan: Plan | undefined;

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    this.#teller = new PassTeller(parts);
    this.#trigger = new Trigger({
      clock: parts.clock,
      times: parts.times,
      random: Math.random,
      pass: () => this.#pass(),
      fatal: parts.fatal,
      onRetry: (attempt, delayMs) => this.#teller.tellRetry(attempt, delayMs),
    });
    this.#tunnelWatch = new TunnelWatch({
      device: TUNNEL_INTERFACE,
      clock: parts.clock,
      isNeeded: () => this.#needsTunnel(),
      onChange: (isThere) => this.#onTunnel(isThere),
    });
  }

  /** Begins to follow the datastore and BIRD. A generation on disk that BIRD doesn't run is loaded without waiting. */
  start(): void {
    const { follower, applier, hold, logger, dialectWatch } = this.#parts;
    applier.watch((disturbance) => this.#onDisturbance(disturbance));
    hold.watch(() => this.#signal('what is held back is looked at again'));
    this.#parts.pinWatch.start(() => {
      // Nobody who rolls back wants to wait for what he goes back from.
      applier.abandonTrial();
      this.#signal('an operator rolled back, or ended that');
    });
    this.#tunnelWatch.start();
    // Also of one that is there: it may be another one than the one that was asked before the start.
    dialectWatch.onChecker(() => this.#tellHost());
    dialectWatch.note(applier.state().birds.some(({ daemon, isUp }) => daemon === 'bird' && isUp));
    this.#parts.sources.start((keys) => {
      this.#onChange(keys, false);
      this.#tellHost();
    });
    follower.handTo(this.#listener());
    if (applier.standing !== undefined && !this.#hasSnapshot) {
      logger.info(
        { sequence: applier.standing.sequence },
        'a good generation stands on disk; BIRD keeps it until the datastore has answered',
      );
      this.#trigger.signal();
    }
  }

  /** Lets the pass in hand end, and lets go of everything. BIRD and its files stay as they are. */
  async stop(): Promise<void> {
    this.#tunnelWatch.stop();
    this.#parts.dialectWatch.stop();
    this.#parts.hold.stop();
    this.#parts.pinWatch.stop();
    this.#parts.applier.leaveTrial();
    await this.#trigger.stop();
    await this.#parts.follower.stop();
    await this.#parts.sources.stop();
    await this.#parts.applier.close();
  }

  #listener(): DatastoreListener {
    const { store, board, hold, clock, logger } = this.#parts;
    return listenerOf({
      store,
      board,
      clock,
      logger,
      hold,
      settled: () => this.#trigger.settled(),
      onTorn: () => {
        this.#isTorn = true;
      },
      onChange: (keys, isFirst) => {
        this.#hasSnapshot = true;
        this.#onChange(keys, isFirst);
      },
    });
  }

  #onChange(keys: readonly string[], isFirst: boolean): void {
    const { metrics, clock } = this.#parts;
    metrics.countChanges(keys.length);
    if (keys.length === 0 && !isFirst) {
      return;
    }
    this.#causes.note(...keys);
    if (this.#hasSnapshot) {
      this.#changeTimer.heard(clock.monotonic());
      this.#trigger.signal(Math.max(1, keys.length));
    }
  }

  #onDisturbance(disturbance: Disturbance): void {
    const { logger } = this.#parts;
    if (disturbance.kind === 'condition') {
      this.#tellHost();
      return;
    }
    if (disturbance.kind === 'files') {
      logger.warn({}, 'output files were changed by somebody else; they are put back');
      this.#signal('output files changed by hand');
      return;
    }
    const { daemon, presence } = disturbance;
    if (daemon === 'bird') {
      this.#parts.dialectWatch.note(presence.isUp);
    }
    if (presence.isUp) {
      logger.info({ daemon }, 'BIRD is there');
      this.#signal(`${daemon} is there`);
    } else {
      logger.warn({ daemon }, 'BIRD is away; its configuration is loaded when it is back');
    }
  }

  #signal(cause: string): void {
    this.#causes.note(cause);
    this.#trigger.signal();
  }

  /** Whether routes go through the IPIP device by a rule that BIRD applies when it imports them. */
  #needsTunnel(): boolean {
    const { applier, dialect } = this.#parts;
    const plan = this.#plans.likely(applier.standing?.fileSet.digest);
    const hasTunnels = plan?.ipv4.pools.some(({ isTunneled }) => isTunneled) ?? false;
    return hasTunnels && dialect.tunnelsOnImport;
  }

  #onTunnel(isThere: boolean): void {
    const { logger, applier, dialect } = this.#parts;
    this.#tellHost();
    this.#signal(`${TUNNEL_INTERFACE} ${isThere ? 'is there' : 'is missing'}`);
    if (isThere) {
      logger.info(
        { device: TUNNEL_INTERFACE },
        'the tunnel is there; having BIRD import routes anew',
      );
      applier.importAnew(dialect.reimportCommand);
    }
  }

  /** Tells what stands in the way on this host. It doesn't wait for a pass: the datastore may be away. */
  #tellHost(): void {
    const { applier, dialectWatch, sources } = this.#parts;
    const { birds, quarantine } = applier.state();
    this.#teller.tellHost([
      ...hostProblems({
        birds,
        quarantine,
        isTunnelMissing: this.#tunnelWatch.isMissing,
        otherChecker: dialectWatch.otherChecker,
        otherWriterAt: applier.otherWriterAt,
        pinned: applier.pinned?.pin,
      }),
      ...sources.problems(),
    ]);
  }

  async #pass(): Promise<PassVerdict> {
    const { store, progress, applier, pinWatch } = this.#parts;
    progress.begin(store.cluster().customFilters.length);
    applier.pin(await pinWatch.look());
    let facts = this.#hasSnapshot ? undefined : this.#takeIn();
    const report =
      facts === undefined
        ? await this.#reconcile(() => {
            facts = this.#takeIn();
            return facts;
          })
        : await reload(this.#parts);
    facts ??= this.#takeIn();
    progress.end();
    this.#noteCauses(report, facts);
    this.#noteLoaded(report);
    await this.#tellPinned(report);
    this.#tellHost();
    return this.#teller.tell(report, facts);
  }

  #noteCauses(report: PassReport, facts: PassFacts): void {
    switch (fateOf(report)) {
      case 'again':
        this.#causes.putBack(facts);
        return;
      case 'later':
        this.#causes.defer(facts);
        return;
      case 'done':
        if (report.kind === 'applied' && report.planned !== undefined) {
          this.#causes.settle();
        }
    }
  }

  /** What the pass in hand works on, from here on: what comes later is the next one's. */
  #takeIn(): PassFacts {
    const { board, clock } = this.#parts;
    const { revision } = board.current().datastore;
    this.#changeTimer.takeIn();
    this.#isTorn = false;
    return {
      ...this.#causes.take(),
      earlier: this.#causes.earlier,
      at: clock.now(),
      ...(revision !== undefined && { revision }),
    };
  }

  async #tellPinned(report: PassReport): Promise<void> {
    const { applier, pinWatch } = this.#parts;
    const { pinned } = applier;
    const status = pinned && pinStatusOf(pinned, report, applier.state());
    this.#teller.tellPinned(status);
    await pinWatch.tell(status);
  }

  #reconcile(takeIn: () => PassFacts): Promise<PassReport> {
    return reconcile(this.#parts, this.#plan, {
      takeIn,
      isTorn: () => this.#isTorn,
      onRestarts: (restarts) =>
        this.#parts.logger.warn(restarts, 'sessions that this reload restarts'),
    });
  }

  /** Keeps what BIRD runs, and how long it took to get there. */
  #noteLoaded(report: PassReport): void {
    if ('planned' in report && report.planned !== undefined) {
      this.#plans.noteAsked(report.planned.plan);
    }
    const outcome = outcomeOf(report);
    if (outcome?.kind !== 'applied' && outcome?.kind !== 'unchanged') {
      return;
    }
    const { applier } = this.#parts;
    const planned = plannedFor(report);
    if (planned !== undefined) {
      this.#plans.note(planned.fileSet.digest, planned.plan);
    }
    this.#plan = this.#plans.get(applier.standing?.fileSet.digest);
    if (planned === undefined || report.kind === 'held') {
      return;
    }
    const tookMs = this.#changeTimer.done(this.#parts.clock.monotonic());
    if (tookMs !== undefined && outcome.kind === 'applied') {
      this.#parts.metrics.observeLoad(tookMs);
    }
  }
}
