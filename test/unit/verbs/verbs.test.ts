/** The verbs as functions: what each answers to contents that commands alone don't produce. */
import { describe, expect, test } from 'vitest';
import { parseSpeakerAddress } from '../../../src/values/address.js';
import { parseRouterId } from '../../../src/values/router-id.js';
import { setDefaultNodeAs } from '../../../src/verbs/default-node-as.js';
import { turnNodeMesh } from '../../../src/verbs/node-mesh.js';
import { addPeer, removePeer } from '../../../src/verbs/peers.js';
import { addReflector, removeReflector } from '../../../src/verbs/route-reflectors.js';
import { peersIn, reflectorsIn } from '../../../src/verbs/standing.js';
import { editOf, viewAfter, viewOf } from '../../../src/verbs/store-view.js';
import { CALICO2_KEYS } from '../../../src/verbs/v1/keys.js';

const BGP = '/calico/bgp/v1';

function address(text: string) {
  const parsed = parseSpeakerAddress(text);
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

/** A view of these keys below BGP's. */
function view(keys: Readonly<Record<string, string>>) {
  const entries = Object.entries(keys).map(([key, value]) => ({ key: `${BGP}/${key}`, value }));
  return viewOf({ revision: '7', entries });
}

/** The same peer under two spellings of its address, as a hand-written key can have it. */
const TWICE = {
  'global/peer_v6/FD00::1': '{"ip":"fd00::1","as_num":"65001"}',
  'global/peer_v6/fd00::1': '{"ip":"fd00::1","as_num":"65002"}',
};

describe('peers', () => {
  test('a peer under several spellings becomes one', () => {
    const answer = addPeer({ address: address('fd00::1'), asn: 65001 })(view(TWICE), CALICO2_KEYS);

    expect(answer).toMatchObject({
      kind: 'edit',
      changes: [
        {
          kind: 'put',
          key: `${BGP}/global/peer_v6/fd00::1`,
          value: '{"ip":"fd00::1","as_num":"65001"}',
        },
        { kind: 'delete', key: `${BGP}/global/peer_v6/FD00::1` },
      ],
    });
  });

  test('and is removed under each', () => {
    expect(removePeer({ address: address('fd00::1') })(view(TWICE), CALICO2_KEYS)).toMatchObject({
      kind: 'edit',
      changes: [
        { kind: 'delete', key: `${BGP}/global/peer_v6/fd00::1` },
        { kind: 'delete', key: `${BGP}/global/peer_v6/FD00::1` },
      ],
    });
  });

  test('a value that can not be read can be overwritten, and removed', () => {
    const broken = view({ 'global/peer_v4/10.0.0.9': 'nonsense' });
    const wanted = { address: address('10.0.0.9'), asn: 65001 };

    expect(addPeer(wanted)(broken, CALICO2_KEYS)).toMatchObject({
      kind: 'edit',
      changes: [{ kind: 'put', value: '{"ip":"10.0.0.9","as_num":"65001"}' }],
      notes: ['10.0.0.9 was a global peer already; its AS number is now 65001'],
    });
    expect(removePeer(wanted)(broken, CALICO2_KEYS)).toMatchObject({
      kind: 'edit',
      changes: [{ kind: 'delete' }],
    });
  });

  test('fields that birdkeeper does not know stay in the record, under whichever spelling it stood', () => {
    const standing = '{"ip":"FD00::1","as_num":65001,"bfd":{"on":true},"password":"x"}';
    const own = view({ 'global/peer_v6/fd00::1': standing });
    const spelled = view({ 'global/peer_v6/FD00::1': standing });
    for (const store of [own, spelled]) {
      expect(
        addPeer({ address: address('fd00::1'), asn: 65002 })(store, CALICO2_KEYS),
      ).toMatchObject({
        changes: [
          {
            key: `${BGP}/global/peer_v6/fd00::1`,
            value: '{"ip":"fd00::1","as_num":"65002","bfd":{"on":true},"password":"x"}',
          },
          ...(store === spelled ? [{ kind: 'delete' }] : []),
        ],
      });
    }
  });

  test('a record of another address under the key is neither written over nor removed', () => {
    const standing = view({ 'global/peer_v4/10.0.0.9': '{"ip":"10.0.0.8","as_num":"65001"}' });
    const wanted = { address: address('10.0.0.9'), asn: 65001 };

    expect(addPeer(wanted)(standing, CALICO2_KEYS)).toEqual({
      kind: 'impossible',
      reason: `${BGP}/global/peer_v4/10.0.0.9 holds a record of 10.0.0.8 (its field "ip"), which would be lost; remove 10.0.0.8 first`,
    });
    expect(removePeer(wanted)(standing, CALICO2_KEYS)).toEqual({
      kind: 'impossible',
      reason: '10.0.0.9 is not a globally configured peer',
    });
    expect(removePeer({ address: address('10.0.0.8') })(standing, CALICO2_KEYS)).toMatchObject({
      changes: [{ kind: 'delete', key: `${BGP}/global/peer_v4/10.0.0.9` }],
    });
  });

  test("a global peer and a node's are different things", () => {
    const keys = { 'host/a/peer_v4/10.0.0.9': '{"ip":"10.0.0.9","as_num":"65001"}' };

    expect(removePeer({ address: address('10.0.0.9') })(view(keys), CALICO2_KEYS)).toEqual({
      kind: 'impossible',
      reason: '10.0.0.9 is not a globally configured peer',
    });
    expect(peersIn(view(keys).cluster, 'v1')).toEqual([]);
    expect(peersIn(view(keys).cluster, 'v1', 'a')).toMatchObject([
      { address: '10.0.0.9', asn: 65001 },
    ]);
  });

  test('peers are listed as numbers, not as text', () => {
    const keys = Object.fromEntries(
      ['10.0.0.10', '10.0.0.9', '9.0.0.1'].map((ip) => [
        `global/peer_v4/${ip}`,
        JSON.stringify({ ip, as_num: 65001 }),
      ]),
    );
    expect(peersIn(view(keys).cluster, 'v1').map((peer) => peer.address)).toEqual([
      '9.0.0.1',
      '10.0.0.9',
      '10.0.0.10',
    ]);
  });
});

describe('route reflectors', () => {
  test('an IPv4 reflector without a cluster id is a cluster of its own; an IPv6 one has none', () => {
    expect(addReflector(address('10.0.0.9'))(view({}), CALICO2_KEYS)).toMatchObject({
      changes: [{ value: '{"ip":"10.0.0.9","cluster_id":"10.0.0.9"}' }],
    });
    expect(addReflector(address('fd00::9'))(view({}), CALICO2_KEYS)).toMatchObject({
      changes: [{ key: `${BGP}/rr_v6/fd00::9`, value: '{"ip":"fd00::9"}' }],
    });
  });

  test('adding one again without a cluster id leaves the one that it has', () => {
    const standing = view({ 'rr_v4/10.0.0.9': '{"ip":"10.0.0.9","cluster_id":"1.0.0.1"}' });

    expect(addReflector(address('10.0.0.9'))(standing, CALICO2_KEYS)).toEqual({
      kind: 'nothing-to-do',
      notes: ['10.0.0.9 is a route reflector of cluster 1.0.0.1 already'],
    });
    expect(reflectorsIn(standing.cluster, 'v1')).toMatchObject([{ clusterId: '1.0.0.1' }]);
  });

  test('another cluster id leaves fields that birdkeeper does not know', () => {
    const standing = view({
      'rr_v4/10.0.0.9': '{"cluster_id":"1.0.0.1","zone":"a","ip":"10.0.0.9"}',
    });
    const wanted = parseRouterId('2.0.0.2');

    expect(
      addReflector(address('10.0.0.9'), wanted.ok ? { clusterId: wanted.value } : {})(
        standing,
        CALICO2_KEYS,
      ),
    ).toMatchObject({
      changes: [{ value: '{"cluster_id":"2.0.0.2","zone":"a","ip":"10.0.0.9"}' }],
    });
  });

  test('one under several spellings becomes one, and keeps its cluster id', () => {
    const value = '{"ip":"fd00::9","cluster_id":"1.0.0.1"}';
    const standing = view({ 'rr_v6/FD00::9': value, 'rr_v6/fd00:0::9': value });

    expect(addReflector(address('fd00::9'))(standing, CALICO2_KEYS)).toMatchObject({
      changes: [
        { kind: 'put', key: `${BGP}/rr_v6/fd00::9`, value },
        { kind: 'delete', key: `${BGP}/rr_v6/FD00::9` },
        { kind: 'delete', key: `${BGP}/rr_v6/fd00:0::9` },
      ],
      warnings: [],
    });
  });

  test('a cluster id that can not be read does not stay when it is written anew', () => {
    const broken = '{"ip":"fd00::1","cluster_id":"nonsense","note":"mine"}';
    const answer = addReflector(address('fd00::1'))(
      view({ 'rr_v6/fd00::1': broken }),
      CALICO2_KEYS,
    );

    const [change] = answer.kind === 'edit' ? answer.changes : [];
    expect(JSON.parse(change?.kind === 'put' ? change.value : '')).toEqual({
      ip: 'fd00::1',
      note: 'mine',
    });
  });

  test('a record of another address under the key is neither written over nor removed', () => {
    const standing = view({ 'rr_v4/10.0.0.9': '{"ip":"10.0.0.8"}' });

    expect(addReflector(address('10.0.0.9'))(standing, CALICO2_KEYS)).toMatchObject({
      kind: 'impossible',
    });
    expect(removeReflector(address('10.0.0.9'))(standing, CALICO2_KEYS)).toMatchObject({
      kind: 'impossible',
    });
  });

  test('removing one that nodes still peer with says what is left to do', () => {
    const keys = {
      'rr_v4/10.0.0.9': '{"ip":"10.0.0.9","cluster_id":"1.0.0.1"}',
      'global/peer_v4/10.0.0.9': '{"ip":"10.0.0.9","as_num":"65001"}',
    };

    expect(removeReflector(address('10.0.0.9'))(view(keys), CALICO2_KEYS)).toMatchObject({
      kind: 'edit',
      warnings: ['all nodes still peer with it: birdkeeper bgp peer remove 10.0.0.9'],
    });
    expect(removeReflector(address('10.0.0.8'))(view(keys), CALICO2_KEYS)).toMatchObject({
      kind: 'impossible',
    });
  });
});

describe('mesh and AS number', () => {
  test('a default is written when it is asked for, once', () => {
    const on = { kind: 'put', key: `${BGP}/global/node_mesh`, value: '{"enabled":true}' };
    expect(turnNodeMesh(true)(view({}), CALICO2_KEYS)).toMatchObject({
      kind: 'edit',
      changes: [on],
    });
    expect(turnNodeMesh(true)(view({ 'global/node_mesh': on.value }), CALICO2_KEYS)).toMatchObject({
      kind: 'nothing-to-do',
    });
  });

  test('turning the mesh keeps fields that birdkeeper does not know', () => {
    const standing = view({ 'global/node_mesh': '{ "enabled": true, "since": 7 }' });

    expect(turnNodeMesh(false)(standing, CALICO2_KEYS)).toMatchObject({
      changes: [{ value: '{"enabled":false,"since":7}' }],
    });
    expect(turnNodeMesh(true)(standing, CALICO2_KEYS)).toMatchObject({ kind: 'nothing-to-do' });
  });

  test.each(['off', '[]', 'null', '7'])(
    'a mesh that can not be read (%s) is overwritten',
    (value) => {
      expect(turnNodeMesh(true)(view({ 'global/node_mesh': value }), CALICO2_KEYS)).toMatchObject({
        changes: [{ value: '{"enabled":true}' }],
        warnings: [expect.stringContaining(`${BGP}/global/node_mesh`)],
      });
    },
  );

  test('a new AS number is warned of only where a node uses it', () => {
    const own = { 'host/a/ip_addr_v4': '10.0.0.1', 'host/a/as_num': '65009' };
    expect(setDefaultNodeAs(65001)(view(own), CALICO2_KEYS)).toMatchObject({ warnings: [] });
    expect(
      setDefaultNodeAs(65001)(view({ 'host/a/ip_addr_v4': '10.0.0.1' }), CALICO2_KEYS),
    ).toMatchObject({
      warnings: ['the AS number of nodes changes from 64512 to 65001: their sessions restart'],
    });
  });
});

describe('the view', () => {
  const before = view({
    'rr_v4/10.0.0.9': '{"ip":"10.0.0.9","cluster_id":"1.0.0.1"}',
    'global/peer_v4/10.0.0.9': '{"ip":"10.0.0.9","as_num":"65001"}',
    'host/a/ip_addr_v4': '10.0.0.1',
  });

  test('an edit relies on every key that decides who hears of whose routes, and on no new one', () => {
    const all = {
      'global/as_num': '65100',
      'global/loglevel': 'debug',
      'global/peer_v4/10.0.0.9': '{"ip":"10.0.0.9","as_num":"65001"}',
      'host/a/as_num': '65002',
      'host/a/ip_addr_v4': '10.0.0.1',
      'host/a/ip_addr_v6': 'fd00::1',
      'host/a/network_v4': '10.0.0.0/24',
      'host/a/peer_v4/10.0.0.8': '{"ip":"10.0.0.8","as_num":"65001"}',
      'rr_v4/10.0.0.9': '{"ip":"10.0.0.9","cluster_id":"1.0.0.1"}',
    };
    const { reliesOn, unchangedBelow } = editOf(view(all), [], [`${BGP}/`]);

    const decisive = Object.keys(all).filter((key) => !/loglevel|network/.test(key));
    expect(reliesOn.toSorted()).toEqual(
      [...decisive, 'global/node_mesh'].map((key) => `${BGP}/${key}`).toSorted(),
    );
    expect(unchangedBelow).toEqual([`${BGP}/`]);
  });

  test('after a change it is what a datastore with that change gives', () => {
    const changes = [
      { kind: 'put', key: `${BGP}/global/as_num`, value: '65001' },
      { kind: 'delete', key: `${BGP}/rr_v4/10.0.0.9` },
    ] as const;
    const { cluster } = viewAfter(before, changes);
    expect(cluster).toMatchObject({
      defaultAsn: { asn: 65001 },
      reflectors: [],
      nodes: [{ name: 'a' }],
    });
    expect(before.cluster.reflectors).toHaveLength(1);
  });
});
