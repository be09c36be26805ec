/** Which key a line of a file is of. */
import { expect, test } from 'vitest';
import { explain } from '../../../src/explain/explain.js';
import { Renderer, storeOf } from '../../support/scenario.js';
import { NODE } from '../plan/plan-fixture.js';
import { explainedOf, type Keys, resource } from './fixture.js';

const KEYS: Keys = {
  'bgp/v1/global/as_num': '65100',
  'bgp/v1/host/node-a/ip_addr_v4': '192.0.2.1',
  'bgp/v1/host/node-b/ip_addr_v4': '192.0.2.2',
  'v1/ipam/v4/pool/198.18.0.0-16': { cidr: '198.18.0.0/16' },
};
const renderer = await Renderer.create('bird2');
const FILES = filesOf(KEYS);

function filesOf(keys: Keys) {
  const entries = Object.entries(keys).map(([key, value]) => ({
    key: `/calico/${key}`,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const rendered = renderer.render(storeOf(entries), NODE).files;
  return [...rendered].map(([name, text]) => ({ name, text }));
}

/** The answer about the first line that holds `words`. */
function answerAt(files: ReturnType<typeof filesOf>, words: string, keys = KEYS) {
  const { name = '', text = '' } = files.find((file) => file.text.includes(words)) ?? {};
  const line = text.split('\n').findIndex((content) => content.includes(words)) + 1;
  return explain(explainedOf(keys), files, `/etc/birdkeeper/config/${name}:${line}`);
}

test.each([
  ['bird.cfg', 'router id', 'the address of this host', 'bgp/v1/host/node-a/ip_addr_v4'],
  ['bird.cfg', 'local as', 'AS 65100 of this host', 'bgp/v1/global/as_num'],
  ['bird.cfg', 'source address', 'the address of this host', 'bgp/v1/host/node-a/ip_addr_v4'],
  ['bird_ipam.cfg', 'net ~ 198.18.0.0/16', 'pool 198.18.0.0/16', undefined],
  [
    'bird_ipam.cfg',
    'reject;',
    'no record asks for it by itself: the templates write it',
    undefined,
  ],
])('%s, %s: %s', (file, words, text, key) => {
  const { facts } = answerAt(
    FILES.filter(({ name }) => name === file),
    words,
  );

  expect(facts[1]).toEqual({ text, ...(key !== undefined && { key: `/calico/${key}` }) });
});

test.each([
  ['strict bind', 'bindMode of the BGPConfiguration'],
  ['local port', 'listenPort of a BGPConfiguration'],
  ['interface ', 'the templates write it, with ignoredInterfaces of the BGPConfiguration'],
  ['services: the way', 'a range of services, of the BGPConfiguration or the settings'],
])('%s: %s', (words, text) => {
  const keys: Keys = {
    ...KEYS,
    ...resource('nodes', 'node-a', { bgp: { ipv4Address: '192.0.2.1/24' } }),
    ...resource('bgpconfigurations', 'default', {
      ...{ bindMode: 'NodeIP', listenPort: 1790 },
      ...{ ignoredInterfaces: ['docker*'], serviceClusterIPs: [{ cidr: '10.96.0.0/12' }] },
    }),
  };

  const { facts } = answerAt(filesOf(keys), words, keys);

  expect(facts[1]).toEqual({ text });
});

test('a line of a session tells of the session', () => {
  const { facts, sessions } = answerAt(FILES, 'neighbor 192');

  expect(facts).toEqual([
    { text: 'neighbor 192.0.2.2 as 65100;', key: '/calico/bgp/v1/host/node-b/ip_addr_v4' },
  ]);
  expect(sessions.map(({ name }) => name)).toEqual(['Mesh_192_0_2_2']);
});

test.each(['bird.cfg:100000', 'other.cfg:1', 'bird.cfg:0'])('nothing is known of %s', (place) => {
  expect(explain(explainedOf(KEYS), FILES, place).facts).toEqual([]);
});

test('a key tells what comes of it', () => {
  const { facts } = explain(explainedOf(KEYS), FILES, '/calico/bgp/v1/host/node-b/ip_addr_v4');

  expect(facts).toEqual([
    { text: 'IPv4 address 192.0.2.2 of the node node-b' },
    { text: 'session Mesh_192_0_2_2: AS 65100' },
  ]);
});
