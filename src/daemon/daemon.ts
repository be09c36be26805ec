/**
 * The daemon: every part built, wired, started and stopped in order. One instance lives from a start or SIGHUP to the
 * next; what must outlive it is on disk.
 */

import type { Disturbance } from '../apply/applier.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { type Problem, problemId } from '../base/problem.js';
import type { DatastoreListener } from '../datastore/datastore.js';

import type { Metrics } from '../observe/metrics.js';
import type { StatusBoard } from '../observe/status.js';
import { type Plan, TUNNEL_INTERFACE } from '../plan/plan.js';
import { listenerOf } from './datastore-listener.js';
import type { EarlyFollower } from './early-follower.js';
import type { LastGoodFile } from './last-good-file.js';
import { describePass, type PassFacts } from './pass-report.js';
import { type PassParts, type PassReport, reconcile } from './reconcile.js';
import { type PassVerdict, Trigger, type TriggerTimes } from './trigger.js';
import { TunnelWatch } from './tunnel-watch.js';

/** Everything that a daemon is made of, ready to start. */
export interface DaemonParts extends Omit<PassParts, 'clock'> {
  readonly follower: EarlyFollower;
  readonly lastGood: LastGoodFile;
  readonly board: StatusBoard;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
  readonly times: TriggerTimes;
  /** Told after each pass, for systemd. */
  readonly onPass: () => void;
}

const TUNNEL_MISSING: Problem = {
  code: 'tunnel-missing',
  key: TUNNEL_INTERFACE,
  reason: `a pool asks for IPIP, and this host has no device ${TUNNEL_INTERFACE}`,
  action:
    "routes of such pools stay out until it is there, and are then imported by themselves; Calico's Felix makes it, or `ip tunnel add`",
};

/** Keys named in the log for one pass; the count says how many there were. */
const MAX_CAUSES = 10;

/** See the head of this file. */
export class Daemon {
  readonly #parts: DaemonParts;
  readonly #trigger: Trigger;
  readonly #tunnelWatch: TunnelWatch;
  /** Whether the store holds a whole snapshot. Until then a pass has nothing to plan from. */
  #isSynced = false;
  #causes: string[] = [];
  #causeCount = 0;
  /** Whether the state that the pass in hand works on was half of a revision. */
  #isTorn = false;
  #plan: Plan | undefined;
  #lastTrouble = '';

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    this.#trigger = new Trigger({
      clock: parts.clock,
      times: parts.times,
      random: Math.random,
      pass: () => this.#pass(),
      fatal: parts.fatal,
      onRetry: (attempt, delayMs) => this.#noteRetry(attempt, delayMs),
    });
    this.#tunnelWatch = new TunnelWatch({
      device: TUNNEL_INTERFACE,
      clock: parts.clock,
      isNeeded: () => this.#needsTunnel(),
      onChange: (isThere) => void this.#onTunnel(isThere).catch(parts.fatal),
    });
  }

  /** Begins to follow the datastore and BIRD. A generation on disk that BIRD doesn't run is loaded without waiting. */
  start(): void {
    const { follower, applier, logger } = this.#parts;
    applier.watch((disturbance) => this.#onDisturbance(disturbance));
    this.#tunnelWatch.start();
    follower.handTo(this.#listener());
    if (applier.standing !== undefined && !this.#isSynced) {
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
    await this.#trigger.stop();
    await this.#parts.follower.stop();
    await this.#parts.applier.close();
  }

  #listener(): DatastoreListener {
    const { store, board, metrics, clock, logger } = this.#parts;
    return listenerOf({
      store,
      board,
      clock,
      logger,
      settled: () => this.#trigger.settled(),
      onTorn: () => {
        this.#isTorn = true;
      },
      onChange: (keys, isFirst) => {
        this.#isSynced = true;
        metrics.countChanges(keys.length);
        if (keys.length > 0 || isFirst) {
          this.#note(keys, keys.length);
          this.#trigger.signal(Math.max(1, keys.length));
        }
      },
    });
  }

  #onDisturbance(disturbance: Disturbance): void {
    const { logger } = this.#parts;
    if (disturbance.kind === 'files') {
      logger.warn({}, 'output files were changed by somebody else; they are put back');
      this.#note(['output files changed by hand'], 1);
      this.#trigger.signal();
      return;
    }
    const { daemon, presence } = disturbance;
    if (presence.isUp) {
      logger.info({ daemon }, 'BIRD is there');
      this.#note([`${daemon} is there`], 1);
      this.#trigger.signal();
    } else {
      logger.warn({ daemon }, 'BIRD is away; its configuration is loaded when it is back');
    }
  }

  /** Whether routes go through the IPIP device by a rule that BIRD applies when it imports them. */
  #needsTunnel(): boolean {
    const hasTunnels = this.#plan?.ipv4.pools.some(({ isTunneled }) => isTunneled) ?? false;
    return hasTunnels && this.#parts.dialect.tunnelsOnImport;
  }

  async #onTunnel(isThere: boolean): Promise<void> {
    const { logger, applier, dialect } = this.#parts;
    this.#note([`${TUNNEL_INTERFACE} ${isThere ? 'is there' : 'is missing'}`], 1);
    this.#trigger.signal();
    if (isThere) {
      logger.info(
        { device: TUNNEL_INTERFACE },
        'the tunnel is there; having BIRD import routes anew',
      );
      await applier.query('bird', dialect.reimportCommand).catch((error: unknown) => {
        // A BIRD that is away imports everything when it is back.
        logger.warn({ err: error }, 'BIRD could not be asked to import routes anew');
      });
    }
  }

  #note(causes: readonly string[], count: number): void {
    this.#causeCount += count;
    this.#causes.push(...causes.slice(0, MAX_CAUSES - this.#causes.length));
  }

  async #pass(): Promise<PassVerdict> {
    const facts = {
      causes: this.#causes,
      causeCount: this.#causeCount,
      at: this.#parts.clock.now(),
    };
    this.#causes = [];
    this.#causeCount = 0;
    this.#isTorn = false;
    const { store, lastGood } = this.#parts;
    const revision = this.#parts.board.current().datastore.revision;
    const report = this.#isSynced
      ? await reconcile(this.#parts, this.#plan, {
          isTorn: () => this.#isTorn,
          onRestarts: (restarts) =>
            this.#parts.logger.warn(restarts, 'sessions that this reload restarts'),
        })
      : await this.#reload();
    await lastGood.write(store.lastGood());
    if (
      report.kind === 'applied' &&
      (report.outcome.kind === 'applied' || report.outcome.kind === 'unchanged')
    ) {
      this.#plan = report.planned?.plan ?? this.#plan;
    }
    return this.#tell(report, { ...facts, ...(revision !== undefined && { revision }) });
  }

  /** Before the datastore has answered: only makes BIRD run what stands on disk. */
  async #reload(): Promise<PassReport> {
    const { applier, clock } = this.#parts;
    const startMs = clock.monotonic();
    const outcome = await applier.applyStanding();
    if (outcome === undefined) {
      return { kind: 'nothing', durationMs: 0 };
    }
    return { kind: 'applied', outcome, changes: [], durationMs: clock.monotonic() - startMs };
  }

  /** Log, metrics, status and systemd learn what a pass came to. */
  #tell(report: PassReport, facts: PassFacts): PassVerdict {
    const { board, metrics, logger, clock } = this.#parts;
    const pass = describePass(report, facts);
    const planned = report.kind === 'applied' ? report.planned : undefined;
    metrics.countPass(pass.status.outcome);
    metrics.observeStages(pass.status.stagesMs);
    if (pass.reload !== undefined) {
      metrics.countReload(pass.reload);
    }
    board.update({
      lastPass: pass.status,
      // Unknown when the state can't be turned into files.
      desiredDigest: planned?.fileSet.digest,
      ...(planned && {
        sessions: {
          ipv4: planned.plan.ipv4.sessions.length,
          ipv6: planned.plan.ipv6.sessions.length,
        },
      }),
    });
    if (planned) {
      const missing = this.#tunnelWatch.isMissing ? [TUNNEL_MISSING] : [];
      this.#tellProblems([...planned.problems, ...missing], clock.now());
    }
    const trouble = pass.status.trouble ?? '';
    // A failure that repeats says nothing new; its end does.
    const isNews = trouble === '' || trouble !== this.#lastTrouble;
    this.#lastTrouble = trouble;
    if (pass.isWorthALine) {
      logger[isNews ? pass.level : 'debug'](pass.fields, pass.message);
    }
    if (pass.verdict === 'done') {
      board.clearRetry();
    }
    this.#parts.onPass();
    return pass.verdict;
  }

  #tellProblems(problems: Parameters<StatusBoard['setProblems']>[0], nowMs: number): void {
    const { board, logger } = this.#parts;
    const { appeared, gone } = board.setProblems(problems, problemId, nowMs);
    for (const problem of appeared) {
      logger.warn(problem, 'problem');
    }
    for (const problem of gone) {
      logger.info(problem, 'problem gone');
    }
  }

  #noteRetry(attempt: number, delayMs: number): void {
    const { board, clock } = this.#parts;
    const reason = board.current().lastPass?.trouble ?? 'the last pass failed';
    board.update({ retry: { attempt, reason, at: clock.now() + delayMs } });
  }
}
