import { describe, expect, test } from 'vitest';
import { DecodedStore } from '../../../../src/decode/decoded-store.js';
import { UNREADABLE_SECRET } from '../../../../src/model/secret-ref.js';
import { decoded, keyOf } from './resource-fixture.js';

const PEER = { peerIP: '192.0.2.9', asNumber: 64513 };

function peer(spec: unknown) {
  const { cluster, problems } = decoded({ plural: 'bgppeers', name: 'p', spec });
  return { peering: cluster.peerings[0], problems };
}

test('a peer of all nodes, with the terms that hold where none is given', () => {
  expect(peer(PEER)).toEqual({
    peering: {
      scope: { kind: 'all-nodes' },
      remote: { kind: 'address', address: '192.0.2.9', asn: 64513 },
      terms: { usesNodeAddress: true, filters: [], isReversed: true },
      origin: '/calico/resources/v3/projectcalico.org/bgppeers/p',
    },
    problems: [],
  });
});

test.each([
  ['192.0.2.9:1790', { address: '192.0.2.9', port: 1790 }],
  ['192.0.2.9:179', { address: '192.0.2.9', port: 179 }],
  ['192.0.2.9:0', { address: '192.0.2.9' }],
  ['2001:DB8::9', { address: '2001:db8::9' }],
  ['[2001:db8::9]', { address: '2001:db8::9' }],
  ['[2001:db8::9]:1790', { address: '2001:db8::9', port: 1790 }],
  ['233.252.0.9', { address: '233.252.0.9' }],
  ['[ff0e::9]:1790', { address: 'ff0e::9', port: 1790 }],
])('peerIP %s', (peerIP, remote) => {
  const { peering, problems } = peer({ ...PEER, peerIP });

  expect(problems).toEqual([]);
  expect(peering?.remote).toEqual({ kind: 'address', asn: 64513, ...remote });
});

test.each([
  [{ asNumber: '1.10' }, { remote: { asn: 65546 } }],
  [{ asNumber: '64514' }, { remote: { asn: 64514 } }],
  [{ node: 'node-a' }, { scope: { kind: 'node', nodeName: 'node-a' } }],
  [
    { node: '', nodeSelector: 'has(a)' },
    { scope: { kind: 'selector', selector: { text: 'has(a)' } } },
  ],
  [{ localASNumber: 65000 }, { terms: { localAsn: 65000 } }],
  [{ keepOriginalNextHop: true }, { terms: { nextHop: 'keep-external' } }],
  [{ nextHopMode: 'Self', keepOriginalNextHop: false }, { terms: { nextHop: 'self' } }],
  [{ nextHopMode: 'Keep' }, { terms: { nextHop: 'keep' } }],
  [
    { password: { secretKeyRef: { name: 's', key: 'k' } } },
    { terms: { password: { name: 's', key: 'k' } } },
  ],
  [{ sourceAddress: 'None' }, { terms: { usesNodeAddress: false } }],
  [{ maxRestartTime: '1m30s' }, { terms: { restartTimeS: 90 } }],
  [{ keepaliveTime: '10s' }, { terms: { keepaliveS: 10 } }],
  [{ numAllowedLocalASNumbers: 2 }, { terms: { allowedLocalAsns: 2 } }],
  [{ ttlSecurity: 3 }, { terms: { ttlSecurityHops: 3 } }],
  [{ reachableBy: '192.0.2.1' }, { terms: { reachableBy: '192.0.2.1' } }],
  [{ filters: ['b', 'a'] }, { terms: { filters: ['b', 'a'] } }],
  [{ reversePeering: 'Manual' }, { terms: { isReversed: false } }],
  [{ ofALaterCalico: true }, { remote: { asn: 64513 } }],
])('%j', (fields, expected) => {
  const { peering, problems } = peer({ ...PEER, ...fields });

  expect(problems).toEqual([]);
  expect(peering).toMatchObject(expected);
});

test('peers by selector, each in its own AS', () => {
  expect(peer({ peerSelector: 'has(a)' }).peering?.remote).toMatchObject({
    kind: 'nodes',
    selector: { text: 'has(a)' },
  });
});

test('workloads of the node dial by themselves, from whatever address', () => {
  const spec = { localWorkloadSelector: "app == 'b'", asNumber: 64516, localASNumber: 65002 };

  expect(peer({ ...spec, filters: ['f'], ttlSecurity: 1 }).peering).toMatchObject({
    remote: { kind: 'workloads', peerName: 'p', asn: 64516 },
    terms: { localAsn: 65002, filters: ['f'], usesNodeAddress: false, isReversed: false },
  });
});

describe('a bad term costs itself alone', () => {
  test.each([
    ['maxRestartTime', '5'],
    ['maxRestartTime', '2h'],
    ['keepaliveTime', '0s'],
    // BIRD 2 refuses a file whose keepalive time is above the hold time.
    ['keepaliveTime', '121s'],
    ['numAllowedLocalASNumbers', -1],
    ['sourceAddress', 'Other'],
    ['nextHopMode', 'constructor'],
    ['reversePeering', 7],
    ['keepOriginalNextHop', 'yes'],
  ])('%s: %j', (name, value) => {
    const { peering, problems } = peer({ ...PEER, [name]: value });

    expect(problems).toEqual([`spec.${name}: left this part out`]);
    expect(peering).toEqual(peer(PEER).peering);
  });

  test('two that exclude each other', () => {
    const { peering, problems } = peer({ ...PEER, nextHopMode: 'Self', keepOriginalNextHop: true });

    expect(problems).toEqual(['spec.keepOriginalNextHop: left this part out']);
    expect(peering?.terms.nextHop).toBe('self');
  });

  test('an AS number for nodes that have their own', () => {
    const { peering, problems } = peer({ peerSelector: 'all()', asNumber: 1 });

    expect(problems).toEqual(['spec.asNumber: left this part out']);
    expect(peering?.remote.kind).toBe('nodes');
  });
});

describe('a peer that would not be what is meant is left out', () => {
  test.each([
    ['spec.peerIP', { ...PEER, peerIP: '192.0.2.999' }],
    ['spec.peerIP', { ...PEER, peerIP: '192.0.2.9:65536' }],
    ['spec.peerIP', { ...PEER, peerIP: '127.0.0.1' }],
    ['spec.peerIP', { ...PEER, peerIP: 5 }],
    ['spec.peerIP', { asNumber: 1 }],
    ['spec.peerIP', {}],
    ['spec', 'text'],
    ['spec.peerSelector', { ...PEER, peerSelector: 'all()' }],
    ['spec.localWorkloadSelector', { ...PEER, localWorkloadSelector: 'all()' }],
    ['spec.nodeSelector', { ...PEER, node: 'a', nodeSelector: 'all()' }],
    ['spec.nodeSelector', { ...PEER, nodeSelector: 'has(' }],
    ['spec.peerSelector', { peerSelector: 'x y' }],
    ['spec.node', { ...PEER, node: 'a b' }],
    ['spec.asNumber', { peerIP: '192.0.2.9' }],
    ['spec.asNumber', { ...PEER, asNumber: 0 }],
    ['spec.asNumber', { ...PEER, asNumber: 1.1 }],
    ['spec.asNumber', { localWorkloadSelector: 'all()' }],
    ['spec.localASNumber', { ...PEER, localASNumber: 'x' }],
    ['spec.ttlSecurity', { ...PEER, ttlSecurity: 256 }],
    ['spec.reachableBy', { ...PEER, reachableBy: '2001:db8::1' }],
    ['spec.reachableBy', { ...PEER, reachableBy: 'gw' }],
    ['spec.filters', { ...PEER, filters: 'f' }],
    ['spec.filters.1', { ...PEER, filters: ['f', "'"] }],
  ])('%s of %j', (path, spec) => {
    const { peering, problems } = peer(spec);

    expect(problems.map((problem) => problem.split(':')[0])).toContain(path);
    expect(problems[0]).toContain('left this key out');
    expect(peering).toBeUndefined();
  });
});

test.each([
  ['', {}],
  ['', { secretKeyRef: null }],
  ['', { secretkeyref: { name: 's', key: 'k' } }],
  ['', 'secret'],
  ['.secretKeyRef.key', { secretKeyRef: { name: 's' } }],
  ['.secretKeyRef.key', { secretKeyRef: { name: 's', key: '..' } }],
  ['.secretKeyRef.name', { secretKeyRef: { name: '../s', key: 'k' } }],
])('a password whose %s names no secret is one that nobody knows: %j', (path, password) => {
  const { peering, problems } = peer({ ...PEER, password });

  expect(problems).toEqual([
    `spec.password${path}: planned none of its sessions, and no other with the same neighbors, since they are to have a password`,
  ]);
  expect(peering?.terms.password).toEqual(UNREADABLE_SECRET);
  expect(peer({ ...PEER, password, ttlSecurity: 256 }).peering).toBeUndefined();
});

test.each([
  ['password', { secretKeyRef: { name: 's', key: 'k' } }],
  ['ttlSecurity', 1],
])('%s means nothing with local workloads, which is told', (name, value) => {
  const workloads = { localWorkloadSelector: 'all()', asNumber: 64516 };
  const { peering, problems } = peer({ ...workloads, [name]: value });

  expect(problems).toEqual([`spec.${name}: left this part out`]);
  expect(peering).toEqual(peer(workloads).peering);
});

test('a name that is not that of its key costs the resource: two could be called the same', () => {
  const store = new DecodedStore();
  const value = JSON.stringify({ metadata: { name: 'f' }, spec: PEER });
  store.update([{ kind: 'put', key: keyOf({ plural: 'bgppeers', name: 'g' }), value }]);

  expect(store.problems().map(({ reason }) => reason)).toEqual([
    'its name is "f", and not that of its key',
  ]);
  expect(store.cluster().peerings).toEqual([]);
});
