import { expect, test } from 'vitest';
import { statusText } from '../../../src/cli/status-text.js';
import type { DaemonStatus } from '../../../src/observe/status.js';

const BIRD = { daemon: 'bird', isUp: true, since: 0, isNeeded: true } as const;
const loaded = (sequence: number, isInProgress = false) => ({
  sequence,
  digest: 'd',
  at: 0,
  isInProgress,
});

/** The lines about what the BIRDs run, of a host with generation 7 on disk. */
function linesOf(...birds: DaemonStatus['birds']): readonly string[] {
  const daemon = {
    version: '1',
    node: 'node-a',
    role: 'node',
    dialect: 'bird2',
    startedAt: 0,
    datastore: { description: 'etcd', state: 'following', snapshots: 1 },
    sessions: { ipv4: 0, ipv6: 0 },
    plannedSessions: [],
    problems: [],
    generation: { sequence: 7, digest: 'd' },
    birds,
  } as unknown as DaemonStatus;
  const text = statusText({ daemon, role: 'node', birds: [], missing: [] });
  return text.split('\n').filter((line) => /^BIRD6?:/.test(line));
}

test.each([
  [
    'the older generation that BIRD runs',
    loaded(5),
    'BIRD: runs generation 5, loaded 1970-01-01 00:00:00 UTC',
  ],
  ['a BIRD that confirmed nothing', undefined, 'BIRD: has not confirmed any generation'],
  ['a BIRD that is not done yet', loaded(7, true), 'BIRD: still bringing protocols to it'],
])('%s is named', (_, run, line) => {
  expect(linesOf({ ...BIRD, ...(run && { loaded: run }) })).toEqual([line]);
});

test('of two BIRDs the one that is away is named', () => {
  const away = { ...BIRD, daemon: 'bird6', isUp: false } as const;
  expect(linesOf({ ...BIRD, loaded: loaded(7) }, away)).toEqual(['BIRD6: away']);
});

test('nothing is said of a BIRD that runs what stands, nor of one that is not needed', () => {
  const unused = { ...BIRD, daemon: 'bird6', isUp: false, isNeeded: false } as const;
  expect(linesOf({ ...BIRD, loaded: loaded(7) }, unused)).toEqual([]);
});
