/** What BIRD reads at any reload, bird.cfg with its includes, must come from one state of the datastore. */
import { expect, onTestFinished, test } from 'vitest';
import { FaultSite } from '../support/fault-site.js';
import { STAMP_OPTIONS, stampingOperations, stampsOf } from '../support/stamped-generations.js';
import { waitFor } from '../support/wait-for.js';

const CHANGES = 40;

test('every reload finds files of one generation, and the last finds the last', async () => {
  const site = await FaultSite.create(300);
  onTestFinished(() => site.dispose());
  await site.etcd.txn(stampingOperations(1));
  await site.recordFiles();
  site.start(STAMP_OPTIONS);
  await waitFor(() => site.reloads() > 0, { what: 'the first reload' });

  for (let stamp = 2; stamp <= CHANGES; stamp++) {
    const reloads = site.reloads();
    await site.etcd.txn(stampingOperations(stamp));
    // Now one after the other, now into a reload that goes on: both orders must be safe.
    if (stamp % 3 === 0) {
      await waitFor(() => site.reloads() > reloads, { what: `generation ${stamp}` });
    }
  }
  const last = [CHANGES, CHANGES].join();
  const seen = await waitFor(
    async () => {
      const stamps = (await site.filesOfReloads()).map(stampsOf);
      return stamps.at(-1)?.join() === last ? stamps : undefined;
    },
    { what: 'the last generation to be loaded', everyMs: 100 },
  );

  expect(seen.filter((stamps) => new Set(stamps).size > 1)).toEqual([]);
  expect(seen.length).toBeGreaterThan(CHANGES / 3);
});
