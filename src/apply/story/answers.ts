/** What BIRD said, for the story of a generation. */

import type { BirdDaemon } from '../../render/file-set.js';
import type { ApplyError } from '../apply-error.js';
import type { Refusal } from '../apply-outcome.js';
import { refusalLine } from '../check/refusal.js';
import type { BirdAnswer } from './story.js';

/** What a BIRD that was told to load a generation answered. */
export type LoadAnswer =
  | { readonly kind: 'loaded'; readonly isInProgress: boolean; readonly reply: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: ApplyError };

/** BIRD refuses it: when it is checked, or loaded. */
export function refusedAnswer(
  refusal: Refusal,
  when: Pick<BirdAnswer, 'at' | 'tookMs'>,
): BirdAnswer {
  return { daemon: refusal.daemon, ...when, outcome: 'refused', text: refusalLine(refusal) };
}

/** BIRD answered so when it was told to load it. */
export function loadedAnswer(
  daemon: BirdDaemon,
  answer: LoadAnswer,
  when: Pick<BirdAnswer, 'at' | 'tookMs'>,
): BirdAnswer {
  switch (answer.kind) {
    case 'loaded':
      return { daemon, ...when, outcome: 'loaded', text: answer.reply };
    case 'refused':
      return refusedAnswer(answer.refusal, when);
    case 'failed':
      return { daemon, ...when, outcome: 'failed', text: answer.error.message };
  }
}
