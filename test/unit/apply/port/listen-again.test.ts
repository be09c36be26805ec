import { expect, onTestFinished, test } from 'vitest';
import { ControlClient } from '../../../../src/apply/birdc/control-client.js';
import { ListenAgain } from '../../../../src/apply/port/listen-again.js';
import { systemClock } from '../../../../src/base/clock.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { scriptedBird } from '../../../support/scripted-bird.js';

const SESSIONS = ['Mesh_a', 'Mesh_b', 'Mesh_c'];

/** A BIRD that takes every command, and what `step` has it told. */
async function site() {
  const bird = await scriptedBird({ banner: () => 'BIRD 2.0.12 ready.', reply: () => '0000 ' });
  const { socketPath, commands } = bird;
  const client = await ControlClient.connect({ socketPath, clock: systemClock, timeoutMs: 5_000 });
  onTestFinished(() => client.close());
  const [clock, logger] = [new ManualClock(), new RecordingLogger()];
  const again = new ListenAgain({ daemon: 'bird', clock, logger });
  return {
    clock,
    logger,
    /** The commands of one look. */
    async step(sessions: readonly string[], holders: string): Promise<readonly string[]> {
      const before = commands.length;
      await again.step(client, sessions, holders);
      return commands.slice(before);
    },
  };
}

test('nothing is tried while somebody is seen to have the port', async () => {
  const { step, clock } = await site();

  expect(await step(SESSIONS, 'bird (process 7)')).toEqual([]);
  clock.advance(1_000);
  expect(await step(SESSIONS, 'bird (process 7)')).toEqual([]);
});

test('one session tries when the port has changed hands, and all follow when it was let in', async () => {
  const { step } = await site();
  await step(SESSIONS, 'bird (process 7)');

  expect(await step(SESSIONS, '')).toEqual(['enable Mesh_a']);
  expect(await step(['Mesh_b', 'Mesh_c'], '')).toEqual(['enable Mesh_b', 'enable Mesh_c']);
});

test('it tries at once where nobody is seen, then now and then, each time with another session', async () => {
  const { step, clock } = await site();

  expect(await step(SESSIONS, '')).toEqual(['enable Mesh_a']);
  clock.advance(29_000);
  expect(await step(SESSIONS, '')).toEqual([]);
  clock.advance(1_000);
  expect(await step(SESSIONS, '')).toEqual(['enable Mesh_b']);
});

test('a holder that stays is tried now and then: it may be seen wrongly', async () => {
  const { step, clock } = await site();
  await step(SESSIONS, 'bird (process 7)');

  clock.advance(30_000);

  expect(await step(SESSIONS, 'bird (process 7)')).toEqual(['enable Mesh_a']);
});

test('the end is logged once, and none where nothing was wrong', async () => {
  const { step, logger } = await site();
  await step([], '');
  expect(logger.lines).toEqual([]);

  await step(SESSIONS, 'bird (process 7)');
  await step([], '');
  await step([], '');

  expect(logger.messages('info')).toEqual(['BIRD listens for sessions again']);
});
