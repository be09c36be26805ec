import { expect, test } from 'vitest';
import type { BirdState } from '../../../src/apply/bird-states.js';
import { type Health, liveness, readiness } from '../../../src/observe/health.js';
import type { DaemonStatus } from '../../../src/observe/status.js';
import { statusWith } from './status-fixture.js';

const NOW_MS = 2_000_000;
const STALE_AFTER_MS = 60_000;

const datastore = statusWith().datastore;
const synced = { ...datastore, state: 'synced', snapshots: 1, heardAt: NOW_MS - 2_500 } as const;
const heard = 'the datastore was heard from 2.5 s ago';
const lost = { ...synced, state: 'lost', reason: 'connection refused' } as const;
const onDisk = { sequence: 7, digest: 'd7' };
const generation = { ...onDisk, loadedAt: 1_500_000 };
const retry = { attempt: 2, reason: 'BIRD does not answer', at: NOW_MS + 500 };

/** A BIRD that runs generation `sequence`. */
function running(sequence: number, parts: Partial<BirdState> = {}): BirdState {
  const loaded = { sequence, digest: `d${sequence}`, at: 1_500_000, isInProgress: false };
  return { daemon: 'bird', isUp: true, since: 1_000_000, isNeeded: true, loaded, ...parts };
}

/** A BIRD that is not known to run anything of ours. */
function strange(isUp: boolean, parts: Partial<BirdState> = {}): BirdState {
  return { daemon: 'bird', isUp, since: 1_000_000, isNeeded: true, ...parts };
}

function readinessOf(parts: Partial<DaemonStatus>): Health {
  return readiness(statusWith(parts), NOW_MS, STALE_AFTER_MS);
}

/** Ready or not, and why, with a datastore that asks for digest `desired` and was heard from. */
function readinessWith(
  birds: readonly BirdState[],
  desired: string | undefined,
  parts: Partial<DaemonStatus> = {},
): Health {
  return readinessOf({ datastore: synced, birds, desiredDigest: desired, generation, ...parts });
}

test('a process that answers lives', () => {
  expect(liveness(false)).toEqual({ isOk: true, lines: ['birdkeeper runs'] });
});

test('a process whose pass hangs is not alive, although it answers', () => {
  expect(liveness(true)).toEqual({
    isOk: false,
    lines: ['a pass hangs; birdkeeper has to be started again'],
  });
});

test('before the datastore has answered nothing is ready, and the reason is said', () => {
  expect(readinessOf({ birds: [strange(true)] })).toEqual({
    isOk: false,
    lines: [
      'bird runs, and has not confirmed a configuration yet',
      'no configuration has been rendered from the datastore yet',
      'the datastore is connecting',
    ],
  });
  const silent = { ...datastore, state: 'lost', reason: 'connection refused' } as const;
  expect(readinessOf({ datastore: silent }).lines.at(-1)).toBe(
    'the datastore is lost: connection refused',
  );
});

test('ready is who runs the newest configuration and has heard from the datastore', () => {
  expect(readinessWith([running(7)], 'd7')).toEqual({
    isOk: true,
    lines: ['BIRD runs generation 7', heard],
  });
});

test('a configuration that BIRD never loaded is not ready, and the failed pass is the reason', () => {
  expect(readinessWith([strange(false)], 'd7', { generation: onDisk, retry })).toEqual({
    isOk: false,
    lines: [
      'bird is away',
      'generation 7 is on disk, but BIRD has not loaded it yet',
      'the newest state is not applied: BIRD does not answer',
      heard,
    ],
  });
});

test('a BIRD that was restarted and did not confirm anything yet is not ready', () => {
  const { isOk, lines } = readinessWith([strange(true)], 'd7', { generation: onDisk, retry });

  expect(isOk).toBe(false);
  expect(lines).toContain('bird runs, and has not confirmed a configuration yet');
  expect(lines.join()).not.toContain('BIRD runs');
});

test('a BIRD that goes on running the old configuration while the new one fails is ready, and it is said', () => {
  expect(readinessWith([running(6)], 'd7', { generation: onDisk, retry })).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 6',
      'generation 7 is on disk, but BIRD has not loaded it yet',
      'the newest state is not applied: BIRD does not answer',
      heard,
    ],
  });
});

test('a newest state that is refused leaves the last good one ready, and says why', () => {
  const refused = { ...retry, reason: 'BIRD refuses the configuration' };

  expect(readinessWith([running(7)], 'd8', { retry: refused })).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 7',
      'the newest state is not applied: BIRD refuses the configuration',
      heard,
    ],
  });
  expect(readinessWith([running(7)], 'd8').lines).toContain(
    'the newest state is not applied: it is being worked on',
  );
});

test('a newest state that cannot be rendered is said, too', () => {
  const lastPass = { ...PASS, outcome: 'unrenderable', reason: 'template bird.cfg.hbs' } as const;

  expect(readinessWith([running(7)], undefined, { lastPass }).lines).toContain(
    'the newest state is not applied: template bird.cfg.hbs',
  );
});

const PASS = { at: 1, durationMs: 1, stagesMs: {}, causes: [], changes: [] };

test('of two processes each must run something, and each is told about', () => {
  const bird6 = { daemon: 'bird6' } as const;

  expect(readinessWith([running(7), running(7, bird6)], 'd7').lines).toEqual([
    'BIRD runs generation 7',
    heard,
  ]);
  const half = readinessWith([running(7), strange(false, bird6)], 'd7', { generation: onDisk });
  expect(half.isOk).toBe(false);
  expect(half.lines).toEqual([
    'bird runs generation 7',
    'bird6 is away',
    'generation 7 is on disk, but BIRD has not loaded it yet',
    'the newest state is not applied: it is being worked on',
    heard,
  ]);
});

test('a process that this host has no use for may stay away', () => {
  const unused = strange(false, { daemon: 'bird6', isNeeded: false });

  expect(readinessWith([running(7), unused], 'd7')).toEqual({
    isOk: true,
    lines: ['BIRD runs generation 7', heard],
  });
});

test('a BIRD that is still at it is said to be', () => {
  const loaded = { sequence: 7, digest: 'd7', at: 1_500_000, isInProgress: true };

  expect(readinessWith([running(7, { loaded })], 'd7')).toEqual({
    isOk: true,
    lines: ['BIRD runs generation 7; some protocols are still going down or up', heard],
  });
});

test('a lost datastore leaves the last good configuration ready', () => {
  expect(readinessWith([running(7)], 'd7', { datastore: lost })).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 7',
      'the last good configuration stands; the datastore is lost: connection refused',
    ],
  });
});

test('a datastore that has not answered since the start leaves what stood on disk ready', () => {
  expect(readinessOf({ generation, birds: [running(7)] }).lines).toEqual([
    'BIRD runs generation 7',
    'the last good configuration stands; the datastore is connecting',
  ]);
});

test.each([
  [STALE_AFTER_MS, 'the datastore was heard from 60.0 s ago'],
  [STALE_AFTER_MS + 1, 'the last good configuration stands; the datastore is silent'],
])('a datastore that was last heard %i ms ago: %s', (silentMs, line) => {
  const silent = { ...synced, heardAt: NOW_MS - silentMs };

  const { isOk, lines } = readinessWith([running(7)], 'd7', { datastore: silent });

  expect(isOk).toBe(true);
  expect(lines.at(-1)).toBe(line);
});

test('a rollback is said, and the host is served all the same', () => {
  const pinned = { sequence: 5, since: 1, standing: 7, waitingLines: 12 };

  expect(readinessWith([running(7)], 'd8', { pinned })).toMatchObject({
    isOk: true,
    lines: expect.arrayContaining([
      'an operator rolled back to generation 5; 12 lines wait until `birdkeeper resume`',
    ]),
  });
});

test('a state that is held back is said, and the host is served all the same', () => {
  const held = { reason: 'the datastore has no node any more', since: NOW_MS - 60_000, causes: [] };

  expect(readinessWith([running(7)], 'd8', { held })).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 7',
      'what the datastore asks for is held back: the datastore has no node any more',
      heard,
    ],
  });
});

const recovery = { waitingFor: 3, endsBy: NOW_MS + 41_200 };
const portTaken = { count: 2, sessions: ['Mesh_a', 'Mesh_b'], holder: 'bird (process 7) has it' };

test('a BIRD in graceful restart recovery is ready, and says for how long it holds back what', () => {
  expect(readinessWith([running(7, { recovery })], 'd7')).toEqual({
    isOk: true,
    lines: [
      'BIRD runs generation 7',
      'bird: graceful restart recovery is running: new routes are held back until 3 neighbors more have answered, 42 s at the longest',
      heard,
    ],
  });
});

test('a bound that is over says 0 s, and not less', () => {
  const late = { waitingFor: 3, endsBy: NOW_MS - 1 };
  expect(readinessWith([running(7, { recovery: late })], 'd7').lines[1]).toMatch(
    / 0 s at the longest$/,
  );
});

test('a BIRD that could not open its listening socket is not ready, whatever it runs', () => {
  expect(readinessWith([running(7, { portTaken })], 'd7')).toEqual({
    isOk: false,
    lines: [
      'BIRD runs generation 7',
      'bird could not open its listening socket, and 2 sessions are down for that: bird (process 7) has it',
      heard,
    ],
  });
});

test('a generation on trial is said, with when BIRD undoes it', () => {
  const trial = { sequence: 8, until: Date.UTC(2026, 10, 24, 8, 30) };

  expect(readinessWith([running(7)], 'd8', { trial }).lines).toContain(
    'generation 8 is on trial: BIRD undoes it at 2026-11-24T08:30:00.000Z unless the sessions of before come back',
  );
});
