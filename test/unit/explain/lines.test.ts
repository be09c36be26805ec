/** Which key a line of a file is of. */
import { expect, test } from 'vitest';
import { explain } from '../../../src/explain/explain.js';
import { Renderer, storeOf } from '../../support/scenario.js';
import { NODE } from '../plan/plan-fixture.js';
import { explainedOf, type Keys } from './fixture.js';

const KEYS: Keys = {
  'bgp/v1/global/as_num': '65100',
  'bgp/v1/host/node-a/ip_addr_v4': '192.0.2.1',
  'bgp/v1/host/node-b/ip_addr_v4': '192.0.2.2',
  'v1/ipam/v4/pool/198.18.0.0-16': { cidr: '198.18.0.0/16' },
};
const renderer = await Renderer.create('bird2');
const entries = Object.entries(KEYS).map(([key, value]) => ({
  key: `/calico/${key}`,
  value: typeof value === 'string' ? value : JSON.stringify(value),
}));
const files = [...renderer.render(storeOf(entries), NODE).files].map(([name, text]) => ({
  name,
  text,
}));

/** The answer about the first line of a file that holds `words`. */
function answerAt(name: string, words: string) {
  const text = files.find((file) => file.name === name)?.text ?? '';
  const line = text.split('\n').findIndex((content) => content.includes(words)) + 1;
  return explain(explainedOf(KEYS), files, `/etc/birdkeeper/config/${name}:${line}`);
}

test.each([
  ['bird.cfg', 'router id', 'the address of this host', 'bgp/v1/host/node-a/ip_addr_v4'],
  ['bird.cfg', 'local as', 'AS 65100 of this host', 'bgp/v1/global/as_num'],
  ['bird.cfg', 'source address', 'the address of this host', 'bgp/v1/host/node-a/ip_addr_v4'],
  ['bird_ipam.cfg', 'net ~ 198.18.0.0/16', 'pool 198.18.0.0/16', undefined],
  ['bird_ipam.cfg', 'reject;', 'the templates write it, whatever the datastore says', undefined],
])('%s, %s: %s', (file, words, text, key) => {
  const { facts } = answerAt(file, words);

  expect(facts[1]).toEqual({ text, ...(key !== undefined && { key: `/calico/${key}` }) });
});

test('a line of a session tells of the session', () => {
  const { facts, sessions } = answerAt('bird.cfg', 'neighbor 192');

  expect(facts).toEqual([
    { text: 'neighbor 192.0.2.2 as 65100;', key: '/calico/bgp/v1/host/node-b/ip_addr_v4' },
  ]);
  expect(sessions.map(({ name }) => name)).toEqual(['Mesh_192_0_2_2']);
});

test.each(['bird.cfg:100000', 'other.cfg:1', 'bird.cfg:0'])('nothing is known of %s', (place) => {
  expect(explain(explainedOf(KEYS), files, place).facts).toEqual([]);
});

test('a key tells what comes of it', () => {
  const { facts } = explain(explainedOf(KEYS), files, '/calico/bgp/v1/host/node-b/ip_addr_v4');

  expect(facts).toEqual([
    { text: 'IPv4 address 192.0.2.2 of the node node-b' },
    { text: 'session Mesh_192_0_2_2: AS 65100' },
  ]);
});
