import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TunnelWatch } from '../../../src/daemon/tunnel-watch.js';
import { ManualClock } from '../../support/manual-clock.js';
import { waitFor } from '../../support/wait-for.js';

/** A watch for a device, with what it told. */
function watchOf(device: string, isNeeded: () => boolean = () => true) {
  const clock = new ManualClock();
  const told: boolean[] = [];
  const onChange = (isThere: boolean): void => {
    told.push(isThere);
  };
  const watch = new TunnelWatch({ device, clock, isNeeded, onChange });
  /** Lets it look once, and waits until it has. */
  const look = async (): Promise<void> => {
    clock.advance(clock.untilNextMs);
    await waitFor(() => Number.isFinite(clock.untilNextMs), { what: 'the look', everyMs: 1 });
  };
  return { clock, told, watch, look };
}

test('a device that is there at the first look is none to tell of', async () => {
  const { told, watch, look } = watchOf('lo');
  expect(readFileSync('/sys/class/net/lo/ifindex', 'utf8')).toBe('1\n');
  watch.start();
  await look();
  await look();

  expect(told).toEqual([]);
  expect(watch.isMissing).toBe(false);
  watch.stop();
});

test('a device that is missing is told of once', async () => {
  const { told, watch, look } = watchOf('no-such-device');
  watch.start();
  expect(watch.isMissing).toBe(false);
  await look();
  await look();
  await look();

  expect(told).toEqual([false]);
  expect(watch.isMissing).toBe(true);
  watch.stop();
});

test('a device that nobody needs is not looked for, and told of anew when it is needed again', async () => {
  let isNeeded = false;
  const { told, watch, look } = watchOf('no-such-device', () => isNeeded);
  watch.start();
  await look();
  expect(told).toEqual([]);

  isNeeded = true;
  await look();
  isNeeded = false;
  await look();
  expect(watch.isMissing).toBe(false);
  isNeeded = true;
  await look();

  expect(told).toEqual([false, false]);
  watch.stop();
});

test('it is looked once a second, until the watch is stopped', async () => {
  const { clock, told, watch, look } = watchOf('no-such-device');
  watch.start();
  expect(clock.untilNextMs).toBe(0);
  await look();
  expect(clock.untilNextMs).toBe(1_000);

  watch.stop();

  expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY);
  expect(told).toEqual([false]);
});
