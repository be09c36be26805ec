import { expect, test } from 'vitest';
import { RetryPace } from '../../../../src/datastore/etcd/retry-pace.js';
import { ManualClock } from '../../../support/manual-clock.js';

const REFUSED = { waitsLong: true };
const DOWN = { waitsLong: false };
const TIMES = {
  retryBaseMs: 100,
  retryMaxMs: 3_000,
  refusedBaseMs: 10_000,
  refusedMaxMs: 900_000,
  identityMs: 2_000,
  stableMs: 10_000,
};

function paceOf(...endpoints: readonly string[]) {
  const clock = new ManualClock(1_000_000);
  return { pace: new RetryPace({ ...TIMES, endpoints, clock }), clock };
}

/** Lets each endpoint that is tried fail, for so long; gives how often each was tried and what was waited for at most. */
function failFor(
  { pace, clock }: ReturnType<typeof paceOf>,
  forMs: number,
  failureOf: (endpoint: string) => { readonly waitsLong: boolean },
) {
  const tries = new Map<string, number>();
  let longestMs = 0;
  for (const end = clock.monotonic() + forMs; clock.monotonic() < end; ) {
    const endpoint = pace.endpoint();
    tries.set(endpoint, (tries.get(endpoint) ?? 0) + 1);
    pace.turn();
    const { waitMs } = pace.next(endpoint, failureOf(endpoint));
    longestMs = Math.max(longestMs, waitMs);
    clock.advance(waitMs);
  }
  return { tries, longestMs };
}

test('an endpoint that refuses us is left alone, and one that is down is tried every few seconds', () => {
  const { tries, longestMs } = failFor(paceOf('wrong', 'down'), 3_600_000, (endpoint) =>
    endpoint === 'wrong' ? REFUSED : DOWN,
  );

  expect(longestMs).toBeLessThanOrEqual(TIMES.retryMaxMs);
  expect(tries.get('down')).toBeGreaterThan(1_000);
  // Waits that double from 10 s to 15 minutes.
  expect(tries.get('wrong')).toBeLessThan(60);
});

test('endpoints that all refuse us are tried one at each long wait, after a quick first round', () => {
  const site = paceOf('a', 'b', 'c');

  const first = [site.pace.endpoint()];
  for (let i = 0; i < 2; i++) {
    site.pace.turn();
    expect(site.pace.next(first[i] ?? '', REFUSED)).toMatchObject({ isLong: false });
    first.push(site.pace.endpoint());
  }
  site.pace.turn();
  const third = site.pace.next(first[2] ?? '', REFUSED);

  expect(new Set(first).size).toBe(3);
  expect(third.isLong).toBe(true);
  expect(third.waitMs).toBeGreaterThanOrEqual(5_000);
  const { tries } = failFor(site, 36_000_000, () => REFUSED);
  const sum = [...tries.values()].reduce((a, b) => a + b, 0);
  expect(sum).toBeLessThan(250);
  expect(tries.size).toBe(3);
});

test('a refusal that is mended makes the next one the first again', () => {
  const site = paceOf('a');
  failFor(site, 3_600_000, () => REFUSED);

  site.pace.reset();

  expect(site.pace.next('a', REFUSED).waitMs).toBeLessThanOrEqual(TIMES.refusedBaseMs);
});
