import { describe, expect, test } from 'vitest';
import type { DatastoreListener, DatastoreState } from '../../../../src/datastore/datastore.js';
import type { EtcdFailure } from '../../../../src/datastore/etcd/failure.js';
import { Outage } from '../../../../src/datastore/etcd/outage.js';
import { spreadMsOf } from '../../../../src/datastore/etcd/spread.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

const [A, B] = ['http://a:2379', 'http://b:2379'];
const SOON = { waitMs: 123.4, isLong: false };

function failure(kind: string, reason: string = kind): EtcdFailure {
  const advice = `mend ${kind}`;
  return { kind, reason, advice, isRetryable: true, waitsLong: false };
}

function site() {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const logger = new RecordingLogger();
  const states: DatastoreState[] = [];
  const listener: DatastoreListener = {
    snapshot: () => {},
    changes: () => {},
    heard: () => {},
    state: (state) => states.push(state),
  };
  return { clock, logger, states, outage: new Outage({ clock, logger }, listener) };
}

describe('an outage', () => {
  test('is told with reason and advice when it begins', () => {
    const { logger, states, outage } = site();

    outage.failed(A, failure('refused', 'etcd at a refuses'), SOON);

    expect(states).toEqual([{ kind: 'lost', reason: 'etcd at a refuses', advice: 'mend refused' }]);
    expect(logger.lines).toEqual([
      {
        level: 'warn',
        message: 'lost etcd; going on with what is known, and trying again',
        fields: { endpoint: A, reason: 'etcd at a refuses', advice: 'mend refused' },
      },
    ]);
  });

  test('of one kind is told once, and at level debug from then on', () => {
    const { logger, states, outage } = site();

    outage.failed(A, failure('refused', 'at port 1'), SOON);
    outage.failed(A, failure('refused', 'at port 2'), SOON);

    expect(states).toHaveLength(1);
    expect(logger.lines[1]).toEqual({
      level: 'debug',
      message: 'etcd is still lost, trying again',
      fields: { endpoint: A, reason: 'at port 2', retryMs: 123 },
    });
  });

  test('of another kind, or of another endpoint, is told with all reasons so far', () => {
    const { states, outage } = site();

    outage.failed(A, failure('refused'), SOON);
    outage.failed(B, failure('unreachable'), SOON);
    outage.failed(A, failure('no-answer'), SOON);

    expect(states.map((state) => state.kind === 'lost' && state.reason)).toEqual([
      'refused',
      'refused; unreachable',
      'no-answer; unreachable',
    ]);
  });

  test('that waits for somebody is told each time, with the time of the next try', () => {
    const { clock, logger, states, outage } = site();
    const next = { waitMs: 90_000, isLong: true };

    outage.failed(A, failure('login-refused'), next);
    clock.advance(90_000);
    outage.failed(A, failure('login-refused'), next);

    expect(states.map((state) => state.kind === 'lost' && state.advice)).toEqual([
      'mend login-refused; the next try is at 2026-01-01T00:01:30Z, or at once on SIGHUP or when the password or a TLS file changes',
      'mend login-refused; the next try is at 2026-01-01T00:03:00Z, or at once on SIGHUP or when the password or a TLS file changes',
    ]);
    expect(logger.messages('warn')).toHaveLength(2);
  });

  test('ends with how long it was, and the next one is told anew', () => {
    const { clock, logger, states, outage } = site();
    outage.failed(A, failure('refused'), SOON);
    clock.advance(1_500);
    outage.failed(B, failure('refused'), SOON);
    clock.advance(500.4);

    outage.over(B, { revision: '7' });
    outage.failed(A, failure('refused'), SOON);

    expect(logger.lines.find(({ level }) => level === 'info')).toEqual({
      level: 'info',
      message: 'etcd is back',
      fields: { endpoint: B, revision: '7', outageMs: 2000 },
    });
    expect(states.map(({ kind }) => kind)).toEqual(['lost', 'lost', 'synced', 'lost']);
  });
});

test('a first connection, and a further one without an outage between, tell that all is synced once', () => {
  const { logger, states, outage } = site();

  outage.over(A, {});
  outage.over(B, {});

  expect(states).toEqual([{ kind: 'synced' }]);
  expect(logger.messages('info')).toEqual(['following etcd', 'following etcd']);
  expect(logger.lines[0]?.fields).toEqual({ endpoint: A });
});

test.each([
  [0, 0],
  [300, 60],
  [3_000, 6_000],
  [15_000, 150_000],
  [10_000_000, 3_600_000],
])('lists of %s keys are spread over %s ms', (keys, ms) => {
  expect(spreadMsOf(keys)).toBe(ms);
});
