import { expect, test } from 'vitest';
import { DecodedStore } from '../../../src/decode/decoded-store.js';
import { ClusterStore } from '../../../src/model/cluster-store.js';
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

test('of both names the keys that are fewer, whose rules are followed, and what to remove', () => {
  const store = new DecodedStore();
  const hosts = ['a', 'b', 'c', 'd'].map((name) => `/calico/bgp/v1/host/${name}/ip_addr_v4`);
  const entries = hosts.map((key, index) => ({ key, value: `192.0.2.${index + 1}` }));
  store.replace({ revision: '1', entries: [...entries, V3] });

  const [problem] = generationProblems(store.cluster());
  expect(problem).toMatchObject({ key: V3.key });
  expect(problem?.reason).toBe(
    `keys of Calico 2 (${hosts.slice(0, 3).join(', ')} and more) and resources of Calico 3 (${V3.key}) stand beside each other`,
  );
  expect(problem?.action).toMatch(/followed the rules of Calico 3 .* remove the resources if/);

  store.update([{ kind: 'delete', key: V3.key }]);
  expect(generationProblems(store.cluster())).toEqual([]);
});

test('is known from who decoded an entry, and not from its key', () => {
  const store = new ClusterStore();
  store.set('elsewhere:nodes/a', [{ kind: 'log-level', level: 'debug' }], 'v3');

  expect(store.cluster().generation).toBe('v3');
});
