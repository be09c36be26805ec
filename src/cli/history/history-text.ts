/** The generations that are kept, as text for people. */

import type { KeptGeneration } from '../../apply/story/history.js';
import type { BirdAnswer, GenerationCause, Story } from '../../apply/story/story.js';
import { tableOf } from '../table.js';
import { timeText } from '../time-text.js';

/** What stands in the place of a story. */
const NO_STORY = {
  absent: 'no story: it is of an older birdkeeper, or could not be kept',
  unreadable: 'its story cannot be read',
} as const;

const MAX_CELL = 60;

/** All of them in one table. */
export function historyText(kept: readonly KeptGeneration[], pinned: number | undefined): string {
  const rows = kept.map((generation) => {
    const { sequence, story } = generation;
    const cause = typeof story === 'object' ? story.cause : undefined;
    return [
      String(sequence ?? '?'),
      cause === undefined ? '' : timeText(cause.at),
      statesOf(generation, pinned).join(', '),
      typeof story === 'object' ? shortOf(cause?.causes, cause?.causeCount) : NO_STORY[story],
      shortOf(cause?.changes),
    ];
  });
  return tableOf(['GENERATION', 'MADE', 'STATE', 'CAUSED BY', 'CHANGED'], rows);
}

/** One of them, with all that its story has. */
export function generationText(generation: KeptGeneration, pinned: number | undefined): string {
  const { sequence, digest, files, story } = generation;
  const states = statesOf(generation, pinned);
  return [
    [`Generation ${sequence ?? '?'} (${digest?.slice(0, 12) ?? 'unreadable'})`, ...states].join(
      ', ',
    ),
    `Files: ${files.join(' ')}`,
    ...(typeof story === 'object' ? storyLines(story) : [NO_STORY[story]]),
  ].join('\n');
}

function statesOf(
  { sequence, isCurrent, isRefused, loadedBy }: KeptGeneration,
  pinned: number | undefined,
): readonly string[] {
  return [
    ...(isCurrent ? ['current'] : []),
    ...(loadedBy.length > 0 ? [`run by ${loadedBy.join(' and ')}`] : []),
    ...(isRefused ? ['refused'] : []),
    ...(sequence !== undefined && sequence === pinned ? ['PINNED'] : []),
  ];
}

function storyLines({ cause, timings, answers }: Story): readonly string[] {
  const steps = Object.entries(timings).map(([step, ms]) => `${step} ${ms.toFixed(1)} ms`);
  return [
    ...(cause === undefined ? ['Why it was made is not known'] : causeLines(cause)),
    ...(steps.length > 0 ? [`Took: ${steps.join(', ')}`] : []),
    ...(answers.length === 0 ? ['No BIRD has answered'] : answers.map(answerLine)),
  ];
}

function causeLines({
  at,
  revision,
  causes,
  causeCount,
  changes,
  restarts,
}: GenerationCause): readonly string[] {
  const more = causeCount - causes.length;
  return [
    `Made: ${timeText(at)}${revision === undefined ? '' : `, of revision ${revision}`}`,
    ...listed('Caused by', more > 0 ? [...causes, `and ${more} more`] : causes),
    ...listed('Changed', changes),
    ...(restarts === undefined
      ? []
      : listed(`Sessions restarted, by forecast: ${restarts.count}`, restarts.reasons)),
  ];
}

function answerLine({ daemon, at, tookMs, outcome, text }: BirdAnswer): string {
  const took = tookMs === undefined ? '' : ` after ${tookMs.toFixed(1)} ms`;
  return `${timeText(at)}: ${daemon} ${outcome}${took}${text === '' ? '' : `: ${text}`}`;
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function shortOf(texts: readonly string[] = [], count = texts.length): string {
  const [first] = texts;
  if (first === undefined) {
    return '';
  }
  const shown = first.length > MAX_CELL ? `${first.slice(0, MAX_CELL)}…` : first;
  return count > 1 ? `${shown} and ${count - 1} more` : shown;
}
