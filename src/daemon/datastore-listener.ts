/** Takes what the datastore tells into the store, the status and the log. */

import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { DatastoreListener, DatastoreState } from '../datastore/datastore.js';
import type { DecodedStore } from '../decode/decoded-store.js';
import type { StatusBoard } from '../observe/status-board.js';
import type { Hold } from './hold/hold.js';
import { storeMarkOf } from './hold/hold-rules.js';

/** What a listener works on. */
export interface ListenerParts {
  readonly store: DecodedStore;
  readonly board: StatusBoard;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told which store is followed, and how far. */
  readonly hold: Pick<Hold, 'noteSnapshot' | 'noteRevision'>;
  /** Told which keys of ours changed; `isFirst` with the first snapshot, changed or not. */
  readonly onChange: (keys: readonly string[], isFirst: boolean) => void;
  /** Told when what came before turns out to be half of a revision. */
  readonly onTorn: () => void;
  /** Resolves when the pass in hand has ended. */
  readonly settled: () => Promise<void>;
}

/** A listener for `Datastore.follow`. */
export function listenerOf(parts: ListenerParts): DatastoreListener {
  const { store, board, clock, logger, hold, onChange, onTorn, settled } = parts;
  return {
    snapshot(snapshot) {
      const { snapshots } = board.current().datastore;
      const keys = store.replace(snapshot);
      hold.noteSnapshot(storeMarkOf(snapshot));
      board.updateDatastore({ revision: snapshot.revision, snapshots: snapshots + 1 });
      logger.info(
        { revision: snapshot.revision, entries: snapshot.entries.length, changed: keys.length },
        snapshots === 0 ? 'datastore read' : 'datastore read anew',
      );
      onChange(keys, snapshots === 0);
      // At start a BIRD waits for its configuration, and nobody for the watch.
      return settled();
    },
    changes(changes, revision, late) {
      board.updateDatastore({ revision });
      hold.noteRevision(Number(revision));
      if (late) {
        onTorn();
      }
      onChange(store.update(changes), false);
    },
    state(state) {
      noteState(parts, state);
    },
    heard() {
      board.updateDatastore({ heardAt: clock.now() });
    },
  };
}

/** The datastore itself logs its comings and goings; here they reach the status. */
function noteState({ board, logger }: ListenerParts, state: DatastoreState): void {
  const { reason: _, advice: __, ...datastore } = board.current().datastore;
  const isLost = state.kind === 'lost';
  board.update({
    datastore: {
      ...datastore,
      state: state.kind,
      ...(isLost && { reason: state.reason, advice: state.advice }),
    },
  });
  const { generation } = board.current();
  if (isLost && generation !== undefined) {
    logger.warn(
      { sequence: generation.sequence, reason: state.reason, advice: state.advice },
      'the datastore is away; BIRD keeps the last good generation',
    );
  }
}
