/** What a pass came to, for the log, the metrics and the status. Pure. */

import type { ApplyOutcome, Refusal } from '../apply/apply-outcome.js';
import { refusalLine } from '../apply/check/refusal.js';
import { pinnedText } from '../observe/pinned-status.js';
import type { PassStatus } from '../observe/status.js';
import { originOfLine } from '../render/origin-of-line.js';
import type { PassFacts } from './causes.js';
import type { PassReport } from './pass-outcome.js';
import type { PassVerdict } from './trigger.js';

/** A pass in words and numbers. */
export interface PassDescription {
  readonly status: PassStatus;
  readonly verdict: PassVerdict;
  /** How a reload ended, when there was one. */
  readonly reload?: 'loaded' | 'refused' | 'failed' | 'undone';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
  /** A pass that changed nothing is not worth a line. */
  readonly isWorthALine: boolean;
}

/** What an operator does who rolled back. */
const RESUME_ADVICE = '`birdkeeper diff` shows what waits; `birdkeeper resume` applies it';

/** What an operator does about a state that is held back. */
const RELEASE_ADVICE =
  'see what became of the datastore; it is followed again once it is whole, or after `birdkeeper release`';

const WITH_ADDITIONS = 'what stands stays, and what is new is applied';

/** `report` and `facts` for everybody who tells people about it. */
export function describePass(report: PassReport, facts: PassFacts): PassDescription {
  const end = endOf(report);
  const stagesMs = stagesOf(report);
  const changes = 'changes' in report ? (report.changes ?? []) : [];
  // A configuration that BIRD doesn't run restarts nothing.
  const restarts =
    report.kind === 'applied' && end.outcome === 'applied' ? report.restarts : undefined;
  const reason = end.reason;
  return {
    status: {
      outcome: end.outcome,
      at: facts.at,
      durationMs: report.durationMs,
      stagesMs,
      causes: facts.causes,
      changes,
      ...(restarts !== undefined && { restarts }),
      ...(reason !== undefined && { reason }),
    },
    verdict: end.verdict,
    ...(end.reload !== undefined && { reload: end.reload }),
    level: end.level,
    message: end.message,
    fields: {
      outcome: end.outcome,
      ...end.fields,
      ...(facts.revision !== undefined && { revision: facts.revision }),
      changes,
      causes: facts.causes,
      causeCount: facts.causeCount,
      durationMs: round(report.durationMs),
      stagesMs: Object.fromEntries(Object.entries(stagesMs).map(([k, ms]) => [k, round(ms)])),
    },
    isWorthALine: end.outcome !== 'unchanged' && end.outcome !== 'outdated',
  };
}

interface End {
  readonly outcome: PassStatus['outcome'];
  readonly verdict: PassVerdict;
  readonly level: PassDescription['level'];
  readonly message: string;
  readonly reload?: 'loaded' | 'refused' | 'failed' | 'undone';
  readonly reason?: string;
  readonly fields?: object;
}

function endOf(report: PassReport): End {
  switch (report.kind) {
    case 'nothing':
      return { outcome: 'unchanged', verdict: 'done', level: 'info', message: 'nothing to do yet' };
    case 'unjudged':
      return unjudgedEnd(report);
    case 'unrenderable':
      return unrenderableEnd(report);
    case 'held':
      return standingEnd(report.standing) ?? heldEnd(report);
    case 'pinned':
      return standingEnd(report.standing) ?? pinnedEnd(report);
    case 'applied':
      return endOfApply(report.outcome, report.planned?.fileSet);
  }
}

type ReportOf<K extends PassReport['kind']> = Extract<PassReport, { readonly kind: K }>;

function unjudgedEnd({ error }: ReportOf<'unjudged'>): End {
  return {
    outcome: 'failed',
    verdict: 'retry',
    level: 'warn',
    message:
      'BIRD could not be asked about custom filters; the last good configuration stands, and it is asked again',
    reason: `custom filters could not be judged: ${error.message}`,
    fields: { reason: error.message, advice: error.advice },
  };
}

/** How a pass ends whose last good configuration BIRD doesn't run either; `undefined` when it does. */
function standingEnd(standing: ApplyOutcome | undefined): End | undefined {
  switch (standing?.kind) {
    case 'refused':
      return refusedEnd(standing, undefined);
    case 'unconfirmed':
      return unconfirmedEnd(standing);
    case 'failed':
      return failedEnd(standing);
    default:
      return undefined;
  }
}

function unrenderableEnd({ error, standing }: ReportOf<'unrenderable'>): End {
  const notRun = standingEnd(standing);
  const reasons = [error.message, ...(notRun?.reason === undefined ? [] : [notRun.reason])];
  return {
    outcome: 'unrenderable',
    // What stands is loaded by a BIRD that was restarted; a template is mended by somebody.
    verdict: notRun?.verdict ?? 'done',
    level: 'error',
    message: 'a template cannot be printed; the last good configuration stands',
    reason: reasons.join('; and of what stands: '),
    fields: {
      reason: error.message,
      advice: 'mend the template and send SIGHUP; try it with `birdkeeper diff --templates DIR`',
    },
  };
}

function heldEnd({ held, standing, additions }: ReportOf<'held'>): End {
  const { key, reason, causes } = held;
  return {
    outcome: 'held',
    verdict: 'done',
    level: 'warn',
    message: `what the datastore asks for is held back; ${additions ? WITH_ADDITIONS : 'the last configuration stands'}`,
    ...(standing?.kind === 'applied' && { reload: 'loaded' as const }),
    reason,
    fields: { key, reason, heldFor: causes, advice: RELEASE_ADVICE },
  };
}

function pinnedEnd({ pinned, waitingLines, standing }: ReportOf<'pinned'>): End {
  const { pin, reason } = pinned;
  return {
    outcome: 'pinned',
    verdict: 'done',
    level: 'warn',
    message: 'an operator rolled back; what the datastore asks for waits',
    ...(standing?.kind === 'applied' && { reload: 'loaded' as const }),
    reason: pinnedText({ sequence: pin.sequence, reason, waitingLines }),
    fields: { pinned: pin.sequence, reason, waitingLines, advice: RESUME_ADVICE },
  };
}

function endOfApply(outcome: ApplyOutcome, fileSet: TextFiles | undefined): End {
  switch (outcome.kind) {
    case 'unchanged':
      return { outcome: 'unchanged', verdict: 'done', level: 'info', message: 'nothing changed' };
    case 'outdated':
      return { outcome: 'outdated', verdict: 'again', level: 'info', message: 'half of a change' };
    case 'applied':
      return appliedEnd(outcome);
    case 'refused':
      return refusedEnd(outcome, fileSet);
    case 'unconfirmed':
      return unconfirmedEnd(outcome);
    case 'failed':
      return failedEnd(outcome);
  }
}

type OutcomeOf<K extends ApplyOutcome['kind']> = Extract<ApplyOutcome, { readonly kind: K }>;

function appliedEnd({ sequence, wrote, isInProgress }: OutcomeOf<'applied'>): End {
  return {
    outcome: 'applied',
    verdict: 'done',
    level: 'info',
    message: 'BIRD runs the new configuration',
    reload: 'loaded',
    fields: { sequence, wrote, isInProgress },
  };
}

function refusedEnd(outcome: OutcomeOf<'refused'>, fileSet: TextFiles | undefined): End {
  const refusals = outcome.refusals.map((refusal) => traced(refusal, fileSet));
  return {
    outcome: 'refused',
    // The data may be mended, or BIRD replaced: it is asked again, ever more seldom.
    verdict: 'retry',
    level: 'error',
    message: 'BIRD refuses the configuration; the last good one stands',
    ...(outcome.step === 'configure' && { reload: 'refused' as const }),
    reason: `BIRD refuses the configuration: ${refusals.map(refusalText).join('; ')}`,
    fields: { refusals, advice: 'mend or remove the named key, or the template' },
  };
}

function unconfirmedEnd(outcome: OutcomeOf<'unconfirmed'>): End {
  const { sequence, reason, isRepeated, isBack } = outcome;
  return {
    outcome: 'unconfirmed',
    // The same is not tried again: something else has to come first. The way back is.
    verdict: isBack ? 'done' : 'retry',
    level: 'error',
    message:
      'sessions did not come back after the reload; BIRD has undone it, and the last good configuration stands',
    ...(!isRepeated && { reload: 'undone' as const }),
    reason: `generation ${sequence} was undone: ${reason}`,
    fields: {
      sequence,
      reason,
      advice:
        'mend what keeps these sessions down; what the datastore asks for is tried again once it is something else',
    },
  };
}

function failedEnd({ step, wrote, reason, advice }: OutcomeOf<'failed'>): End {
  return {
    outcome: 'failed',
    verdict: 'retry',
    level: 'warn',
    message: 'the configuration could not be applied; it is tried again',
    ...(step === 'configure' && { reload: 'failed' as const }),
    reason,
    fields: { step, wrote, reason, advice },
  };
}

/** Files with their texts, as a file set has them. */
interface TextFiles {
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** A refusal with the datastore key that its line came from. */
export interface TracedRefusal extends Refusal {
  readonly key?: string;
}

/** `refusal` with the key that its line came from, where one did. */
export function traced(refusal: Refusal, fileSet: TextFiles | undefined): TracedRefusal {
  const file = fileSet?.files.find(({ name }) => name === refusal.file);
  const key = file && originOfLine(file.text, refusal.line);
  return { ...refusal, ...(key !== undefined && { key }) };
}

/** A refusal in one line: `bird.cfg:12:5 syntax error (from /calico/…)`. */
export function refusalText({ key, ...refusal }: TracedRefusal): string {
  return `${refusalLine(refusal)}${key === undefined ? '' : ` (from ${key})`}`;
}

function stagesOf(report: PassReport): Readonly<Record<string, number>> {
  const planned = 'planned' in report ? report.planned : undefined;
  const outcome = report.kind === 'applied' ? report.outcome : undefined;
  return {
    ...(planned && { plan: planned.planMs, render: planned.renderMs }),
    ...(outcome && 'timings' in outcome ? outcome.timings : {}),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
