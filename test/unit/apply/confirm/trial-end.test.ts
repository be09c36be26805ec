import { expect, test } from 'vitest';
import { TrialEnd, type TrialEndOptions } from '../../../../src/apply/confirm/trial-end.js';
import type { Trial } from '../../../../src/apply/confirm/trial-file.js';
import type { BirdAnswer } from '../../../../src/apply/story/story.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

const trial: Trial = {
  ...{ sequence: 7, digest: 'd7', until: 10, dueMs: 8, restartsDueMs: 9, undoMs: 10 },
  birds: [{ daemon: 'bird', process: '1', awaited: ['Mesh_a'], restarting: [] }],
};

test('that a trial was undone is told once, and when BIRD could be told', async () => {
  const told: BirdAnswer[] = [];
  const backs = [false, false, true];
  const options = {
    logger: new RecordingLogger(),
    trials: { running: trial, takeBack: async () => backs.shift() },
    installer: { standing: undefined },
    facts: { get: () => undefined },
    stories: { add: (_: number, answers: BirdAnswer[]) => told.push(...answers), write: () => {} },
    now: () => 5,
  };
  const end = new TrialEnd(options as unknown as TrialEndOptions);

  await expect(end.settle()).rejects.toThrow('BIRD could not be told to undo generation 7');
  await expect(end.settle()).rejects.toThrow('BIRD could not be told to undo generation 7');
  expect(told).toEqual([]);
  await end.settle();

  expect(told).toEqual([
    {
      ...{ daemon: 'bird', at: 5, outcome: 'undone' },
      text: 'it was not confirmed in time; BIRD went back',
    },
  ]);
});
