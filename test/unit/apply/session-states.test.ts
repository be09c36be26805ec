import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SessionStates } from '../../../src/apply/session-states.js';
import { systemClock } from '../../../src/base/clock.js';
import { folderForTest } from '../../support/folder.js';
import { ManualClock } from '../../support/manual-clock.js';
import { waitFor } from '../../support/wait-for.js';

/** BIRD's answer to `show protocols`, of 2.0.12. */
const ANSWER = [
  '2002-Name       Proto      Table      State  Since         Info',
  '1002-device1    Device     ---        up     12:00:00.000  ',
  ' Mesh_a     BGP        ---        up     12:00:01.000  Established   ',
  ' Mesh_b     BGP        ---        start  12:00:01.000  Active        Socket: No route to host',
  ' Mesh_c     BGP        ---        down   12:00:01.000  ',
  '0000 ',
  '',
].join('\n');

/** A control socket that answers `show protocols` when it is told to; counts the questions. */
async function socketForTest(): Promise<{
  readonly socketPath: string;
  readonly questions: () => number;
  readonly answer: () => void;
}> {
  const socketPath = join(await folderForTest(), 'bird.ctl');
  const waiting: (() => void)[] = [];
  let questions = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('0001 BIRD 2.0.12 ready.\n');
    socket.on('data', () => {
      questions += 1;
      waiting.push(() => socket.write(ANSWER));
    });
  });
  server.listen(socketPath);
  onTestFinished(() => {
    server.close();
  });
  const answer = (): void => {
    for (const write of waiting.splice(0)) {
      write();
    }
  };
  return { socketPath, questions: () => questions, answer };
}

test('the sessions are told with the state of their automaton, and other protocols are none', async () => {
  const { socketPath, questions, answer } = await socketForTest();
  const states = new SessionStates([{ socketPath }], systemClock);

  const current = states.current();
  await waitFor(() => questions() === 1, { what: 'the question' });
  answer();

  expect(await current).toEqual([
    { name: 'Mesh_a', state: 'Established', isEstablished: true },
    { name: 'Mesh_b', state: 'Active', isEstablished: false },
    { name: 'Mesh_c', state: 'down', isEstablished: false },
  ]);
});

test('BIRD is asked one question at a time, and no new one while the answer is fresh', async () => {
  const { socketPath, questions, answer } = await socketForTest();
  const clock = new ManualClock(1_000_000);
  const states = new SessionStates([{ socketPath }], clock);

  const both = Promise.all([states.current(), states.current()]);
  await waitFor(() => questions() === 1, { what: 'the question' });
  answer();
  const [first, second] = await both;
  expect(second).toEqual(first);
  clock.advance(4_999);
  await states.current();
  expect(questions()).toBe(1);
  clock.advance(1);
  const third = states.current();
  await waitFor(() => questions() === 2, { what: 'another question' });
  answer();

  expect(await third).toEqual(first);
});

test('a BIRD that does not answer is not waited for: what it said last counts for a minute', async () => {
  const { socketPath, questions, answer } = await socketForTest();
  const clock = new ManualClock(1_000_000);
  const states = new SessionStates([{ socketPath }], clock);
  const first = states.current();
  await waitFor(() => questions() === 1, { what: 'the question' });
  answer();
  expect(await first).toHaveLength(3);

  clock.advance(10_000);
  const second = states.current();
  await waitFor(() => questions() === 2, { what: 'another question' });
  clock.advance(2_000);
  expect(await second).toHaveLength(3);
  clock.advance(50_000);
  const third = states.current();
  clock.advance(2_000);

  expect(await third).toEqual([]);
});

test('a BIRD that is away has no sessions, and the other one is told', async () => {
  const { socketPath, questions, answer } = await socketForTest();
  const birds = [{ socketPath }, { socketPath: `${socketPath}6` }];

  const current = new SessionStates(birds, systemClock).current();
  await waitFor(() => questions() === 1, { what: 'the question' });
  answer();

  expect(await current).toHaveLength(3);
});
