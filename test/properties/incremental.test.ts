/** What the incremental path gives equals a start from scratch. On failure fast-check prints seed and counter-example. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/datastore/datastore.js';
import { DecodedStore } from '../../src/decode/decoded-store.js';
import {
  badEntry,
  changes,
  entriesAfter,
  type goodEntry,
  goodOfAny,
} from '../support/arbitraries.js';
import { BASE, DIALECTS, HOSTS } from '../support/property-site.js';
import { Printers, Renderer, storeOf } from '../support/scenario.js';

/** What prints from scratch never prints step by step. */
const printersFromScratch = new Printers();

/** One step of a datastore: changes, or a whole snapshot of what stands (a resync). */
const step = (entries: typeof goodEntry) =>
  fc.record({ changes: changes(entries), isResync: fc.boolean() });

test('random changes, all of them valid, give what the final entries give from scratch', async () => {
  await assertSameAsFromScratch(goodOfAny, 'without last good values');
});

test('random changes, some of them bad, give what the final entries and the kept good values give', async () => {
  await assertSameAsFromScratch(
    fc.oneof({ weight: 3, arbitrary: goodOfAny }, { weight: 1, arbitrary: badEntry }),
    'with last good values',
  );
});

async function assertSameAsFromScratch(
  entries: typeof goodEntry,
  mode: 'with last good values' | 'without last good values',
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step(entries), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...HOSTS),
      fc.constantFrom(...DIALECTS),
      async (steps, host, dialect) => {
        const renderer = await Renderer.create(dialect);
        const store = new DecodedStore();
        const batches: (readonly Change[])[] = [];
        for (const { changes: batch, isResync } of [{ changes: BASE, isResync: true }, ...steps]) {
          batches.push(batch);
          if (isResync) {
            store.replace({ revision: '1', entries: entriesAfter(batches) });
          } else {
            store.update(batch);
          }
          renderer.render(store, host);
        }

        const lastGood = mode === 'with last good values' ? store.lastGood() : {};
        const scratch = storeOf(entriesAfter(batches), lastGood);

        const incremental = renderer.render(store, host);
        const another = await Renderer.create(dialect, '', printersFromScratch);
        const fromScratch = another.render(scratch, host);
        expect(incremental.files).toEqual(fromScratch.files);
        expect([...incremental.problems].sort()).toEqual([...fromScratch.problems].sort());
      },
    ),
    { numRuns: 200 },
  );
}
