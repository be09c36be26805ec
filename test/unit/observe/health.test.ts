import { expect, test } from 'vitest';
import { type Health, liveness, readiness } from '../../../src/observe/health.js';
import type { DaemonStatus } from '../../../src/observe/status.js';
import { statusWith } from './status-fixture.js';

const NOW_MS = 2_000_000;
const STALE_AFTER_MS = 60_000;

const datastore = statusWith().datastore;
const synced = { ...datastore, state: 'synced', snapshots: 1, heardAt: NOW_MS - 2_500 } as const;
const loaded = { sequence: 7, digest: 'd7', loadedAt: 1_500_000 };

function readinessOf(parts: Partial<DaemonStatus>): Health {
  return readiness(statusWith(parts), NOW_MS, STALE_AFTER_MS);
}

test('a process that answers lives', () => {
  expect(liveness()).toEqual({ isOk: true, lines: ['birdkeeper runs'] });
});

test('before the datastore has answered nothing is ready', () => {
  expect(readinessOf({})).toEqual({
    isOk: false,
    lines: ['no configuration has been rendered from the datastore yet'],
  });
});

test('a datastore that is lost before the first configuration is the reason', () => {
  const lost = { ...datastore, state: 'lost', reason: 'connection refused' } as const;

  expect(readinessOf({ datastore: lost })).toEqual({
    isOk: false,
    lines: ['no configuration has been rendered from the datastore yet', 'connection refused'],
  });
});

test('a generation that BIRD has not loaded is not ready, and the failed pass is the reason', () => {
  const retry = { attempt: 2, reason: 'BIRD does not answer', at: NOW_MS + 500 };
  const generation = { sequence: 7, digest: 'd7' };

  expect(readinessOf({ datastore: synced, generation, retry })).toEqual({
    isOk: false,
    lines: ['generation 7 is on disk, but BIRD has not loaded it yet', 'BIRD does not answer'],
  });
});

test('ready is who runs the newest configuration and has heard from the datastore', () => {
  expect(readinessOf({ datastore: synced, generation: loaded, desiredDigest: 'd7' })).toEqual({
    isOk: true,
    lines: ['BIRD runs generation 7', 'the datastore was heard from 2.5 s ago'],
  });
});

test('a newest state that is refused leaves the last good one ready, and says why', () => {
  const retry = { attempt: 1, reason: 'BIRD refuses the configuration', at: NOW_MS + 500 };
  const parts = { datastore: synced, generation: loaded, desiredDigest: 'd8' };

  expect(readinessOf({ ...parts, retry })).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 7',
      'the newest state is not applied: BIRD refuses the configuration',
      'the datastore was heard from 2.5 s ago',
    ],
  });
  expect(readinessOf(parts).lines).toContain(
    'the newest state is not applied: it is being worked on',
  );
});

test('a lost datastore leaves the last good configuration ready', () => {
  const lost = { ...synced, state: 'lost', reason: 'connection refused' } as const;

  expect(readinessOf({ datastore: lost, generation: loaded })).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 7',
      'the last good configuration stands; the datastore is lost: connection refused',
    ],
  });
});

test('a datastore that has not answered since the start leaves what stood on disk ready', () => {
  expect(readinessOf({ generation: loaded }).lines).toEqual([
    'BIRD runs generation 7',
    'the last good configuration stands; the datastore is connecting',
  ]);
});

test.each([
  [STALE_AFTER_MS, 'the datastore was heard from 60.0 s ago'],
  [STALE_AFTER_MS + 1, 'the last good configuration stands; the datastore is silent'],
])('a datastore that was last heard %i ms ago: %s', (silentMs, line) => {
  const silent = { ...synced, heardAt: NOW_MS - silentMs };

  const { isOk, lines } = readinessOf({ datastore: silent, generation: loaded });

  expect(isOk).toBe(true);
  expect(lines.at(-1)).toBe(line);
});
