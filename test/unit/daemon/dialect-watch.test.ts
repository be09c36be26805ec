import { expect, onTestFinished, test } from 'vitest';
import { DialectWatch } from '../../../src/daemon/dialect-watch.js';
import { ManualClock } from '../../support/manual-clock.js';
import { scriptedBird } from '../../support/scripted-bird.js';
import { waitFor } from '../../support/wait-for.js';

/** A watch of a daemon that was prepared for 2.0.12, and what it was told of other versions. */
function watchOf(socketPath: string, clock: ManualClock) {
  const others: string[] = [];
  const watch = new DialectWatch({
    birdPath: '/no/such/bird',
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
    return bird.connections() > 1 && others.length > 0;
  };
  await waitFor(asked, { what: 'another question' });

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
