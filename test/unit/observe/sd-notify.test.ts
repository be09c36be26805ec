import { readFile } from 'node:fs/promises';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { Launcher } from '../../../src/apply/process/launcher.js';
import { runSystemdNotify } from '../../../src/apply/run-systemd-notify.js';
import { systemClock } from '../../../src/base/clock.js';
import { type NotifyOptions, SystemdNotifier } from '../../../src/observe/sd-notify.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { waitFor } from '../../support/wait-for.js';
import { NotifyReceiver } from './notify-receiver.js';

/** Speaks through the real systemd-notify, which takes the socket from its environment. */
function notifierTo(socket: string, options: Partial<NotifyOptions> = {}): SystemdNotifier {
  vi.stubEnv('NOTIFY_SOCKET', socket);
  const launcher = new Launcher(systemClock);
  onTestFinished(() => launcher.close());
  return new SystemdNotifier({
    isWanted: true,
    clock: systemClock,
    logger: new RecordingLogger(),
    send: (assignments) => runSystemdNotify(assignments, launcher),
    ...options,
  });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('systemd is told READY with a status, and that it is STOPPING last', async () => {
  const receiver = await NotifyReceiver.start();
  const notifier = notifierTo(receiver.path);

  notifier.status('no configuration yet');
  notifier.ready("generation 1, it's a $(test)");
  await notifier.stopping();

  expect(await receiver.received(3)).toEqual([
    ['STATUS=no configuration yet'],
    ['READY=1', "STATUS=generation 1, it's a $(test)"],
    ['STOPPING=1'],
  ]);
});

test('a status with line ends is one line: nothing in it is an assignment', async () => {
  const receiver = await NotifyReceiver.start();
  const notifier = notifierTo(receiver.path);

  notifier.status('etcd said:\r\n  STOPPING=1\n');

  expect(await receiver.received(1)).toEqual([['STATUS=etcd said: STOPPING=1']]);
});

test('what has been told already is not told again', async () => {
  const receiver = await NotifyReceiver.start();
  const notifier = notifierTo(receiver.path);

  for (const text of ['a', 'a', 'b']) {
    notifier.status(text);
  }
  for (const text of ['b', 'b', 'c']) {
    notifier.ready(text);
  }
  notifier.status('b');
  await notifier.stopping();

  expect(await receiver.received(6)).toEqual([
    ['STATUS=a'],
    ['STATUS=b'],
    ['READY=1', 'STATUS=b'],
    ['STATUS=c'],
    ['STATUS=b'],
    ['STOPPING=1'],
  ]);
});

test("a reload is told with the machine's monotonic time, and READY ends it", async () => {
  const receiver = await NotifyReceiver.start();
  const notifier = notifierTo(receiver.path);
  notifier.ready('a');

  const before = await uptimeSeconds();
  notifier.reloading();
  const after = await uptimeSeconds();
  notifier.ready('a');
  const [, reloading, ready] = await receiver.received(3);

  expect(reloading?.[0]).toBe('RELOADING=1');
  const [name, microseconds] = reloading?.[1]?.split('=') ?? [];
  expect(name).toBe('MONOTONIC_USEC');
  expect(microseconds).toMatch(/^\d+$/);
  // The hundredths of /proc/uptime are cut off.
  expect(Number(microseconds)).toBeGreaterThanOrEqual((before - 0.01) * 1e6);
  expect(Number(microseconds)).toBeLessThanOrEqual((after + 0.01) * 1e6);
  expect(ready).toEqual(['READY=1', 'STATUS=a']);
});

test('signs of life come at half of the interval, from READY until the end', async () => {
  const receiver = await NotifyReceiver.start();
  const clock = new ManualClock();
  const notifier = notifierTo(receiver.path, { clock, watchdogMs: 10_000 });

  notifier.status('starting');
  clock.advance(60_000);
  notifier.ready('a');
  notifier.ready('a');
  clock.advance(4_999);
  expect(await receiver.received(3)).toEqual([
    ['STATUS=starting'],
    ['READY=1', 'STATUS=a'],
    ['WATCHDOG=1'],
  ]);
  clock.advance(1);
  clock.advance(5_000);
  expect((await receiver.received(5)).slice(3)).toEqual([['WATCHDOG=1'], ['WATCHDOG=1']]);
  await notifier.stopping();
  clock.advance(60_000);
  // Sent after all that could have been sent too much.
  notifier.status('end');

  expect((await receiver.received(7)).slice(5)).toEqual([['STOPPING=1'], ['STATUS=end']]);
});

test('a daemon that hangs sends no sign of life, and sends them again when it gets on', async () => {
  const receiver = await NotifyReceiver.start();
  const clock = new ManualClock();
  const notifier = notifierTo(receiver.path, { clock, watchdogMs: 10_000 });
  let isStuck = false;
  notifier.stopPingingWhen(() => isStuck);
  notifier.ready('a');

  isStuck = true;
  clock.advance(60_000);
  notifier.status('hangs');
  isStuck = false;
  clock.advance(5_000);

  expect(await receiver.received(4)).toEqual([
    ['READY=1', 'STATUS=a'],
    ['WATCHDOG=1'],
    ['STATUS=hangs'],
    ['WATCHDOG=1'],
  ]);
  await notifier.stopping();
});

test('nobody is told where nobody listens', async () => {
  const send = vi.fn();
  const clock = new ManualClock();
  const notifier = notifierTo('', { isWanted: false, clock, watchdogMs: 10_000, send });

  notifier.status('a');
  notifier.ready('a');
  clock.advance(60_000);
  notifier.reloading();
  await notifier.stopping();

  expect(send).not.toHaveBeenCalled();
});

test('a systemd that cannot be told costs a warning, and later messages are sent', async () => {
  const receiver = await NotifyReceiver.start();
  const logger = new RecordingLogger();
  const launcher = new Launcher(systemClock);
  onTestFinished(() => launcher.close());
  let calls = 0;
  const notifier = notifierTo(receiver.path, {
    logger,
    send: (assignments) => {
      calls += 1;
      const wrong = calls === 1 ? ['--no-such-option'] : [];
      return runSystemdNotify([...wrong, ...assignments], launcher);
    },
  });

  notifier.status('a');
  notifier.status('b');

  // In between may be what systemd-notify itself says of its failure.
  const isTold = () => receiver.messages.some(([assignment]) => assignment === 'STATUS=b');
  await waitFor(isTold, { what: 'the second status' });
  expect(logger.messages('warn')).toEqual(['systemd could not be told']);
});

/** Linux counts it from the same zero as CLOCK_MONOTONIC, as long as the machine was never suspended. */
async function uptimeSeconds(): Promise<number> {
  return Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
}
