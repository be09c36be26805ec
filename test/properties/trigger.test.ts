/** Random changes, failures and durations against the promises of the queue of passes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PassVerdict, Trigger } from '../../src/daemon/trigger.js';
import { ManualClock } from '../support/manual-clock.js';

const TIMES = {
  spacingMs: 100,
  quietMs: 20,
  maxWaitMs: 200,
  retry: { baseMs: 200, maxMs: 1_000 },
};
/** Changes never wait longer than this when no pass is in hand, however many follow: the limit after bursts. */
const LONGEST_WAIT_MS = 2_000 + TIMES.spacingMs + TIMES.quietMs;
/** Once the changes end, the longer of the spacing and the quiet time of a burst. */
const LONGEST_WAIT_WHEN_QUIET_MS = Math.max(TIMES.spacingMs, TIMES.quietMs * 5);
/** All times are multiples of it, so that stepping by it misses nothing. */
const STEP_MS = 10;

/** One pass as it was run; `endMs` is absent while it is in hand. */
interface RanPass {
  readonly startMs: number;
  endMs?: number;
}

/** A queue whose passes last, and end, as told; `state` counts the changes, and a pass takes in what it finds. */
class Site {
  readonly clock = new ManualClock(10_000);
  readonly passes: RanPass[] = [];
  readonly signalsMs: number[] = [];
  state = 0;
  applied = 0;
  inHand = 0;
  mostInHand = 0;
  readonly trigger: Trigger;

  constructor(plan: readonly { readonly durationMs: number; readonly verdict: PassVerdict }[]) {
    this.trigger = new Trigger({
      clock: this.clock,
      times: TIMES,
      random: () => 0,
      fatal: (error) => expect.fail(String(error)),
      pass: () => this.#pass(plan[this.passes.length] ?? { durationMs: STEP_MS, verdict: 'done' }),
    });
  }

  #pass({
    durationMs,
    verdict,
  }: {
    readonly durationMs: number;
    readonly verdict: PassVerdict;
  }): Promise<PassVerdict> {
    const pass: RanPass = { startMs: this.clock.monotonic() };
    this.passes.push(pass);
    this.inHand += 1;
    this.mostInHand = Math.max(this.mostInHand, this.inHand);
    const taken = this.state;
    return new Promise((resolve) => {
      this.clock.after(durationMs, () => {
        this.inHand -= 1;
        pass.endMs = this.clock.monotonic();
        if (verdict === 'done') {
          this.applied = taken;
        }
        resolve(verdict);
      });
    });
  }

  signal(count: number): void {
    this.state += count;
    this.signalsMs.push(this.clock.monotonic());
    this.trigger.signal(count);
  }

  async advance(durationMs: number): Promise<void> {
    for (let ms = 0; ms < durationMs; ms += STEP_MS) {
      this.clock.advance(STEP_MS);
      // A pass that ended is noticed some microtasks later.
      for (let turn = 0; turn < 4; turn += 1) {
        await Promise.resolve();
      }
    }
  }

  /** How long the change of `atMs` waited for a pass, not counting the pass that was in hand. */
  waitOf(atMs: number): number {
    const inHand = this.passes.find(
      ({ startMs, endMs }) => startMs < atMs && (endMs === undefined || endMs >= atMs),
    );
    const freeMs = Math.max(atMs, inHand?.endMs ?? atMs);
    const next = this.passes.find(({ startMs }) => startMs >= atMs);
    return next === undefined ? Number.POSITIVE_INFINITY : next.startMs - freeMs;
  }
}

const steps = fc.integer({ min: 0, max: 40 }).map((count) => count * STEP_MS);
const signals = fc.array(
  fc.record({ pauseMs: steps, count: fc.constantFrom(1, 1, 1, 5, 20, 500) }),
  { minLength: 1, maxLength: 40 },
);
const passes = fc.array(
  fc.record({
    durationMs: fc.integer({ min: 1, max: 60 }).map((count) => count * STEP_MS),
    verdict: fc.constantFrom<PassVerdict>('done', 'done', 'retry', 'again'),
  }),
  { maxLength: 12 },
);

async function run(
  changes: readonly { readonly pauseMs: number; readonly count: number }[],
  plan: ConstructorParameters<typeof Site>[0],
): Promise<Site> {
  const site = new Site(plan);
  for (const { pauseMs, count } of changes) {
    await site.advance(pauseMs);
    site.signal(count);
  }
  for (let ms = 0; ms < 60_000 && (site.inHand > 0 || site.applied < site.state); ms += 100) {
    await site.advance(100);
  }
  return site;
}

test('whatever changes and whatever fails, there is never more than one pass', async () => {
  await fc.assert(
    fc.asyncProperty(signals, passes, async (changes, plan) => {
      const site = await run(changes, plan);

      expect(site.mostInHand).toBe(1);
    }),
  );
});

test('the last state is always taken in by a pass that succeeded', async () => {
  await fc.assert(
    fc.asyncProperty(signals, passes, async (changes, plan) => {
      const site = await run(changes, plan);

      expect(site.applied).toBe(site.state);
    }),
  );
});

test('no change waits longer than promised, and the last one only for a pause', async () => {
  await fc.assert(
    fc.asyncProperty(signals, passes, async (changes, plan) => {
      const site = await run(changes, plan);

      for (const atMs of site.signalsMs) {
        expect(site.waitOf(atMs)).toBeLessThanOrEqual(LONGEST_WAIT_MS);
      }
      const lastMs = site.signalsMs.at(-1) ?? 0;
      expect(site.waitOf(lastMs)).toBeLessThanOrEqual(LONGEST_WAIT_WHEN_QUIET_MS);
    }),
  );
});

test('nor does one of a stream without a pause', async () => {
  const stream = fc.record({
    pauseMs: fc.constantFrom(10, 10, 30),
    count: fc.constantFrom(1, 10),
    length: fc.integer({ min: 100, max: 1_200 }),
  });
  await fc.assert(
    fc.asyncProperty(stream, passes, async ({ pauseMs, count, length }, plan) => {
      const site = await run(
        Array.from({ length }, () => ({ pauseMs, count })),
        plan,
      );

      const longest = Math.max(...site.signalsMs.map((atMs) => site.waitOf(atMs)));
      expect(longest).toBeLessThanOrEqual(LONGEST_WAIT_MS);
    }),
    { numRuns: 30 },
  );
});

test('after everything is taken in, nothing runs until something changes', async () => {
  await fc.assert(
    fc.asyncProperty(signals, passes, async (changes, plan) => {
      const site = await run(changes, plan);
      const ran = site.passes.length;
      await site.advance(3_000);

      expect(site.passes.length).toBe(ran);
    }),
  );
});
