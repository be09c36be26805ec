/** Tells everybody what a pass came to: the log, the metrics, the status, and through it health and systemd. */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { type Problem, problemId } from '../base/problem.js';
import { calicoText, type InputStatus } from '../observe/input-status.js';
import type { Metrics } from '../observe/metrics.js';
import type { PinnedStatus } from '../observe/pinned-status.js';
import type { StatusBoard } from '../observe/status-board.js';
import type { PassFacts } from './causes.js';
import { type PassReport, plannedFor } from './pass-outcome.js';
import { describePass, type PassDescription } from './pass-report.js';
import type { PassVerdict } from './trigger.js';

/** What a teller works on. */
export interface TellerParts {
  readonly board: StatusBoard;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after each pass, for systemd. */
  readonly onPass: () => void;
}

/** See the head of this file. */
export class PassTeller {
  readonly #parts: TellerParts;
  #lastReason = '';
  /** What is said of the input, by the last pass that planned. */
  #ofInput: readonly Problem[] = [];
  #ofHost: readonly Problem[] = [];

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** Tells what stands in the way on the host: replaces what was told of it before. */
  tellHost(problems: readonly Problem[]): void {
    this.#ofHost = problems;
    this.#tellProblems();
  }

  /** Tells what a pass came to. */
  tell(report: PassReport, facts: PassFacts): PassVerdict {
    const { board } = this.#parts;
    const pass = describePass(report, facts);
    this.#count(pass);
    board.update({ lastPass: pass.status });
    this.#tellPlanned(report);
    this.#tellHeld(report);
    this.#log(pass);
    if (pass.verdict === 'done') {
      board.clearRetry();
    }
    this.#parts.onPass();
    return pass.verdict;
  }

  /** Tells what an operator rolled back to, in a pass that `tell` is told of next. */
  tellPinned(pinned: PinnedStatus | undefined): void {
    this.#parts.board.setPinned(pinned);
  }

  /** A failed pass will be repeated. */
  tellRetry(attempt: number, delayMs: number): void {
    const { board, clock } = this.#parts;
    const reason = board.current().lastPass?.reason ?? 'the last pass failed';
    board.update({ retry: { attempt, reason, at: clock.now() + delayMs } });
  }

  #count({ status, reload }: PassDescription): void {
    const { metrics } = this.#parts;
    metrics.countPass(status.outcome);
    metrics.observeStages(status.stagesMs);
    if (reload !== undefined) {
      metrics.countReload(reload);
    }
  }

  #log({ status, isWorthALine, level, fields, message }: PassDescription): void {
    const reason = status.reason ?? '';
    // A failure that repeats says nothing new; its end does.
    const isNews = reason === '' || reason !== this.#lastReason;
    this.#lastReason = reason;
    if (isWorthALine) {
      this.#parts.logger[isNews ? level : 'debug'](fields, message);
    }
  }

  #tellPlanned(report: PassReport): void {
    const { board } = this.#parts;
    const planned = 'planned' in report ? report.planned : undefined;
    // What the datastore asks for is unknown when it can't be turned into files.
    board.update({ desiredDigest: planned?.fileSet.digest });
    this.#tellInput(planned?.input);
    const running = plannedFor(report);
    if (running !== undefined) {
      const { ipv4, ipv6 } = running.plan;
      board.setPlanned({ ipv4: ipv4.sessions, ipv6: ipv6.sessions });
    }
  }

  /** Says which Calico is read, at a start and when another one comes. */
  #tellInput(input: InputStatus | undefined): void {
    const { board, logger } = this.#parts;
    if (input === undefined) {
      return;
    }
    const before = board.current().input;
    if (before === undefined || before.calico !== input.calico) {
      logger.info({ calico: input.calico }, `the datastore holds ${calicoText(input.calico)}`);
    }
    board.update({ input });
  }

  #tellHeld(report: PassReport): void {
    if (report.kind !== 'applied' && report.kind !== 'held' && report.kind !== 'pinned') {
      return;
    }
    const held = report.kind === 'held' ? report.held : undefined;
    const { reason = '', since = 0, causes = [] } = held ?? {};
    this.#parts.board.setHeld(held && { reason, since, causes });
    if (report.planned !== undefined) {
      const ofHold = report.kind === 'held' ? [heldProblem(report)] : [];
      this.#ofInput = [...ofHold, ...report.planned.problems];
      this.#tellProblems();
    }
  }

  #tellProblems(): void {
    const { board, logger, clock } = this.#parts;
    const problems = [...this.#ofInput, ...this.#ofHost];
    const { appeared, gone } = board.setProblems(problems, problemId, clock.now());
    for (const problem of appeared) {
      logger.warn(problem, 'problem');
    }
    for (const problem of gone) {
      logger.info(problem, 'problem gone');
    }
  }
}

function heldProblem({
  held: { key, reason },
  additions,
}: Extract<PassReport, { readonly kind: 'held' }>): Problem {
  const what = additions ? 'what stands stays, and what is new is applied,' : STANDS;
  return {
    code: 'state-held',
    key,
    reason,
    action: `${what} until the datastore is whole again, or \`birdkeeper release\``,
  };
}

const STANDS = 'the last configuration stands';
