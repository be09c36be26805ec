import { expect, test } from 'vitest';
import { systemClock } from '../../../../../src/base/clock.js';
import { silentLogger } from '../../../../../src/base/logger.js';
import { withDefaults } from '../../../../../src/datastore/etcd/v3/options.js';
import { Patience } from '../../../../../src/datastore/etcd/v3/patience.js';

const SETTINGS = withDefaults({
  endpoints: [],
  keyPrefixes: [],
  clock: systemClock,
  logger: silentLogger,
});
const SILENCE = new Error('4 DEADLINE_EXCEEDED: Deadline exceeded');

test('after a session that ended in silence the next one waits longer and asks for less, up to a limit', () => {
  const patience = new Patience(SETTINGS);
  expect(patience.settings).toBe(SETTINGS);

  patience.endedBy(SILENCE);
  expect(patience.settings).toEqual({
    ...SETTINGS,
    callMs: 40_000,
    keepaliveTimeoutMs: 40_000,
    pageSize: 1_250,
  });
  expect(patience.signMs).toBe(20_000);

  patience.endedBy(SILENCE);
  patience.endedBy(SILENCE);
  expect(patience.signMs).toBe(80_000);
});

test('a quick sign of life ends it, a slow one and other failures change nothing', () => {
  const patience = new Patience(SETTINGS);
  patience.endedBy(new Error('14 UNAVAILABLE: Connection dropped'));
  expect(patience.signMs).toBe(5_000);
  patience.endedBy(SILENCE);

  patience.heardAfter(3_000);
  expect(patience.signMs).toBe(20_000);
  patience.heardAfter(3);
  expect(patience.signMs).toBe(5_000);
});
