import { beforeEach, describe, expect, test } from 'vitest';
import { type PassVerdict, Trigger } from '../../../src/daemon/trigger.js';
import { ManualClock } from '../../support/manual-clock.js';

const TIMES = {
  spacingMs: 100,
  quietMs: 20,
  maxWaitMs: 200,
  retry: { baseMs: 1_000, maxMs: 4_000 },
};

/** A trigger whose passes end when the test says so; `starts` holds when each began. */
class Site {
  readonly clock = new ManualClock(10_000);
  readonly starts: number[] = [];
  readonly retries: [number, number][] = [];
  #end: ((verdict: PassVerdict) => void) | undefined;
  readonly trigger = new Trigger({
    clock: this.clock,
    times: TIMES,
    random: () => 0.5,
    fatal: (error) => expect.fail(String(error)),
    pass: () => {
      this.starts.push(this.clock.monotonic());
      return new Promise((resolve) => {
        this.#end = resolve;
      });
    },
    onRetry: (attempt, delayMs) => this.retries.push([attempt, delayMs]),
  });

  /** Ends the pass in hand, and lets the trigger notice. */
  async end(verdict: PassVerdict = 'done'): Promise<void> {
    this.#end?.(verdict);
    await Promise.resolve();
    await Promise.resolve();
  }
}

let site: Site;

beforeEach(() => {
  site = new Site();
});

describe('in a quiet period', () => {
  test('the first change starts a pass at once', () => {
    site.trigger.signal();

    expect(site.starts).toEqual([10_000]);
  });

  test('a change after the spacing starts a pass at once, too', async () => {
    site.trigger.signal();
    await site.end();
    site.clock.advance(100);
    site.trigger.signal();

    expect(site.starts).toEqual([10_000, 10_100]);
  });
});

describe('soon after a pass', () => {
  beforeEach(async () => {
    site.trigger.signal();
    await site.end();
  });

  test('a change waits for the spacing, and starts one pass', async () => {
    site.clock.advance(10);
    site.trigger.signal();
    site.trigger.signal();
    site.clock.advance(89);
    expect(site.starts).toHaveLength(1);

    site.clock.advance(1);

    expect(site.starts).toEqual([10_000, 10_100]);
  });

  test('changes that go on put it off until they pause', async () => {
    for (const pauseMs of [90, 15, 15, 15]) {
      site.clock.advance(pauseMs);
      site.trigger.signal();
    }

    site.clock.advance(19);
    expect(site.starts).toHaveLength(1);
    site.clock.advance(1);
    expect(site.starts).toEqual([10_000, 10_155]);
  });

  test('but not beyond the longest wait', () => {
    for (let ms = 0; ms < 300; ms += 10) {
      site.clock.advance(10);
      site.trigger.signal();
    }

    // The first change that waited came at 10,010.
    expect(site.starts).toEqual([10_000, 10_210]);
  });
});

test('after a burst the longest wait is three times as long, up to 2 s, until there is no burst', async () => {
  site.trigger.signal();
  await site.end();
  for (let ms = 0; ms < 6_000; ms += 10) {
    site.clock.advance(10);
    site.trigger.signal(5);
    await site.end();
  }

  const waits = site.starts.slice(1).map((start, index) => start - (site.starts[index] ?? 0));
  expect(waits).toEqual([210, 600, 1_800, 2_000]);

  site.clock.advance(5_000);
  await site.end();
  site.starts.length = 0;
  site.trigger.signal();
  await site.end();
  const lastStart = site.clock.monotonic();
  for (let ms = 0; ms < 300; ms += 10) {
    site.clock.advance(10);
    site.trigger.signal();
  }
  expect(site.starts).toEqual([lastStart, lastStart + 210]);
});

test('changes during a pass are taken in by one more pass', async () => {
  site.trigger.signal();
  site.clock.advance(500);
  site.trigger.signal();
  site.trigger.signal();
  site.clock.advance(500);
  expect(site.starts).toHaveLength(1);

  await site.end();
  site.clock.advance(0);
  await site.end();
  site.clock.advance(10_000);

  expect(site.starts).toEqual([10_000, 11_000]);
});

describe('a pass that failed', () => {
  test('is repeated with back-off, which begins anew after a success', async () => {
    site.trigger.signal();
    await site.end('retry');
    site.clock.advance(750);
    await site.end('retry');
    site.clock.advance(1_250);
    await site.end('done');
    site.clock.advance(60_000);
    site.trigger.signal();
    await site.end('retry');

    expect(site.starts).toEqual([10_000, 10_750, 12_000, 72_000]);
    // The middle between floor and ceiling, since the random part is a half here.
    expect(site.retries).toEqual([
      [1, 750],
      [2, 1_250],
      [1, 750],
    ]);
  });

  test('is repeated sooner when something changes', async () => {
    site.trigger.signal();
    await site.end('retry');
    site.clock.advance(150);
    site.trigger.signal();

    expect(site.starts).toEqual([10_000, 10_150]);
  });
});

test('a pass that worked on half of a change is followed by another one at once', async () => {
  site.trigger.signal();
  site.clock.advance(5);
  site.trigger.signal();
  await site.end('again');

  expect(site.starts).toEqual([10_000, 10_005]);
});

test('stopping waits for the pass in hand and starts none', async () => {
  site.trigger.signal();
  site.trigger.signal();
  let isStopped = false;
  const stopped = site.trigger.stop().then(() => {
    isStopped = true;
  });
  await Promise.resolve();
  expect(isStopped).toBe(false);

  await site.end('retry');
  await stopped;
  site.trigger.signal();
  site.clock.advance(60_000);

  expect(site.starts).toHaveLength(1);
});

describe('in a burst', () => {
  test.each([
    ['of 19 changes at once, a short pause is quiet', 19, 20],
    ['of 20 changes at once, only one of five times the length is', 20, 100],
  ])('%s', async (_, count, quietMs) => {
    site.trigger.signal();
    await site.end();
    site.clock.advance(90);
    site.trigger.signal(count);
    site.clock.advance(quietMs - 1);
    expect(site.starts).toHaveLength(1);
    site.clock.advance(1);

    expect(site.starts).toEqual([10_000, 10_090 + quietMs]);
  });

  test('the pass after one that took it in waits for a long pause, too', async () => {
    site.trigger.signal(20);
    await site.end();
    site.clock.advance(50);
    site.trigger.signal();
    site.clock.advance(1_000);

    expect(site.starts).toEqual([10_000, 10_150]);
  });
});

test('settled waits for the pass in hand, and for nothing where there is none', async () => {
  await site.trigger.settled();
  site.trigger.signal();
  let isSettled = false;
  const settled = site.trigger.settled().then(() => {
    isSettled = true;
  });
  await Promise.resolve();
  expect(isSettled).toBe(false);

  await site.end();
  await settled;

  expect(isSettled).toBe(true);
});

test('stopping forgets what waits for its time', async () => {
  site.trigger.signal();
  await site.end('retry');
  site.clock.advance(10);
  site.trigger.signal();
  await site.trigger.stop();
  site.clock.advance(60_000);

  expect(site.starts).toHaveLength(1);
});

test('a pass that throws is a bug: it is told, nobody who waits for it is blamed, and no pass follows', async () => {
  const bug = new Error('a bug');
  const bugs: unknown[] = [];
  const clock = new ManualClock(10_000);
  let passes = 0;
  const trigger = new Trigger({
    clock,
    times: TIMES,
    random: () => 0,
    fatal: (error) => bugs.push(error),
    pass: () => {
      passes += 1;
      return Promise.reject(bug);
    },
  });

  trigger.signal();
  await trigger.settled();
  trigger.signal();
  clock.advance(60_000);

  expect(bugs).toEqual([bug]);
  expect(passes).toBe(1);
});
