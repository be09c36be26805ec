/** The story of a generation: why it was made, what changed with it, and what BIRD said. Of a bounded size, and without secrets. */

import * as v from 'valibot';

import type { Clock } from '../../base/clock.js';

const Cause = v.object({
  at: v.number(),
  causes: v.array(v.string()),
  causeCount: v.number(),
  revision: v.exactOptional(v.string()),
  changes: v.array(v.string()),
  restarts: v.exactOptional(
    v.object({ count: v.number(), sessions: v.array(v.string()), reasons: v.array(v.string()) }),
  ),
});
const Answer = v.object({
  daemon: v.picklist(['bird', 'bird6']),
  at: v.number(),
  tookMs: v.exactOptional(v.number()),
  outcome: v.picklist(['loaded', 'refused', 'failed', 'confirmed', 'undone']),
  text: v.string(),
});
const Story = v.object({
  version: v.literal(1),
  sequence: v.number(),
  cause: v.exactOptional(Cause),
  timings: v.record(v.string(), v.number()),
  answers: v.array(Answer),
});

/** Why a generation is made. */
export interface GenerationCause {
  /** When that began, in milliseconds since 1970. */
  readonly at: number;
  /** The first keys that changed, or other causes in words, and how many there were. */
  readonly causes: readonly string[];
  readonly causeCount: number;
  /** The datastore's revision that it is of. */
  readonly revision?: string;
  /** What is different from the generation before, in words. */
  readonly changes: readonly string[];
  /** The sessions that the reload restarts by forecast. */
  readonly restarts?: {
    readonly count: number;
    readonly sessions: readonly string[];
    readonly reasons: readonly string[];
  };
}

/** What a BIRD said of a generation, in milliseconds since 1970. */
export type BirdAnswer = Readonly<v.InferOutput<typeof Answer>>;

/** See the head of this file. */
export interface Story {
  readonly version: 1;
  readonly sequence: number;
  /** Absent when a BIRD has loaded a generation whose beginning isn't known. */
  readonly cause?: GenerationCause;
  /** How long the steps took that made it, in milliseconds. */
  readonly timings: Readonly<Record<string, number>>;
  /** In their order; of many the first and the last. */
  readonly answers: readonly BirdAnswer[];
}

/** A cause that is none of the datastore's. */
export function causeInWords(cause: string, clock: Clock): GenerationCause {
  return { at: clock.now(), causes: [cause], causeCount: 1, changes: [] };
}

const MAX_TEXT = 300;
const MAX_CHANGES = 50;
const MAX_LISTED = 20;
const MAX_ANSWERS = 20;

/** `story` as the text of its file. */
export function storyText({ cause, answers, ...rest }: Story): string {
  const dropped = Math.max(0, answers.length - MAX_ANSWERS);
  const kept = answers.filter((_, index) => index === 0 || index > dropped);
  return JSON.stringify({
    ...rest,
    ...(cause && { cause: boundedCause(cause) }),
    answers: kept.map((answer) => ({ ...answer, text: cut(answer.text) })),
  });
}

/** The story that a text holds, or `undefined` when it is none. */
export function parseStory(text: string): Story | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Story), text);
  return parsed.success ? parsed.output : undefined;
}

function boundedCause({ causes, changes, restarts, ...rest }: GenerationCause): GenerationCause {
  return {
    ...rest,
    causes: listed(causes, MAX_LISTED),
    changes: listed(changes, MAX_CHANGES),
    ...(restarts && {
      restarts: {
        count: restarts.count,
        sessions: listed(restarts.sessions, MAX_LISTED),
        reasons: listed(restarts.reasons, MAX_LISTED),
      },
    }),
  };
}

function listed(texts: readonly string[], max: number): readonly string[] {
  const more = texts.length - max;
  const shown = texts.slice(0, max).map(cut);
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
