import { expect, test } from 'vitest';
import { DecodedStore } from '../../../src/decode/decoded-store.js';
import { generationProblems } from '../../../src/plan/generations.js';

const V1 = { key: '/calico/bgp/v1/global/as_num', value: '64512' };
const V3 = {
  key: '/calico/resources/v3/projectcalico.org/nodes/a',
  value: '{"metadata":{"name":"a"}}',
};
const BLOCK = { key: '/calico/ipam/v2/host/a/ipv4/block/198.18.0.0-26', value: '' };

test.each([
  ['nothing', [], ['no-calico-data']],
  ['a block, which both keep', [BLOCK], ['no-calico-data']],
  ['keys of Calico 2', [V1, BLOCK], []],
  ['resources of Calico 3', [V3, BLOCK], []],
  ['both', [V1, V3, BLOCK], ['both-generations']],
])('of %s', (_, entries, codes) => {
  const store = new DecodedStore();
  store.replace({ revision: '1', entries });

  expect(generationProblems(store.cluster()).map(({ code }) => code)).toEqual(codes);
});
