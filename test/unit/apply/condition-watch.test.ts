import { expect, onTestFinished, test } from 'vitest';
import { ConditionWatch } from '../../../src/apply/condition-watch.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { scriptedBird } from '../../support/scripted-bird.js';
import { waitFor } from '../../support/wait-for.js';

const CALM = '0013 Daemon is up and running';
const RECOVERING = `0024-Graceful restart recovery in progress
   Waiting for 2 channels to recover
   Wait timer is 50.0/60
${CALM}`;
const NONE = '0000 ';
const PORTLESS = `1002-Mesh_a BGP --- down 13:00:00.000 Error: No listening socket
 Mesh_b BGP --- start 13:00:00.000 Active Error: No listening socket
 Mesh_c BGP --- down 13:00:00.000
0000 `;

/** Until the next look: while all is well, and while something is not. */
const [CALM_MS, ALERT_MS] = [60_000, 1_000];
/** What BIRD is given after it came, and after a load. */
const SOON_MS = 1_000;
/** What BIRD may take to answer. */
const DEADLINE_MS = 5_000;

/** A watch of a BIRD that says what the test tells it to, on a clock that the test moves. */
async function site() {
  const says = { status: CALM, protocols: NONE, isUp: true };
  const bird = await scriptedBird({
    banner: () => 'BIRD 2.0.12 ready.',
    reply: (command) => (command === 'show status' ? says.status : says.protocols),
  });
  const [clock, logger] = [new ManualClock(1_000_000), new RecordingLogger()];
  let changes = 0;
  const watch = new ConditionWatch({
    bird: { daemon: 'bird', socketPath: bird.socketPath },
    ...{ clock, logger },
    isUp: () => says.isUp,
    onChange: () => {
      changes += 1;
    },
  });
  watch.start();
  onTestFinished(() => watch.close());
  const looks = () => bird.commands.filter((command) => command === 'show protocols').length;
  return {
    ...{ says, clock, logger, watch, looks },
    commands: bird.commands,
    changes: () => changes,
    /** BIRD comes or goes, and the second is over that it is given. */
    async restarted() {
      watch.restarted();
      await waitFor(() => clock.untilNextMs === SOON_MS, { what: 'a look to be due' });
      clock.advance(SOON_MS);
    },
    /** Waits until it has looked so often, and waits for the time of the next look. */
    looked: (count: number) =>
      waitFor(() => looks() === count && [CALM_MS, ALERT_MS].includes(clock.untilNextMs), {
        what: `look ${count}`,
      }),
  };
}

test('BIRD is asked at the start, and then once a minute', async () => {
  const { clock, looked, changes, watch } = await site();

  await looked(1);
  expect(clock.untilNextMs).toBe(CALM_MS);
  clock.advance(CALM_MS);
  await looked(2);

  expect(watch.current).toEqual({});
  expect(changes()).toBe(0);
});

test('a load is followed by a look a second later, and many loads by few', async () => {
  const { clock, looked, watch } = await site();
  await looked(1);

  watch.loaded();
  watch.loaded();
  await waitFor(() => clock.untilNextMs === 1_000, { what: 'a look to be due' });
  clock.advance(1_000);
  await looked(2);
  watch.loaded();

  await waitFor(() => clock.untilNextMs === 30_000, { what: 'the next one to wait' });
});

test('recovery is told with its bound, looked at each second, and its end is told', async () => {
  const { clock, looked, watch, says, changes, logger, restarted } = await site();
  await looked(1);
  says.status = RECOVERING;
  await restarted();
  await looked(2);

  expect(watch.current).toEqual({ recovery: { waitingFor: 2, endsBy: 1_051_000 } });
  expect(clock.untilNextMs).toBe(ALERT_MS);
  says.status = CALM;
  clock.advance(1_000);
  await looked(3);

  expect(watch.current).toEqual({});
  expect(changes()).toBe(2);
  expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
    [
      'warn',
      'graceful restart recovery is running: BIRD holds new routes back until its neighbors have answered',
    ],
    ['info', 'graceful restart recovery is over'],
  ]);
});

test('only sessions that are down for want of a socket count, not those that tell of it still', async () => {
  const { looked, watch, says, changes, restarted } = await site();
  await looked(1);
  says.protocols = PORTLESS;

  await restarted();
  await looked(2);

  expect(watch.current.portTaken).toMatchObject({ count: 1, sessions: ['Mesh_a'] });
  expect(changes()).toBe(1);
});

test('what was known of a BIRD that goes away is void, and one that is away is not asked', async () => {
  const { looked, watch, says, changes, looks, clock, restarted } = await site();
  await looked(1);
  says.protocols = PORTLESS;
  await restarted();
  await looked(2);
  const before = { looks: looks(), changes: changes() };

  says.isUp = false;
  await restarted();

  expect(watch.current).toEqual({});
  expect(changes()).toBe(before.changes + 1);
  await waitFor(() => clock.untilNextMs === CALM_MS, { what: 'the watch to be calm' });
  expect(looks()).toBe(before.looks);
});

test('a BIRD that does not answer is asked again a minute later', async () => {
  const { looked, watch, clock, says, restarted } = await site();
  await looked(1);
  says.status = '';
  await restarted();
  await waitFor(() => clock.untilNextMs === DEADLINE_MS, { what: 'the question' });

  clock.advance(DEADLINE_MS);
  says.status = RECOVERING;
  await waitFor(() => clock.untilNextMs === CALM_MS - DEADLINE_MS, { what: 'the watch to go on' });
  clock.advance(CALM_MS - DEADLINE_MS);
  await looked(2);

  expect(watch.current.recovery?.waitingFor).toBe(2);
});
