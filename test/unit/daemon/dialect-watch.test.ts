import { expect, onTestFinished, test } from 'vitest';
import { DialectWatch } from '../../../src/daemon/dialect-watch.js';
import { folderForTest } from '../../support/folder.js';
import { ManualClock } from '../../support/manual-clock.js';
import { scriptedBird } from '../../support/scripted-bird.js';
import { writeScript } from '../../support/stand-in.js';
import { waitFor } from '../../support/wait-for.js';

/** A watch of a daemon that was prepared for 2.0.12, and what it was told of other versions. */
function watchOf(socketPath: string, clock: ManualClock, birdPath = '/no/such/bird') {
  const others: string[] = [];
  const watch = new DialectWatch({
    birdPath,
    socketPath,
    clock,
    birdVersion: 'BIRD 2.0.12 ready.',
    onOther: (version) => others.push(version),
    fatal: (error) => {
      throw error;
    },
  });
  onTestFinished(() => watch.stop());
  return { watch, others };
}

test('a BIRD of another version that is too busy to answer is asked until it does', async () => {
  let isBusy = true;
  const bird = await scriptedBird({
    banner: () => (isBusy ? undefined : 'BIRD 3.1.8 ready.'),
    reply: () => '0000 ',
  });
  const clock = new ManualClock();
  const { watch, others } = watchOf(bird.socketPath, clock);

  watch.note(true);
  await waitFor(() => bird.connections() === 1, { what: 'the first question' });
  isBusy = false;
  const asked = (): boolean => {
    clock.advance(1_000);
    return bird.connections() > 1;
  };
  await waitFor(asked, { what: 'another question' });
  await waitFor(() => others.length > 0, { what: 'the answer to be read' });

  expect(others).toEqual(['BIRD 3.1.8 ready.']);
});

test('one that is as before is asked once', async () => {
  const bird = await scriptedBird({ banner: () => 'BIRD 2.0.12 ready.', reply: () => '0000 ' });
  const clock = new ManualClock();
  const { watch, others } = watchOf(bird.socketPath, clock);

  watch.note(true);
  await waitFor(() => bird.connections() === 1 && clock.untilNextMs === Number.POSITIVE_INFINITY, {
    what: 'the answer to be read',
  });
  clock.advance(60_000);

  expect(bird.connections()).toBe(1);
  expect(others).toEqual([]);
});

test('a program of another version than the BIRD that runs is told, and so is its end', async () => {
  const dir = await folderForTest();
  const program = await writeScript(dir, 'bird', 'echo "BIRD version 3.1.8"');
  const bird = await scriptedBird({ banner: () => 'BIRD 2.0.12 ready.', reply: () => '0000 ' });
  const clock = new ManualClock();
  const { watch, others } = watchOf(bird.socketPath, clock, program);
  let told = 0;
  watch.onChecker(() => {
    told += 1;
  });

  watch.note(true);
  await waitFor(() => told === 1, { what: 'the other version to be told' });
  expect(watch.otherChecker).toEqual({ running: '2.0.12', checker: '3.1.8' });

  await writeScript(dir, 'bird', 'echo "BIRD version 2.0.12"');
  // Once: time that goes on would run out for the questions.
  clock.advance(10_000);
  await waitFor(() => told === 2, { what: 'its end to be told' });
  expect(watch.otherChecker).toBeUndefined();
  expect(others).toEqual([]);
});

test('a program of the same version is told nothing about, and neither is one that is not there', async () => {
  const program = await writeScript(await folderForTest(), 'bird', 'echo "BIRD version 2.0.12"');
  const bird = await scriptedBird({ banner: () => 'BIRD 2.0.12 ready.', reply: () => '0000 ' });
  for (const path of [program, '/no/such/bird']) {
    const clock = new ManualClock();
    const { watch } = watchOf(bird.socketPath, clock, path);
    const before = bird.connections();

    watch.note(true);
    await waitFor(
      () => bird.connections() > before && clock.untilNextMs === Number.POSITIVE_INFINITY,
      { what: 'both to be asked' },
    );

    expect(watch.otherChecker).toBeUndefined();
  }
});
