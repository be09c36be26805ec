import { expect, test } from 'vitest';
import { listenerOf } from '../../../src/daemon/datastore-listener.js';
import { DecodedStore } from '../../../src/decode/decoded-store.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { boardWith, statusWith } from '../observe/status-fixture.js';

const AS_NUMBER = '/calico/bgp/v1/global/as_num';
const ADDRESS = '/calico/bgp/v1/host/node-b/ip_addr_v4';

/** A listener with what it works on, at second 2,000. */
function listenerForTest(status = statusWith()) {
  const store = new DecodedStore();
  const board = boardWith(status);
  const clock = new ManualClock(2_000_000);
  const logger = new RecordingLogger();
  const changes: [readonly string[], boolean][] = [];
  const marks: unknown[] = [];
  let passes = 0;
  let torn = 0;
  const listener = listenerOf({
    store,
    board,
    clock,
    logger,
    hold: {
      noteSnapshot: (store) => marks.push(store),
      noteRevision: (revision) => marks.push(revision),
    },
    onChange: (keys, isFirst) => {
      changes.push([keys, isFirst]);
    },
    onTorn: () => {
      torn += 1;
    },
    settled: async () => {
      passes += 1;
    },
  });
  return {
    listener,
    store,
    board,
    clock,
    logger,
    changes,
    marks,
    settledPasses: () => passes,
    torn: () => torn,
  };
}

test('the hold learns which store is followed, and how far', () => {
  const { listener, marks } = listenerForTest();

  void listener.snapshot({ revision: '42', storeId: 'a', entries: [] });
  listener.changes([{ kind: 'put', key: AS_NUMBER, value: '65001' }], '43');
  void listener.snapshot({ revision: '1', entries: [] });

  expect(marks).toEqual([{ id: 'a', revision: 42 }, 43, undefined]);
});

test('the first snapshot fills the store and is told as the first, changed or not', () => {
  const { listener, store, board, logger, changes } = listenerForTest();

  void listener.snapshot({ revision: '42', entries: [{ key: AS_NUMBER, value: '65001' }] });

  expect(store.cluster().defaultAsn.asn).toBe(65001);
  expect(board.current().datastore).toMatchObject({ revision: '42', snapshots: 1 });
  expect(changes).toEqual([[[AS_NUMBER], true]]);
  expect(logger.lines).toEqual([
    {
      level: 'info',
      message: 'datastore read',
      fields: { revision: '42', entries: 1, changed: 1 },
    },
  ]);
});

test('an empty first snapshot is told, too: there may be something to remove', () => {
  const { listener, changes } = listenerForTest();

  void listener.snapshot({ revision: '1', entries: [] });

  expect(changes).toEqual([[[], true]]);
});

test('a later snapshot tells what is different from what is known', () => {
  const { listener, board, logger, changes } = listenerForTest();
  const asNumber = { key: AS_NUMBER, value: '64512' };
  void listener.snapshot({
    revision: '42',
    entries: [asNumber, { key: ADDRESS, value: '192.0.2.2' }],
  });

  void listener.snapshot({ revision: '50', entries: [asNumber] });

  expect(changes.slice(1)).toEqual([[[ADDRESS], false]]);
  expect(board.current().datastore).toMatchObject({ revision: '50', snapshots: 2 });
  expect(logger.lines[1]).toEqual({
    level: 'info',
    message: 'datastore read anew',
    fields: { revision: '50', entries: 1, changed: 1 },
  });
});

test('the datastore goes on after the pass that a snapshot leads to', async () => {
  const { listener, settledPasses } = listenerForTest();

  await listener.snapshot({ revision: '42', entries: [] });

  expect(settledPasses()).toBe(1);
});

test('changes reach the store and the status, and only keys of ours are told', () => {
  const { listener, store, board, changes } = listenerForTest();

  listener.changes(
    [
      { kind: 'put', key: AS_NUMBER, value: '65001' },
      { kind: 'put', key: '/calico/bgp/v1/host/node-b/last_seen', value: '1' },
    ],
    '43',
  );
  listener.changes([{ kind: 'delete', key: AS_NUMBER }], '44');

  expect(store.cluster().defaultAsn.asn).toBe(64512);
  expect(board.current().datastore.revision).toBe('44');
  expect(changes).toEqual([
    [[AS_NUMBER], false],
    [[AS_NUMBER], false],
  ]);
});

test('a sign of life is noted with its time, in milliseconds since 1970', () => {
  const { listener, board, clock } = listenerForTest();

  listener.heard();
  clock.advance(500);
  listener.heard();

  expect(board.current().datastore.heardAt).toBe(2_000_500);
});

test('a datastore that is lost is in the status with reason and advice until it is back', () => {
  const { listener, board, logger } = listenerForTest();

  listener.state({ kind: 'lost', reason: 'connection refused', advice: 'start etcd' });
  expect(board.current().datastore).toMatchObject({
    state: 'lost',
    reason: 'connection refused',
    advice: 'start etcd',
  });
  listener.state({ kind: 'synced' });

  expect(board.current().datastore).toEqual({ ...statusWith().datastore, state: 'synced' });
  // Nothing stands on disk that BIRD could keep.
  expect(logger.lines).toEqual([]);
});

test('the loss of the datastore is warned of with the generation that BIRD keeps', () => {
  const generation = { sequence: 7, digest: 'd7', loadedAt: 1 };
  const { listener, logger } = listenerForTest(statusWith({ generation }));

  listener.state({ kind: 'lost', reason: 'connection refused', advice: 'start etcd' });

  expect(logger.lines).toEqual([
    {
      level: 'warn',
      message: 'the datastore is away; BIRD keeps the last good generation',
      fields: { sequence: 7, reason: 'connection refused', advice: 'start etcd' },
    },
  ]);
});

test('the late part of a revision says that what came before was half of it', () => {
  const { listener, torn } = listenerForTest();
  void listener.snapshot({ revision: '42', entries: [] });

  listener.changes([{ kind: 'put', key: AS_NUMBER, value: '65001' }], '43');
  expect(torn()).toBe(0);
  listener.changes([{ kind: 'put', key: ADDRESS, value: '192.0.2.2' }], '43', 'late');

  expect(torn()).toBe(1);
});
