import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodedStore } from '../../src/decode/decoded-store.js';
import { badEntry, goodEntry } from '../support/arbitraries.js';

const anyKey = fc.oneof(
  goodEntry.map(({ key }) => key),
  fc.tuple(goodEntry, fc.string({ unit: 'binary' })).map(([{ key }, tail]) => `${key}/${tail}`),
  fc.string({ unit: 'binary' }).map((tail) => `/calico/bgp/v1/${tail}`),
  fc
    .array(
      fc.constantFrom(
        '/calico',
        '/bgp',
        '/v1',
        '/host',
        '/global',
        '/',
        'x',
        '/peer_v4',
        '/block',
        '/ipam',
      ),
    )
    .map((parts) => parts.join('')),
);

test('anything under any key is taken in, refused or ignored, but never thrown', () => {
  fc.assert(
    fc.property(anyKey, fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (key, value) => {
      const store = new DecodedStore();
      store.update([{ kind: 'put', key, value }]);
      store.cluster();

      expect(store.problems().length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2_000 },
  );
});

test('a bad value changes nothing about the other entries', () => {
  fc.assert(
    fc.property(fc.array(goodEntry, { maxLength: 10 }), badEntry, (entries, bad) => {
      const others = entries.filter(({ key }) => key !== bad.key);
      const without = new DecodedStore();
      without.replace({ revision: '1', entries: others });
      const withBad = new DecodedStore();
      withBad.replace({ revision: '1', entries: [...others, bad] });
      if (withBad.problems().every(({ key }) => key !== bad.key)) {
        return;
      }

      expect(withBad.cluster()).toEqual(without.cluster());
    }),
  );
});
