/** What the incremental path gives equals a start from scratch. On failure fast-check prints seed and counter-example. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/datastore/datastore.js';
import { DecodedStore } from '../../src/decode/decoded-store.js';
import type { Host } from '../../src/plan/host.js';
import type { DialectName } from '../../src/render/dialects/index.js';
import { parseSpeakerAddress } from '../../src/values/address.js';
import { badEntry, changes, entriesAfter, goodEntry } from '../support/arbitraries.js';
import { Renderer, storeOf } from '../support/scenario.js';

const ADDRESS = parseSpeakerAddress('192.0.2.1', 'ipv4');
const ADDRESS6 = parseSpeakerAddress('2001:db8::1', 'ipv6');
const HOSTS: readonly Host[] = (['node', 'reflector'] as const).map((role) => ({
  role,
  nodeName: 'node-a',
  ...(ADDRESS.ok && role === 'reflector' && { ipv4: ADDRESS.value }),
  ...(ADDRESS6.ok && role === 'reflector' && { ipv6: ADDRESS6.value }),
  acceptsCustomFilters: true,
  refusedStatements: new Map(),
}));
const DIALECTS: readonly DialectName[] = ['bird1', 'bird2', 'bird3', 'calico'];

/** Where every sequence starts: a change shows only where there are sessions that it is about. */
const BASE: readonly Change[] = ['a', 'b', 'c', 'd'].flatMap((letter, index) => [
  put(`host/node-${letter}/ip_addr_v4`, `192.0.2.${index + 1}`),
  put(`host/node-${letter}/ip_addr_v6`, `2001:db8::${index + 1}`),
  put(`global/peer_v4/192.0.2.${index + 1}`, `{"ip":"192.0.2.${index + 1}","as_num":"64512"}`),
  put(`rr_v4/192.0.2.${index + 1}`, '{"cluster_id":"1.0.0.1"}'),
]);

function put(key: string, value: string): Change {
  return { kind: 'put', key: `/calico/bgp/v1/${key}`, value };
}

/** One step of a datastore: changes, or a whole snapshot of what stands (a resync). */
const step = (entries: typeof goodEntry) =>
  fc.record({ changes: changes(entries), isResync: fc.boolean() });

test('random changes, all of them valid, give what the final entries give from scratch', async () => {
  await assertSameAsFromScratch(goodEntry, 'without last good values');
});

test('random changes, some of them bad, give what the final entries and the kept good values give', async () => {
  await assertSameAsFromScratch(
    fc.oneof({ weight: 3, arbitrary: goodEntry }, { weight: 1, arbitrary: badEntry }),
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
          if (isResync) store.replace({ revision: '1', entries: entriesAfter(batches) });
          else store.update(batch);
          renderer.render(store, host);
        }

        const lastGood = mode === 'with last good values' ? store.lastGood() : {};
        const scratch = storeOf(entriesAfter(batches), lastGood);

        const incremental = renderer.render(store, host);
        const fromScratch = (await Renderer.create(dialect)).render(scratch, host);
        expect(incremental.files).toEqual(fromScratch.files);
        expect([...incremental.problems].sort()).toEqual([...fromScratch.problems].sort());
      },
    ),
    { numRuns: 200 },
  );
}
