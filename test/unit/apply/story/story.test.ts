import { expect, test } from 'vitest';
import {
  type BirdAnswer,
  causeInWords,
  parseStory,
  type Story,
  storyText,
} from '../../../../src/apply/story/story.js';
import { ManualClock } from '../../../support/manual-clock.js';

const ANSWER: BirdAnswer = { daemon: 'bird', at: 5, outcome: 'loaded', text: 'Reconfigured' };
const STORY: Story = {
  version: 1,
  sequence: 7,
  cause: { ...causeInWords('a cause', new ManualClock(3)), revision: '42' },
  timings: { stage: 0.5 },
  answers: [ANSWER],
};
const many = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(1000)}`);

test('a story is read as it was written', () => {
  expect(parseStory(storyText(STORY))).toEqual(STORY);
});

test.each(['', '{"version":1,', '{"version":2}', '[]'])('%j is none', (text) => {
  expect(parseStory(text)).toBeUndefined();
});

test('a story has a bounded size, whatever it tells of', () => {
  const restarts = { count: 5000, sessions: many(5000), reasons: many(5000) };
  const cause = { at: 1, causes: many(100), causeCount: 100, changes: many(5000), restarts };
  const answers = many(100).map((text, at) => ({ ...ANSWER, at, text }));

  const text = storyText({ ...STORY, cause, answers });

  expect(text.length).toBeLessThan(64_000);
  const story = parseStory(text);
  expect(story?.cause?.changes).toHaveLength(51);
  expect(story?.cause?.changes.at(-1)).toBe('and 4950 more');
  // The first tells how it began, the last ones how it is.
  expect(story?.answers.map(({ at }) => at)).toEqual([
    0,
    ...Array.from({ length: 19 }, (_, i) => 81 + i),
  ]);
});
