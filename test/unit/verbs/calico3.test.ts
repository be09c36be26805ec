/** The verbs on resources of Calico 3: what each writes, and that it leaves the rest of every document alone. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/datastore/datastore.js';
import { parseSpeakerAddress } from '../../../src/values/address.js';
import { parseRouterId } from '../../../src/values/router-id.js';
import { setDefaultNodeAs } from '../../../src/verbs/default-node-as.js';
import { turnNodeMesh } from '../../../src/verbs/node-mesh.js';
import { addPeer, removePeer } from '../../../src/verbs/peers.js';
import { addReflector, removeReflector } from '../../../src/verbs/route-reflectors.js';
import { viewAfter, viewOf } from '../../../src/verbs/store-view.js';
import { CALICO2_KEYS } from '../../../src/verbs/v1/keys.js';
import { calico3Resources } from '../../../src/verbs/v3/resources.js';
import type { Answer, Verb } from '../../../src/verbs/verb.js';

const RESOURCES = '/calico/resources/v3/projectcalico.org';
const DEFAULT = `${RESOURCES}/bgpconfigurations/default`;
const BIRTH = { uid: 'a-uid', time: '2026-11-24T22:00:00Z' };
const KEYS = calico3Resources(() => BIRTH);

type Entries = Readonly<Record<string, string>>;

function address(text: string) {
  const parsed = parseSpeakerAddress(text);
  return parsed.ok ? parsed.value : expect.fail(parsed.reason);
}

function clusterId(text: string) {
  const parsed = parseRouterId(text);
  return parsed.ok ? parsed.value : expect.fail(parsed.reason);
}

function view(entries: Entries) {
  return viewOf({
    revision: '7',
    entries: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
}

/** The head of a new document. */
function made(kind: string, name: string, labels = ''): string {
  return `{"kind":"${kind}","apiVersion":"projectcalico.org/v3","metadata":{"name":"${name}","uid":"a-uid","creationTimestamp":"2026-11-24T22:00:00Z"${labels}},"spec":`;
}

function node(name: string, bgp: string, labels = '{}'): Entries {
  return {
    [`${RESOURCES}/nodes/${name}`]: `{"kind":"Node","metadata":{"name":"${name}","labels":${labels},"annotations":{"2":"x","1":"y"}},"spec":{"bgp":{${bgp}},"orchRefs":[]},"n":12345678901234567890}`,
  };
}

function peer(name: string, spec: string): Entries {
  return {
    [`${RESOURCES}/bgppeers/${name}`]: `{"kind":"BGPPeer","metadata":{"name":"${name}"},"spec":${spec}}`,
  };
}

const NODES = {
  ...node('a', '"ipv4Address":"10.0.0.1/24"'),
  ...node('b', '"ipv4Address":"10.0.0.2/24"'),
};
const PEERING = {
  [`${RESOURCES}/bgppeers/peer-with-route-reflectors`]: `${made('BGPPeer', 'peer-with-route-reflectors')}{"nodeSelector":"all()","peerSelector":"route-reflector == 'true'"}}`,
};
const RR_LABEL = '{"route-reflector":"true"}';
const MADE_BY = ',"annotations":{"birdkeeper/made-by":"bgp rr add"}';

/** What the verb writes by key (undefined: removed), or what it answers otherwise. */
function written(verb: Verb, entries: Entries, keys = KEYS): unknown {
  const answer = verb(view(entries), keys);
  return answer.kind === 'edit' ? byKey(answer.changes) : { ...answer };
}

function byKey(changes: readonly Change[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    changes.map((change) => [change.key, change.kind === 'put' ? change.value : undefined]),
  );
}

/** What the verb answers once more, after what it wrote. */
function again(verb: Verb, entries: Entries): Answer {
  const before = view(entries);
  const answer = verb(before, KEYS);
  return answer.kind === 'edit' ? verb(viewAfter(before, answer.changes), KEYS) : answer;
}

const off = turnNodeMesh(false);
const asn65000 = setDefaultNodeAs(65000);

describe.each<readonly [what: string, verb: Verb, before: Entries, after: Entries]>([
  [
    'mesh, nothing there',
    off,
    NODES,
    { [DEFAULT]: `${made('BGPConfiguration', 'default')}{"nodeToNodeMeshEnabled":false}}` },
  ],
  [
    'mesh, in a document with fields that nobody here knows',
    off,
    {
      [DEFAULT]:
        '{ "spec":{"z":[1.0],"nodeToNodeMeshEnabled":true,"a":"\\u003c"},"metadata":{"name":"default"},"kind":"BGPConfiguration"}',
    },
    {
      [DEFAULT]:
        '{ "spec":{"z":[1.0],"nodeToNodeMeshEnabled":false,"a":"\\u003c"},"metadata":{"name":"default"},"kind":"BGPConfiguration"}',
    },
  ],
  [
    'AS number, beside another field',
    asn65000,
    { [DEFAULT]: '{"metadata":{"name":"default"},"spec":{"nodeToNodeMeshEnabled":true}}' },
    {
      [DEFAULT]:
        '{"metadata":{"name":"default"},"spec":{"nodeToNodeMeshEnabled":true,"asNumber":65000}}',
    },
  ],
  [
    'AS number, in a document whose spec is null',
    asn65000,
    { [DEFAULT]: '{"metadata":{"name":"default"},"spec":null}' },
    { [DEFAULT]: '{"metadata":{"name":"default"},"spec":{"asNumber":65000}}' },
  ],
  [
    'a global peer',
    addPeer({ address: address('192.0.2.9'), asn: 65001 }),
    NODES,
    {
      [`${RESOURCES}/bgppeers/peer-192-0-2-9`]: `${made('BGPPeer', 'peer-192-0-2-9')}{"peerIP":"192.0.2.9","asNumber":65001}}`,
    },
  ],
  [
    'a peer of one node, IPv6',
    addPeer({ address: address('FD00:0::9'), asn: 65001, nodeName: 'a' }),
    NODES,
    {
      [`${RESOURCES}/bgppeers/peer-fd00--9-of-a`]: `${made('BGPPeer', 'peer-fd00--9-of-a')}{"node":"a","peerIP":"fd00::9","asNumber":65001}}`,
    },
  ],
  [
    'another AS number, in whichever BGPPeers ask for just this peer',
    addPeer({ address: address('192.0.2.9'), asn: 65001 }),
    {
      ...peer('tor', '{"peerIP":"192.0.2.9","asNumber":"1.10","new":{"x":1}}'),
      ...peer('of-179', '{"peerIP":"192.0.2.9:179","asNumber":65001}'),
      ...peer('of-a', '{"node":"a","peerIP":"192.0.2.9","asNumber":65002}'),
      ...peer('with-port', '{"peerIP":"192.0.2.9:1179","asNumber":65002}'),
    },
    peer('tor', '{"peerIP":"192.0.2.9","asNumber":65001,"new":{"x":1}}'),
  ],
  [
    'a reflector that is no node: its Node, and the BGPPeer of all',
    addReflector(address('10.0.0.9'), { clusterId: clusterId('1.0.0.1') }),
    NODES,
    {
      [`${RESOURCES}/nodes/rr-10-0-0-9`]: `${made('Node', 'rr-10-0-0-9', `,"labels":${RR_LABEL}${MADE_BY}`)}{"bgp":{"ipv4Address":"10.0.0.9/32","routeReflectorClusterID":"1.0.0.1"}}}`,
      ...PEERING,
    },
  ],
  [
    'a reflector that is a node; without a cluster id it has one of its own',
    addReflector(address('10.0.0.2')),
    { ...NODES, ...PEERING },
    node('b', '"ipv4Address":"10.0.0.2/24","routeReflectorClusterID":"10.0.0.2"', RR_LABEL),
  ],
  [
    'a reflector that all nodes select by a label of their own',
    addReflector(address('10.0.0.2')),
    {
      ...node('a', '"ipv4Address":"10.0.0.1/24"'),
      ...node('b', '"ipv4Address":"10.0.0.2/24"', '{"role":"rr"}'),
      ...peer('rrs', '{"nodeSelector":"!has(role)","peerSelector":"role == \'rr\'"}'),
    },
    node('b', '"ipv4Address":"10.0.0.2/24","routeReflectorClusterID":"10.0.0.2"', '{"role":"rr"}'),
  ],
  [
    'the second family of a reflector’s Node, which keeps its cluster id',
    addReflector(address('fd00::9'), { nodeName: 'rr' }),
    {
      ...NODES,
      ...PEERING,
      ...node('rr', '"ipv4Address":"10.0.0.9/32","routeReflectorClusterID":"1.0.0.1"', RR_LABEL),
    },
    node(
      'rr',
      '"ipv4Address":"10.0.0.9/32","routeReflectorClusterID":"1.0.0.1","ipv6Address":"fd00::9/128"',
      RR_LABEL,
    ),
  ],
])('%s', (_, verb, before, after) => {
  test('is written, and nothing else', () => {
    expect(written(verb, before)).toEqual(after);
  });

  test('is nothing to do when it is asked for again', () => {
    expect(again(verb, before)).toMatchObject({ kind: 'nothing-to-do' });
  });
});

describe('removing', () => {
  const RR = `${RESOURCES}/nodes/rr-10-0-0-9`;
  const rr = {
    [RR]: `${made('Node', 'rr-10-0-0-9', `,"labels":${RR_LABEL}${MADE_BY}`)}{"bgp":{"ipv4Address":"10.0.0.9/32","routeReflectorClusterID":"1.0.0.1"}}}`,
  };

  const RR_FIELDS = ',"routeReflectorClusterID":"1.0.0.1"';
  const unmarked = (fields: string) =>
    `${made('Node', 'rr-10-0-0-9')}{"bgp":{"ipv4Address":"10.0.0.9/32"${fields}}}}`;

  test.each<readonly [what: string, verb: Verb, before: Entries, after: object]>([
    [
      'a peer takes every BGPPeer of just this peer',
      removePeer({ address: address('192.0.2.9') }),
      {
        ...peer('tor', '{"peerIP":"192.0.2.9","asNumber":1}'),
        ...peer('x', '{"nodeSelector":"all()","peerIP":"192.0.2.9","asNumber":1}'),
      },
      { [`${RESOURCES}/bgppeers/tor`]: undefined },
    ],
    [
      'a peer whose BGPPeer can’t be read',
      removePeer({ address: address('192.0.2.9') }),
      { [`${RESOURCES}/bgppeers/peer-192-0-2-9`]: 'nonsense' },
      { [`${RESOURCES}/bgppeers/peer-192-0-2-9`]: undefined },
    ],
    [
      'a peer that others have by selector says which',
      removePeer({ address: address('192.0.2.9') }),
      peer('x', '{"nodeSelector":"all()","peerIP":"192.0.2.9","asNumber":1}'),
      {
        kind: 'impossible',
        reason: `192.0.2.9 is not a globally configured peer (${RESOURCES}/bgppeers/x)`,
      },
    ],
    [
      'the last reflector takes the Node and the BGPPeer that were made for it',
      removeReflector(address('10.0.0.9')),
      { ...NODES, ...rr, ...PEERING },
      { [RR]: undefined, [Object.keys(PEERING)[0] ?? '']: undefined },
    ],
    [
      'a Node that says no more, and that rr add did not make, stays',
      removeReflector(address('10.0.0.9')),
      { [RR]: unmarked(RR_FIELDS) },
      { [RR]: unmarked('') },
    ],
    [
      'one of two reflectors leaves the BGPPeer; a node stays a node',
      removeReflector(address('10.0.0.2')),
      {
        ...rr,
        ...PEERING,
        ...node(
          'b',
          '"ipv4Address":"10.0.0.2/24","routeReflectorClusterID":"1.0.0.1","asNumber":7',
          '{"route-reflector":"true","x":"y"}',
        ),
      },
      node('b', '"ipv4Address":"10.0.0.2/24","asNumber":7', '{"x":"y"}'),
    ],
    [
      'one whose cluster id can not be read',
      removeReflector(address('10.0.0.2')),
      node('b', '"ipv4Address":"10.0.0.2/24","routeReflectorClusterID":"bad"'),
      node('b', '"ipv4Address":"10.0.0.2/24"'),
    ],
    [
      'a node that reflects nothing is refused',
      removeReflector(address('10.0.0.2')),
      NODES,
      { kind: 'impossible', reason: '10.0.0.2 is not a configured route reflector' },
    ],
  ])('%s', (_, verb, before, after) => {
    expect(written(verb, before)).toEqual(after);
  });
});

describe('what can not be done', () => {
  test.each<readonly [what: string, verb: Verb, before: Entries, reason: RegExp]>([
    ['a document that is none', off, { [DEFAULT]: '[]' }, /is no JSON object/],
    [
      'a name that is taken',
      addPeer({ address: address('192.0.2.9'), asn: 1 }),
      peer('peer-192-0-2-9', '{"peerIP":"192.0.2.8","asNumber":1}'),
      /peer-192-0-2-9 is there already/,
    ],
    [
      'an IPv6 reflector without a cluster',
      addReflector(address('fd00::9')),
      NODES,
      /--cluster-id/,
    ],
    [
      'the address of another node',
      addReflector(address('10.0.0.2'), { nodeName: 'a' }),
      NODES,
      /10\.0\.0\.2 is the address of node b/,
    ],
    [
      'a node at another address',
      addReflector(address('10.0.0.9'), { nodeName: 'a' }),
      NODES,
      /node a has the address 10\.0\.0\.1/,
    ],
    [
      'a BGPPeer of our name with another meaning',
      addReflector(address('10.0.0.2')),
      { ...NODES, ...peer('peer-with-route-reflectors', '{"node":"z","peerSelector":"all()"}') },
      /peer-with-route-reflectors is there already/,
    ],
  ])('%s', (_, verb, before, reason) => {
    expect(verb(view(before), KEYS)).toEqual({
      kind: 'impossible',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('beside keys of Calico 2', () => {
  const KEY = '/calico/bgp/v1/global/peer_v4/192.0.2.9';
  const both = { ...NODES, [KEY]: '{"ip":"192.0.2.9","as_num":"65001"}' };
  const wanted = { address: address('192.0.2.9'), asn: 65002 };

  test('a setting that the resource has is not written in vain', () => {
    const standing = {
      ...NODES,
      [DEFAULT]: '{"metadata":{"name":"default"},"spec":{"nodeToNodeMeshEnabled":true}}',
    };
    expect(off(view(standing), CALICO2_KEYS)).toEqual({
      kind: 'impossible',
      reason:
        'the node-to-node mesh would not be off by keys of Calico 2: the resources of Calico 3 say otherwise, and these count; use --keys v3',
    });
    expect(off(view(NODES), CALICO2_KEYS)).toMatchObject({ kind: 'edit' });
  });

  test('the key of the same peer is told of', () => {
    expect(addPeer(wanted)(view(both), KEYS)).toMatchObject({
      kind: 'edit',
      warnings: [expect.stringContaining(`this counts, and ${KEY} for the same peer does not`)],
    });
    const standing = { ...both, ...peer('tor', '{"peerIP":"192.0.2.9","asNumber":65001}') };
    expect(addPeer(wanted)(view(standing), CALICO2_KEYS)).toMatchObject({
      warnings: [expect.stringMatching(/^in vain as long as .*\/bgppeers\/tor .* use --keys v3$/)],
    });
    expect(removePeer(wanted)(view(both), KEYS)).toEqual({
      kind: 'impossible',
      reason: `192.0.2.9 is not a globally configured peer by resources of Calico 3; it is by ${KEY}: use --keys v1`,
    });
  });

  test('a node in the other key language is no reflector of this one', () => {
    const reflector = { ...NODES, '/calico/bgp/v1/rr_v4/10.0.0.9': '{"ip":"10.0.0.9"}' };
    expect(removeReflector(address('10.0.0.9'))(view(reflector), KEYS)).toEqual({
      kind: 'impossible',
      reason: expect.stringMatching(
        /it is by \/calico\/bgp\/v1\/rr_v4\/10\.0\.0\.9: use --keys v1$/,
      ),
    });
  });
});

test.each<readonly [what: string, spec: string, warnings: number]>([
  ['a selector', '{"nodeSelector":"all()","peerIP":"192.0.2.9","asNumber":1}', 1],
  ['one node', '{"node":"a","peerIP":"192.0.2.9","asNumber":1}', 1],
  ['another port', '{"nodeSelector":"all()","peerIP":"192.0.2.9:1179","asNumber":1}', 0],
])('a peer of all nodes that %s has too is told', (_, spec, warnings) => {
  const answer = addPeer({ address: address('192.0.2.9'), asn: 65001 })(
    view({ ...NODES, ...peer('x', spec) }),
    KEYS,
  );
  expect(answer).toMatchObject({
    warnings: Array.from({ length: warnings }, () =>
      expect.stringContaining('/bgppeers/x makes 192.0.2.9 a peer too'),
    ),
  });
});

describe('a peer that is a reflector already', () => {
  const rr = node(
    'rr',
    '"ipv4Address":"10.0.0.9/32","routeReflectorClusterID":"1.0.0.1"',
    RR_LABEL,
  );
  const standing = { ...NODES, ...rr, ...PEERING };

  test('needs no BGPPeer of its own, unless it is to be in another AS', () => {
    const peerOf = (asn: number) => addPeer({ address: address('10.0.0.9'), asn });
    expect(written(peerOf(64512), standing)).toMatchObject({ kind: 'nothing-to-do' });
    expect(Object.keys(written(peerOf(65001), standing) as object)).toEqual([
      `${RESOURCES}/bgppeers/peer-10-0-0-9`,
    ]);
  });
});
